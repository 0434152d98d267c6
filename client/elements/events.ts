/**
 * The events of the elements. They bubble and leave shadow roots, so that a page can listen wherever it likes.
 */
import type { MetricChoice } from '../view/metric-choice.ts';

export type SelectDetail = { readonly checkpoint: string };

export function selectEvent(checkpoint: string): CustomEvent<SelectDetail> {
  return new CustomEvent('phasewatch-select', { detail: { checkpoint }, bubbles: true, composed: true });
}

export type HoverDetail = { readonly step: number | null };

/** The cursor of the charts has moved to another step, `null` where it has left them. */
export function hoverEvent(step: number | null): CustomEvent<HoverDetail> {
  return new CustomEvent('phasewatch-hover', { detail: { step }, bubbles: true, composed: true });
}

export type CompareDetail = { readonly checkpoint: string | null };

/** What is looked at is to be compared with this checkpoint, `null` for the one before it. */
export function compareEvent(checkpoint: string | null): CustomEvent<CompareDetail> {
  return new CustomEvent('phasewatch-compare', { detail: { checkpoint }, bubbles: true, composed: true });
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
    'phasewatch-choose': CustomEvent<ChooseDetail>;
    'phasewatch-live': CustomEvent<null>;
    'phasewatch-retry': CustomEvent<null>;
  }
}
