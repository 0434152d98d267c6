/**
 * Betweenness: b(v) = Σ_{s≠v≠t} σ(s,t | v) / σ(s,t) / ((N − 1)(N − 2)), σ(s,t) the number of shortest paths from
 * s to t and σ(s,t | v) of those through v, an edge being 1/w long.
 *
 * A pure number, 0 … 1; 0 with fewer than three nodes and without edges. Brandes's accumulation, backwards along
 * node order, O(N·M) with the shortest paths (only for graphs whose node order is topological: incoming.ts).
 * The number of shortest paths stays finite up to some 1,900 nodes: N nodes in groups of e have at most e^(N/e).
 * Source: U. Brandes, J. Math. Sociol. 25 (2001); normalised as NetworkX does for directed graphs.
 */
import type { ComponentGraph } from './component-graph.ts';
import { observed, type PathObserver, type PathsFrom, TIED, UNREACHED } from './shortest-paths.ts';

export function betweenness(graph: ComponentGraph): number[] {
  return observed(graph, betweennessObserver(graph.nodes.length));
}

export function betweennessObserver(nodeCount: number): PathObserver<number[]> {
  const total = new Float64Array(nodeCount);
  /** [N] Σ over targets of the share of shortest paths that pass through a node on the way to a later one */
  const dependency = new Float64Array(nodeCount);

  function see({ source, distances, counts, via, firsts, starts, sources, lengths }: PathsFrom): void {
    for (let node = nodeCount - 1; node > source; node -= 1) {
      const last = via[node];
      if (last === UNREACHED) continue;
      const share = 1 + dependency[node];
      if (last !== TIED) dependency[last] += share;
      else
        for (let at = firsts[node]; at < starts[node + 1]; at += 1) {
          const before = sources[at];
          if (distances[before] + lengths[at] === distances[node])
            dependency[before] += (counts[before] / counts[node]) * share;
        }
      total[node] += dependency[node];
      dependency[node] = 0;
    }
    dependency[source] = 0;
  }

  const pairs = (nodeCount - 1) * (nodeCount - 2);
  return { see, result: () => Array.from(total, (value) => (pairs > 0 ? value / pairs : 0)) };
}
