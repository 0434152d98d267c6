/**
 * The noise of a signal so far: a causal scale of its sample-to-sample differences d, robust to jumps.
 *
 *   s ← s + (min(|d|, 4s) − s)/min(n, 32),   standard deviation ≈ s·√π/2 (white noise: E|d| = 2σ/√π)
 *
 * It starts as the median |d| of the warm-up. Drift and noise both count, so a signal that drifts is judged more
 * leniently. A jump moves the scale by at most 3/32 of itself; after a lasting change of noise it follows within
 * some 32 samples. 0 while a signal has never changed: then it has nothing to say.
 */

const DIFFERENCES_MAX = 32;
const CLIP = 4;

export type NoiseScale = {
  /** Last value seen, null before the first. */
  readonly last: number | null;
  readonly differences: number;
  readonly meanDifference: number;
};

export const UNKNOWN_SCALE: NoiseScale = { last: null, differences: 0, meanDifference: 0 };

export function scaleOf(warmUp: readonly (number | null)[]): NoiseScale {
  const values = warmUp.filter((value) => value !== null);
  const last = values.at(-1) ?? null;
  const differences = values.slice(1).map((value, index) => Math.abs(value - values[index]));
  const moved = differences.filter((difference) => difference > 0).sort((a, b) => a - b);
  if (moved.length === 0) return { last, differences: 0, meanDifference: 0 };
  const meanDifference = (moved[(moved.length - 1) >> 1] + moved[moved.length >> 1]) / 2;
  return { last, differences: moved.length, meanDifference };
}

export function scaleAfter(scale: NoiseScale, value: number): NoiseScale {
  if (scale.last === null) return { ...scale, last: value };
  const difference = Math.abs(value - scale.last);
  if (scale.meanDifference === 0)
    return { last: value, differences: difference > 0 ? 1 : 0, meanDifference: difference };
  const differences = Math.min(scale.differences + 1, DIFFERENCES_MAX);
  const clipped = Math.min(difference, CLIP * scale.meanDifference);
  const meanDifference = scale.meanDifference + (clipped - scale.meanDifference) / differences;
  return { last: value, differences, meanDifference };
}

/** Standard deviation of white noise with such differences. */
export function deviation(scale: NoiseScale): number {
  return (scale.meanDifference * Math.sqrt(Math.PI)) / 2;
}
