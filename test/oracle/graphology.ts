/** A component graph as a graphology graph: the nodes, and the possible edges with weight. */
import { DirectedGraph } from 'graphology';
import type { ComponentGraph } from '../../server/graph/component-graph.ts';

type NodeAttributes = { community: number };
type EdgeAttributes = { weight: number; distance: number };

/**
 * With parallel edges graphology-metrics 2.4 counts neighbours that are not there: a second edge between the same two
 * nodes is refused, and so is a self-loop.
 */
export function graphologyFrom(
  graph: ComponentGraph,
  communities: Int32Array,
): DirectedGraph<NodeAttributes, EdgeAttributes> {
  const made = new DirectedGraph<NodeAttributes, EdgeAttributes>({ allowSelfLoops: false });
  graph.nodes.forEach((node, index) => {
    made.addNode(node.id, { community: communities[index] });
  });
  graph.weights.forEach((weight, edge) => {
    if (weight === 0) return;
    const [source, target] = [graph.sources[edge], graph.targets[edge]].map((index) => graph.nodes[index].id);
    made.addEdge(source, target, { weight, distance: 1 / weight });
  });
  return made;
}
