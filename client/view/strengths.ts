/**
 * Out- and in-strength of every node: the sums of the weights of its outgoing and incoming edges.
 *
 * The server's own numbers are shown where they are there. While a graph is being computed they are not, and the
 * sums over the edges so far take their place; they only grow (tiny negative weights from rounding count as 0).
 */
import type { PossibleEdges } from '../../protocol/graph.ts';
import type { Graph } from '../../protocol/state.ts';

export type Strengths = {
  /** In node order. */
  readonly out: readonly number[];
  readonly in: readonly number[];
};

export function strengthsOf(graph: Graph, edges: PossibleEdges, nodeCount: number): Strengths {
  const given = { out: graph.nodeMetrics.out_strength, in: graph.nodeMetrics.in_strength };
  if (given.out?.length === nodeCount && given.in?.length === nodeCount) return given;
  const sums = { out: new Array<number>(nodeCount).fill(0), in: new Array<number>(nodeCount).fill(0) };
  graph.weights.forEach((weight, edge) => {
    const counted = Math.max(0, weight);
    sums.out[edges.sources[edge]] += counted;
    sums.in[edges.targets[edge]] += counted;
  });
  return sums;
}
