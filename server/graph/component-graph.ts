/**
 * The component graph of one checkpoint: who changes whom, and by how much.
 *
 * Columns in edge order (protocol/graph.ts) are the truth; a graphology graph is made from them where an algorithm
 * wants one. It is always a simple directed graph without self-loops: with parallel edges graphology-metrics 2.4
 * counts neighbours that are not there.
 */
import { DirectedGraph } from 'graphology';
import type { ComponentNode } from '../../protocol/graph.ts';

export type ComponentGraph = {
  readonly nodes: readonly ComponentNode[];
  /** Index of each possible edge's source and target in `nodes`. */
  readonly sources: Int32Array;
  readonly targets: Int32Array;
  /** 1 − cosine, mean over prompts and positions; 0 or more */
  readonly weights: Float64Array;
  /** Over prompts, same order; null with a single prompt. */
  readonly standardErrors: Float64Array | null;
};

export type NodeAttributes = { layer: number };
export type EdgeAttributes = { weight: number };

/** All nodes, and the possible edges with a weight above `threshold`. */
export function graphologyFrom(
  graph: ComponentGraph,
  threshold: number,
): DirectedGraph<NodeAttributes, EdgeAttributes> {
  const made = new DirectedGraph<NodeAttributes, EdgeAttributes>({ allowSelfLoops: false });
  for (const node of graph.nodes) made.addNode(node.id, { layer: node.layer });
  graph.weights.forEach((weight, edge) => {
    if (weight > threshold)
      // Refuses a second edge between the same two nodes, which is the assertion that the graph is simple.
      made.addEdge(graph.nodes[graph.sources[edge]].id, graph.nodes[graph.targets[edge]].id, { weight });
  });
  return made;
}
