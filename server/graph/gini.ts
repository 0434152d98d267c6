/**
 * Gini coefficient of the edge weights: G = 2·Σ i·w₍ᵢ₎ / (M·Σ w) − (M + 1)/M, w₍ᵢ₎ ascending, i = 1 … M.
 *
 * 0 when all M weights are equal, (M − 1)/M when one edge carries everything. Without edges or weight: 0.
 * O(M log M). Source: C. Gini, Variabilità e mutabilità (1912); the form for sorted values.
 */
export function gini(weights: Float64Array): number {
  const ascending = weights.slice().sort();
  let total = 0;
  let ranked = 0;
  ascending.forEach((weight, index) => {
    total += weight;
    ranked += (index + 1) * weight;
  });
  const count = ascending.length;
  if (total === 0) return 0;
  // Equal weights leave a rounding error that may fall below zero.
  return Math.max(0, (2 * ranked) / (count * total) - (count + 1) / count);
}
