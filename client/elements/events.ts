/**
 * The events of the elements. They bubble and leave shadow roots, so that a page can listen wherever it likes.
 */
import type { MetricChoice } from '../view/metric-choice.ts';

/** `branch`: number of the branch that the checkpoint was left behind in, null for one of the run. */
export type SelectDetail = { readonly checkpoint: string; readonly branch: number | null };

export function selectEvent(checkpoint: string, branch: number | null = null): CustomEvent<SelectDetail> {
  const detail = { checkpoint, branch };
  return new CustomEvent('phasewatch-select', { detail, bubbles: true, composed: true });
}

export type HoverDetail = { readonly step: number | null };

/** The cursor of the charts has moved to another step, `null` where it has left them. */
export function hoverEvent(step: number | null): CustomEvent<HoverDetail> {
  return new CustomEvent('phasewatch-hover', { detail: { step }, bubbles: true, composed: true });
}

export type CompareDetail = { readonly checkpoint: string | null; readonly branch: number | null };

/** What is looked at is to be compared with this checkpoint, `null` for the one before it. */
export function compareEvent(
  checkpoint: string | null,
  branch: number | null = null,
): CustomEvent<CompareDetail> {
  const detail = { checkpoint, branch };
  return new CustomEvent('phasewatch-compare', { detail, bubbles: true, composed: true });
}

export type RunDetail = { readonly run: string };

/** Another run is to be watched. */
export function runEvent(run: string): CustomEvent<RunDetail> {
  return new CustomEvent('phasewatch-run', { detail: { run }, bubbles: true, composed: true });
}

export type ChooseDetail = { readonly choice: MetricChoice };

/** Other metrics are to be shown. */
export function chooseEvent(choice: MetricChoice): CustomEvent<ChooseDetail> {
  return new CustomEvent('phasewatch-choose', { detail: { choice }, bubbles: true, composed: true });
}

/** The person wants to follow the run again. */
export function liveEvent(): CustomEvent<null> {
  return new CustomEvent('phasewatch-live', { detail: null, bubbles: true, composed: true });
}

/** The person does not want to wait for the next attempt. */
export function retryEvent(): CustomEvent<null> {
  return new CustomEvent('phasewatch-retry', { detail: null, bubbles: true, composed: true });
}

declare global {
  interface HTMLElementEventMap {
    'phasewatch-select': CustomEvent<SelectDetail>;
    'phasewatch-hover': CustomEvent<HoverDetail>;
    'phasewatch-compare': CustomEvent<CompareDetail>;
    'phasewatch-run': CustomEvent<RunDetail>;
    'phasewatch-choose': CustomEvent<ChooseDetail>;
    'phasewatch-live': CustomEvent<null>;
    'phasewatch-retry': CustomEvent<null>;
  }
}
