/**
 * Spearman's rank correlation: the Pearson correlation of the ranks, equal values sharing the mean of their ranks.
 *
 * A pure number, −1 … 1; "no sample" where either side is constant or has fewer than two values. O(n log n).
 * Source: C. Spearman, Am. J. Psychol. 15 (1904).
 */
export function spearman(before: Float64Array, after: Float64Array): number | null {
  if (before.length !== after.length)
    throw new Error(
      `invariant: spearman compares equal lists, got ${before.length} and ${after.length} values`,
    );
  const x = centredRanks(before);
  const y = centredRanks(after);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let index = 0; index < x.length; index += 1) {
    xx += x[index] * x[index];
    yy += y[index] * y[index];
    xy += x[index] * y[index];
  }
  if (xx === 0 || yy === 0) return null;
  return Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)));
}

/** Ranks less their mean: halves of whole numbers, so constant values give exact zeros. */
function centredRanks(values: Float64Array): Float64Array {
  const ascending = values.slice().sort();
  const centre = (values.length - 1) / 2;
  return values.map((value) => {
    const first = firstAtLeast(ascending, value);
    const last = firstAbove(ascending, value) - 1;
    return (first + last) / 2 - centre;
  });
}

function firstAtLeast(ascending: Float64Array, value: number): number {
  return partitionPoint(ascending, (other) => other < value);
}

function firstAbove(ascending: Float64Array, value: number): number {
  return partitionPoint(ascending, (other) => other <= value);
}

/** Index of the first value that is not `before`. */
function partitionPoint(ascending: Float64Array, before: (value: number) => boolean): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(ascending[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
