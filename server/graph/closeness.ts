/**
 * Incoming closeness: c(v) = r / Σ_u d(u,v) · r / (N − 1), over the r nodes u that reach v, an edge being 1/w long.
 *
 * In units of the weights, 0 or more; 0 for a node that none reaches. The factor r / (N − 1) keeps a node that a
 * single strong edge reaches from ranking above one that all reach. O(N·M) with the shortest paths (only for graphs
 * whose node order is topological: incoming.ts). Source: S. Wasserman & K. Faust, Social Network Analysis (1994).
 */
import type { ComponentGraph } from './component-graph.ts';
import { observed, type PathObserver, type PathsFrom } from './shortest-paths.ts';

export function closeness(graph: ComponentGraph): number[] {
  return observed(graph, closenessObserver(graph.nodes.length));
}

export function closenessObserver(nodeCount: number): PathObserver<number[]> {
  const distanceSums = new Float64Array(nodeCount);
  const reaching = new Int32Array(nodeCount);

  function see({ source, distances }: PathsFrom): void {
    for (let node = source + 1; node < nodeCount; node += 1) {
      if (distances[node] === Number.POSITIVE_INFINITY) continue;
      distanceSums[node] += distances[node];
      reaching[node] += 1;
    }
  }

  function result(): number[] {
    return Array.from(distanceSums, (sum, node) =>
      reaching[node] === 0 ? 0 : (reaching[node] / sum) * (reaching[node] / (nodeCount - 1)),
    );
  }
  return { see, result };
}
