/**
 * What lights up with a node: the drawn edges that leave it, those that enter it, and the nodes at their other ends.
 */
import type { PossibleEdges } from '../../protocol/graph.ts';

export type Neighbourhood = {
  readonly node: number;
  readonly outEdges: ReadonlySet<number>;
  readonly inEdges: ReadonlySet<number>;
  /** The node itself included. */
  readonly nodes: ReadonlySet<number>;
};

export function neighbourhoodOf(node: number, drawn: readonly number[], edges: PossibleEdges): Neighbourhood {
  const outEdges = new Set<number>();
  const inEdges = new Set<number>();
  const nodes = new Set([node]);
  for (const edge of drawn) {
    if (edges.sources[edge] === node) {
      outEdges.add(edge);
      nodes.add(edges.targets[edge]);
    } else if (edges.targets[edge] === node) {
      inEdges.add(edge);
      nodes.add(edges.sources[edge]);
    }
  }
  return { node, outEdges, inEdges, nodes };
}
