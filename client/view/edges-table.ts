/** The edges of a picture as numbers, in the order in which they are drawn: the table behind it. */
import type { PossibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Graph } from '../../protocol/state.ts';
import { methodText } from './method.ts';
import type { DrawnEdge } from './picture.ts';

export type EdgesTable = {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
};

export type EdgesTableOptions = {
  readonly analysis: Analysis;
  readonly graph: Graph;
  /** What it is compared with, null for nothing. */
  readonly before: Graph | null;
  /** Strongest first. */
  readonly drawn: readonly Pick<DrawnEdge, 'edge' | 'fate'>[];
  readonly edges: PossibleEdges;
};

export function edgesTable({ analysis, graph, before, drawn, edges }: EdgesTableOptions): EdgesTable {
  const { nodes } = analysis;
  const steps = before ? `steps ${before.step} and ${graph.step}` : `step ${graph.step}`;
  return {
    caption: `Edges shown of ${graph.checkpoint}, ${steps}: ${methodText(analysis)}`,
    head: ['source', 'target', 'weight', 'standard error', ...(before ? ['weight before', 'change'] : [])],
    rows: drawn.map(({ edge, fate }) => [
      nodes[edges.sources[edge]].id,
      nodes[edges.targets[edge]].id,
      graph.weights[edge],
      graph.standardErrors?.[edge] ?? null,
      ...(before ? [before.weights[edge], fate] : []),
    ]),
  };
}
