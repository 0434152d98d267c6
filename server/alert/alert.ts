/**
 * An alert: something about a run that somebody who is not looking wants to hear of. Told at most once: what is not
 * delivered before the server ends is not told by the next one.
 */
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Failure } from '../../protocol/state.ts';

export type Happening =
  /** `checkpoint` is the one of the interval's end, null where it is not there. */
  | { readonly type: 'phase-change'; readonly change: PhaseChange; readonly checkpoint: string | null }
  /** Said before, and not probable any more. */
  | {
      readonly type: 'phase-change-taken-back';
      readonly change: PhaseChange;
      readonly checkpoint: string | null;
    }
  | {
      readonly type: 'checkpoint-failed';
      readonly checkpoint: string;
      readonly step: number;
      readonly failure: Failure;
    }
  | {
      readonly type: 'run-ended';
      /** How it is known, null where nothing says. */
      readonly message: string | null;
      readonly done: number;
      readonly failed: number;
    }
  | { readonly type: 'results-not-kept'; readonly message: string }
  | { readonly type: 'results-kept-again' };

export type Alert = {
  readonly run: { readonly id: string; readonly name: string };
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly happening: Happening;
  /** Earlier ones of its kind and run for which this one stands too. */
  readonly others: number;
};

/** What became of alerts, each counted once an address. A fixed set, since each is a time series. */
export const OUTCOMES = [
  'sent',
  /** Refused by the other side, or not taken after all attempts. */
  'given-up',
  /** Pushed out by newer ones, or still waiting when the server ended. */
  'dropped',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
