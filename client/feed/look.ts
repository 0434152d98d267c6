/**
 * How a run is looked at, besides which checkpoint: what the widgets of one feed have in common, so that a cursor in one
 * chart is a cursor in all.
 */
import type { Range, StepAxis } from '../view/axis.ts';

export type Alignment = 'step' | 'tokens';

export type Look = {
  readonly axis: StepAxis;
  /** Steps between which charts and phases are shown; null for all. */
  readonly zoom: Range | null;
  /** Step under the cursor of a chart. */
  readonly hoveredStep: number | null;
  /** Id of the node whose own charts are open. */
  readonly pinned: string | null;
  /** Ids of further runs in the charts, as their attribute `runs` says it; null for none. */
  readonly runs: string | null;
  /** What the charts of several runs are in line by. */
  readonly align: Alignment;
  /** Of every run, or of each, as the attribute `tokens-per-step` of a chart says it. */
  readonly tokensPerStep: string | null;
  /** Steps that the further runs reach. */
  readonly reach: Range | null;
};

export const FIRST_LOOK: Look = {
  axis: 'linear',
  zoom: null,
  hoveredStep: null,
  pinned: null,
  runs: null,
  align: 'step',
  tokensPerStep: null,
  reach: null,
};
