/**
 * Edges added and removed between two graphs over the same possible edges: active (w > τ) in one of them only.
 * Counts, 0 … M. O(M).
 */
export type EdgeTurnover = { readonly edges_added: number; readonly edges_removed: number };

export function edgeTurnover(before: Float64Array, after: Float64Array, threshold: number): EdgeTurnover {
  if (before.length !== after.length)
    throw new Error(
      `invariant: turnover compares equal edge lists, got ${before.length} and ${after.length} edges`,
    );
  let added = 0;
  let removed = 0;
  after.forEach((weight, edge) => {
    if (weight > threshold && before[edge] <= threshold) added += 1;
    if (weight <= threshold && before[edge] > threshold) removed += 1;
  });
  return { edges_added: added, edges_removed: removed };
}
