/**
 * The noise of a signal so far: a causal scale s of its differences d from one value to the next, robust to jumps.
 *
 *   s ← s + (min(|d|, 4s) − s) / min(n, 32);   standard deviation = s·√π/2 (white noise: E|d| = 2σ/√π)
 *
 * s starts as the median |d| of the warm-up. Drift counts as noise, so a signal that drifts is judged more
 * leniently. A jump moves s by at most 3/32 of itself; a lasting change of noise is followed within some 32 samples.
 * Equal neighbours (d = 0) are passed over: a signal of few values, such as a count, is noisy at its own steps.
 */

/** Long enough for s to be within some 16 %, short beside a run of a hundred checkpoints. */
const DIFFERENCES_MAX = 32;
const CLIP = 4;
/** With fewer, s may be off by more than its own size and everything would look like a change. */
const DIFFERENCES_MIN = 3;

export type NoiseScale = {
  /** Last value seen, null before the first. */
  readonly last: number | null;
  /** Differences that s is made of, counted up to the limit. */
  readonly differences: number;
  /** s, in the unit of the signal. */
  readonly meanDifference: number;
};

export const UNKNOWN_SCALE: NoiseScale = { last: null, differences: 0, meanDifference: 0 };

/** The scale to start with: of the values of the warm-up, before any of them is judged. */
export function scaleFromWarmUp(values: readonly number[]): NoiseScale {
  const moves = values
    .slice(1)
    .map((value, index) => Math.abs(value - values[index]))
    .filter((difference) => difference > 0)
    .sort((a, b) => a - b);
  if (moves.length === 0) return UNKNOWN_SCALE;
  const median = (moves[(moves.length - 1) >> 1] + moves[moves.length >> 1]) / 2;
  return { last: null, differences: moves.length, meanDifference: median };
}

export function scaleAfter(scale: NoiseScale, value: number): NoiseScale {
  if (scale.last === null || value === scale.last) return { ...scale, last: value };
  const difference = Math.abs(value - scale.last);
  if (scale.differences === 0) return { last: value, differences: 1, meanDifference: difference };
  const differences = Math.min(scale.differences + 1, DIFFERENCES_MAX);
  const clipped = Math.min(difference, CLIP * scale.meanDifference);
  const meanDifference = scale.meanDifference + (clipped - scale.meanDifference) / differences;
  return { last: value, differences, meanDifference };
}

/** Standard deviation of white noise with such differences; null while too little is known. */
export function deviation(scale: NoiseScale): number | null {
  return scale.differences < DIFFERENCES_MIN ? null : (scale.meanDifference * Math.sqrt(Math.PI)) / 2;
}
