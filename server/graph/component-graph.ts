/**
 * The component graph of one checkpoint: who changes whom, and by how much.
 *
 * Columns in edge order (protocol/graph.ts): a simple directed graph without self-loops. Most metrics walk these columns,
 * since a graphology graph of all 80,000 possible edges takes as long to build as all metrics of it together; its
 * active part, a few hundred edges, is one. graphology's own metrics judge ours in the tests.
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

export type ActiveGraph = DirectedGraph<{ layer: number }, { weight: number }>;

/**
 * The graph that is drawn and talked about: all nodes, and the edges with a weight above `threshold`. Simple and
 * directed: with parallel edges or self-loops graphology-metrics 2.4 counts neighbours that are not there, so a second
 * edge between two nodes and an edge from a node to itself are refused. 6 µs an edge.
 */
export function activeGraph(graph: ComponentGraph, threshold: number): ActiveGraph {
  const active: ActiveGraph = new DirectedGraph({ allowSelfLoops: false });
  for (const { id, layer } of graph.nodes) active.addNode(id, { layer });
  graph.weights.forEach((weight, edge) => {
    if (weight > threshold)
      active.addEdge(graph.nodes[graph.sources[edge]].id, graph.nodes[graph.targets[edge]].id, { weight });
  });
  return active;
}
