/**
 * The edges of a graph with weight, gathered by target: those into node v stand at `starts[v]` … `starts[v + 1]`,
 * their sources ascending. What algorithms in topological order walk along.
 *
 * Asserts what makes node order a topological order: edges stand in edge order (protocol/graph.ts) and each leads
 * from a lower to a higher index. O(N + M).
 */
import type { ComponentGraph } from './component-graph.ts';

export type Incoming = {
  /** [N + 1] */
  readonly starts: Int32Array;
  /** [edges with weight] index of the source node */
  readonly sources: Int32Array;
  /** [edges with weight] above 0 */
  readonly weights: Float64Array;
};

export function incomingOf(graph: ComponentGraph): Incoming {
  const { nodes, targets } = graph;
  const starts = new Int32Array(nodes.length + 1);
  const sources = new Int32Array(targets.length);
  const weights = new Float64Array(targets.length);
  let kept = 0;
  for (let edge = 0; edge < targets.length; edge += 1) {
    const source = graph.sources[edge];
    const target = targets[edge];
    if (source >= target)
      throw new Error(
        `invariant: an edge leads from a lower to a higher node, edge ${edge} from ${source} to ${target}`,
      );
    const isInOrder =
      edge === 0 ||
      targets[edge - 1] < target ||
      (targets[edge - 1] === target && graph.sources[edge - 1] < source);
    if (!isInOrder) throw new Error(`invariant: edges stand by target, then source; edge ${edge} does not`);
    if (graph.weights[edge] > 0) {
      sources[kept] = source;
      weights[kept] = graph.weights[edge];
      starts[target + 1] += 1;
      kept += 1;
    }
  }
  for (let node = 0; node < nodes.length; node += 1) starts[node + 1] += starts[node];
  return { starts, sources: sources.subarray(0, kept), weights: weights.subarray(0, kept) };
}
