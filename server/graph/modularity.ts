/**
 * Modularity of a partition of a weighted directed graph.
 *
 *   Q = Σ_C ( w(C) / m − out(C)·in(C) / m² )
 *
 * w(C) the weight of the edges inside community C, out(C) and in(C) the sums of its nodes' strengths, m = Σ w.
 * A pure number, −½ … 1; 0 without weight. Any directed graph, cycles or not. O(N + M).
 * Source: E. A. Leicht & M. E. J. Newman, Phys. Rev. Lett. 100 (2008).
 */
import type { ComponentGraph } from './component-graph.ts';

/** @param communities [N] the community of each node, numbered from 0 */
export function modularity({ sources, targets, weights }: ComponentGraph, communities: Int32Array): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return 0;
  const outShares = new Float64Array(communities.length);
  const inShares = new Float64Array(communities.length);
  let inside = 0;
  weights.forEach((weight, edge) => {
    const share = weight / total;
    const [from, to] = [communities[sources[edge]], communities[targets[edge]]];
    outShares[from] += share;
    inShares[to] += share;
    if (from === to) inside += share;
  });
  return outShares.reduce((quality, out, community) => quality - out * inShares[community], inside);
}
