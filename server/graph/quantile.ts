/**
 * Quantile q of values with linear interpolation: the value at place q·(n − 1) of the ascending ones (R's type 7,
 * NumPy's default). 0 of none. O(n log n).
 */
export function quantile(values: Iterable<number>, q: number): number {
  return quantileOfAscending(Float64Array.from(values).sort(), q);
}

/** The same where the values are sorted already. O(1). */
export function quantileOfAscending(ascending: Float64Array, q: number): number {
  if (ascending.length === 0) return 0;
  const place = q * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
}
