/**
 * Normalised entropy of the edge weights: H = −Σ p·ln p / ln M with p = w / Σ w over the M possible edges.
 *
 * 1 when all weights are equal, 0 when one edge carries everything; 0·ln 0 counts as 0. A pure number, 0 … 1.
 * Without weight, and with fewer than two possible edges, nothing is spread: 0. O(M).
 * Source: C. E. Shannon, A mathematical theory of communication (1948).
 */
export function normalizedEntropy(weights: Float64Array): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0 || weights.length < 2) return 0;
  let entropyNats = 0;
  for (const weight of weights) {
    const share = weight / total;
    // A share that underflows to 0 would give 0 · −∞.
    if (share > 0) entropyNats -= share * Math.log(share);
  }
  // Equal weights leave a rounding error that may rise above one.
  return Math.min(1, entropyNats / Math.log(weights.length));
}
