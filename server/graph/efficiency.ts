/**
 * Efficiency among what is reachable: mean of 1 / d(s,t) over the pairs s, t that a path joins, an edge being 1/w long.
 *
 * In units of the weights, 0 or more; never below the mean weight of the edges that have any. Pairs that the
 * architecture keeps apart do not count, so graphs of models of different depth can be compared. Without edges: 0.
 * O(N·M) with the shortest paths (only for graphs whose node order is topological: incoming.ts).
 * Source: V. Latora & M. Marchiori, Phys. Rev. Lett. 87 (2001), there over all pairs.
 */
import type { ComponentGraph } from './component-graph.ts';
import { observed, type PathObserver, type PathsFrom } from './shortest-paths.ts';

export function efficiencyReachable(graph: ComponentGraph): number {
  return observed(graph, efficiencyObserver(graph.nodes.length));
}

export function efficiencyObserver(nodeCount: number): PathObserver<number> {
  let sum = 0;
  let pairs = 0;

  function see({ source, distances }: PathsFrom): void {
    for (let node = source + 1; node < nodeCount; node += 1) {
      if (distances[node] === Number.POSITIVE_INFINITY) continue;
      sum += 1 / distances[node];
      pairs += 1;
    }
  }
  return { see, result: () => (pairs === 0 ? 0 : sum / pairs) };
}
