/**
 * Churn between two graphs over the same possible edges: 1 − Σ min(p,q) / Σ max(p,q), with p and q their weights
 * scaled to sum 1. The weighted Jaccard (Ruzicka) distance, 0 … 1; a common factor does not change it.
 *
 * Two graphs without weight are the same: 0. If only one has none, nothing is shared: 1. O(M).
 */
export function churn(before: Float64Array, after: Float64Array): number {
  if (before.length !== after.length)
    throw new Error(
      `invariant: churn compares equal edge lists, got ${before.length} and ${after.length} edges`,
    );
  const beforeTotal = sum(before);
  const afterTotal = sum(after);
  if (beforeTotal === 0 || afterTotal === 0) return beforeTotal === afterTotal ? 0 : 1;
  let shared = 0;
  let joined = 0;
  before.forEach((weight, edge) => {
    const p = weight / beforeTotal;
    const q = after[edge] / afterTotal;
    shared += Math.min(p, q);
    joined += Math.max(p, q);
  });
  return 1 - shared / joined;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
