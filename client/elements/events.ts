/**
 * The events of the elements. They bubble and leave shadow roots, so that a page can listen wherever it likes; what asks
 * for something (select, compare, run, live, choose, pin) is not done where the page prevents it.
 */
import type { MetricChoice } from '../view/metric-choice.ts';

/** `branch`: number of the branch that the checkpoint was left behind in, null for one of the run. */
export type SelectDetail = { readonly checkpoint: string; readonly branch: number | null };

export function selectEvent(checkpoint: string, branch: number | null = null): CustomEvent<SelectDetail> {
  return asking('phasewatch-select', { checkpoint, branch });
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
  return asking('phasewatch-compare', { checkpoint, branch });
}

export type RunDetail = { readonly run: string };

/** Another run is to be watched. */
export function runEvent(run: string): CustomEvent<RunDetail> {
  return asking('phasewatch-run', { run });
}

export type ChooseDetail = { readonly choice: MetricChoice };

/** Other metrics are to be shown. */
export function chooseEvent(choice: MetricChoice): CustomEvent<ChooseDetail> {
  return asking('phasewatch-choose', { choice });
}

export type PinDetail = { readonly node: string | null };

/** A node's own charts are to be opened, `null` to close them. */
export function pinEvent(node: string | null): CustomEvent<PinDetail> {
  return asking('phasewatch-pin', { node });
}

/** The person wants to follow the run again. */
export function liveEvent(): CustomEvent<null> {
  return asking('phasewatch-live', null);
}

function asking<Detail>(type: string, detail: Detail): CustomEvent<Detail> {
  return new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: true });
}

declare global {
  interface HTMLElementEventMap {
    'phasewatch-select': CustomEvent<SelectDetail>;
    'phasewatch-hover': CustomEvent<HoverDetail>;
    'phasewatch-compare': CustomEvent<CompareDetail>;
    'phasewatch-run': CustomEvent<RunDetail>;
    'phasewatch-choose': CustomEvent<ChooseDetail>;
    'phasewatch-pin': CustomEvent<PinDetail>;
    'phasewatch-live': CustomEvent<null>;
  }
}
