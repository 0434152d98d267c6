/**
 * Weighted directed clustering: c(i) = [(Ŵ + Ŵᵀ)³]_ii / (2·(d(i)·(d(i) − 1) − 2·r(i))), Ŵ = (w / max w)^⅓,
 * d(i) the edges at i with weight, incoming and outgoing, r(i) the neighbours joined to it in both directions.
 *
 * Each triangle counts with the geometric mean of its three weights, whatever its directions; c(i) is the share of
 * what the edges at i could form. A pure number, 0 … 1; 0 for a node with fewer than two neighbours and without edges.
 * Any simple directed graph, cycles or not. O(N³/6), N² numbers of memory. Source: G. Fagiolo, Phys. Rev. E 76 (2007).
 */
import type { ComponentGraph } from './component-graph.ts';

export function directedClustering({ nodes, sources, targets, weights }: ComponentGraph): number[] {
  const count = nodes.length;
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  /** [N,N] Ŵ + Ŵᵀ */
  const joined = new Float64Array(count * count);
  const degrees = new Int32Array(count);
  const reciprocal = new Int32Array(count);
  for (let edge = 0; edge < weights.length; edge += 1) {
    if (weights[edge] === 0) continue;
    const [i, j] = [sources[edge], targets[edge]];
    const root = Math.cbrt(weights[edge] / largest);
    if (joined[i * count + j] > 0) for (const end of [i, j]) reciprocal[end] += 1;
    joined[i * count + j] += root;
    joined[j * count + i] += root;
    degrees[i] += 1;
    degrees[j] += 1;
  }

  const triangles = trianglesOf(joined, count);
  return Array.from(degrees, (degree, node) => {
    const possible = degree * (degree - 1) - 2 * reciprocal[node];
    return possible > 0 ? triangles[node] / possible : 0;
  });
}

/** Mean over all nodes; 0 of none. */
export function averageClustering(clustering: readonly number[]): number {
  if (clustering.length === 0) return 0;
  return clustering.reduce((sum, value) => sum + value, 0) / clustering.length;
}

/** Per node Σ of S_ij·S_jk·S_ki over unordered pairs j, k: half the diagonal of S³, S [N,N] symmetric. */
function trianglesOf(S: Float64Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < count; i += 1)
    for (let j = i + 1; j < count; j += 1) {
      const side = S[i * count + j];
      if (side === 0) continue;
      let atBoth = 0;
      for (let k = j + 1; k < count; k += 1) {
        const product = side * S[i * count + k] * S[j * count + k];
        atBoth += product;
        sums[k] += product;
      }
      sums[i] += atBoth;
      sums[j] += atBoth;
    }
  return sums;
}
