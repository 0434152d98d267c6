/**
 * Which of many checkpoints are fetched for a chart, and in which order: evenly spaced ones, and of these the coarse picture
 * first, so that a chart that fills in has its shape early.
 */

/** Indices of at most `most` of `count` things, evenly spaced, the first and the last among them. */
export function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  if (most === 1) return [count - 1];
  return Array.from({ length: most }, (_, index) => Math.round((index * (count - 1)) / (most - 1)));
}

/** 0 … count − 1: the ends, then what lies half way between, and so on. */
export function coarseToFine(count: number): number[] {
  const order = new Set(count === 0 ? [] : [count - 1, 0]);
  for (let stride = 2 ** Math.ceil(Math.log2(Math.max(1, count))); stride >= 1; stride /= 2)
    for (let index = 0; index < count; index += stride) order.add(index);
  return [...order];
}
