/**
 * Shortest paths from every node to every other, an edge of weight w being 1/w long.
 *
 *   distance(s, v) = min over edges u → v of distance(s, u) + 1/w(u → v)
 *
 * Node order is a topological order (asserted in incoming.ts), so one walk along it settles each source: no queue,
 * and O(N·M) for all. Equal sums are ties, and their paths are counted. An edge whose length is not finite, which
 * takes a weight of 0 or below 10⁻³⁰⁸, is no edge.
 *
 * The table of one source at a time is shown to the observers, which keep what they need: O(N + M) memory.
 * Source: dynamic programming on a DAG; T. H. Cormen et al., Introduction to Algorithms, "Single-source shortest paths
 * in directed acyclic graphs".
 */
import type { ComponentGraph } from './component-graph.ts';
import { incomingOf } from './incoming.ts';

/** In `via`: not reached, and reached by several paths of equal length. */
export const UNREACHED = -1;
export const TIED = -2;

/** Shortest paths from `source`. The arrays are used again for the next source. */
export type PathsFrom = {
  readonly source: number;
  /** [N] Infinity where not reached, and below the source */
  readonly distances: Float64Array;
  /** [N] shortest paths to each node */
  readonly counts: Float64Array;
  /** [N] last node before each on its only shortest path, else UNREACHED or TIED */
  readonly via: Int32Array;
  /** The edges from `source` or a later node into v are `firsts[v]` … `starts[v + 1]` of `sources` and `lengths`. */
  readonly firsts: Int32Array;
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  readonly lengths: Float64Array;
};

export type PathObserver<T> = {
  readonly see: (paths: PathsFrom) => void;
  readonly result: () => T;
};

/** What one observer makes of `graph`. */
export function observed<T>(graph: ComponentGraph, observer: PathObserver<T>): T {
  observePaths(graph, [observer]);
  return observer.result();
}

export function observePaths(graph: ComponentGraph, observers: readonly PathObserver<unknown>[]): void {
  const count = graph.nodes.length;
  const { starts, sources, weights } = incomingOf(graph);
  const lengths = weights.map((weight) => 1 / weight);
  const firsts = starts.slice(0, count);
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const counts = new Float64Array(count);
  const via = new Int32Array(count).fill(UNREACHED);

  for (let source = 0; source < count; source += 1) {
    distances[source] = 0;
    counts[source] = 1;
    via[source] = UNREACHED;
    for (let node = source + 1; node < count; node += 1) {
      const end = starts[node + 1];
      let at = firsts[node];
      while (at < end && sources[at] < source) at += 1;
      firsts[node] = at;
      let distance = Number.POSITIVE_INFINITY;
      let paths = 0;
      let last = UNREACHED;
      for (; at < end; at += 1) {
        const through = distances[sources[at]] + lengths[at];
        if (through < distance) {
          distance = through;
          last = sources[at];
          paths = counts[last];
        } else if (through === distance && last !== UNREACHED) {
          paths += counts[sources[at]];
          last = TIED;
        }
      }
      distances[node] = distance;
      counts[node] = paths;
      via[node] = last;
    }
    const paths = { source, distances, counts, via, firsts, starts, sources, lengths };
    for (const observer of observers) observer.see(paths);
    distances[source] = Number.POSITIVE_INFINITY;
  }
}
