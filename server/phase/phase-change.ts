/**
 * What the detector reads and says: a sample per checkpoint in, phase changes out.
 *
 * A phase change keeps its id while evidence grows; each statement about it has the next revision and replaces the
 * one before. A retraction is a revision with a low probability: nothing that was said is ever left standing.
 */

export type Sample = {
  /** What is shown; the order of the samples is the detector's time. */
  readonly step: number;
  /** Of the checkpoint; different for each sample of a run. */
  readonly id: string;
  /** Finite values; null where a signal is missing. */
  readonly signals: Readonly<Record<string, number | null>>;
};

export type SignalChange = {
  readonly id: string;
  /** Medians of the up to three values next to the interval, on either side of it. */
  readonly before: number;
  readonly after: number;
  /** after − before, in standard deviations of the signal's noise. */
  readonly deviations: number;
};

export type PhaseChange = {
  readonly type: 'phase-change';
  readonly id: string;
  /** It happened after the first and not after the second of these steps. */
  readonly interval: readonly [number, number];
  /** That there was a change within three checkpoints of where it was first placed, given all checkpoints so far; at most 0.99. */
  readonly probability: number;
  /** Root mean square of the deviations of all signals: how strong it is, where probabilities are equal. */
  readonly size: number;
  /** The signals that drove it, largest change first. */
  readonly signals: readonly SignalChange[];
  /** 0 when first said. */
  readonly revision: number;
  /** Step of the checkpoint whose arrival led to this statement. */
  readonly reportedStep: number;
};
