/**
 * The numbers of one node in one graph: how strong it is, what ablating it does to the output, what it attends to; its
 * rank among the nodes, and its strongest edges.
 */
import type { ComponentNode, PossibleEdges } from '../../protocol/graph.ts';
import { HEAD_SCORES } from '../../protocol/head-scores.ts';
import type { Graph } from '../../protocol/state.ts';
import { strongest } from './strongest.ts';

export type NodeNumber = {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
};

export const STRENGTHS: readonly NodeNumber[] = [
  { id: 'out_strength', label: 'out-strength', unit: '' },
  { id: 'in_strength', label: 'in-strength', unit: '' },
];
export const EFFECTS: readonly NodeNumber[] = [
  { id: 'kl_nats', label: 'KL of the output', unit: 'nats' },
  { id: 'delta_loss_nats', label: 'change of the loss', unit: 'nats' },
  { id: 'logit_cosine', label: 'shift of the logits', unit: '' },
];
export const SCORES: readonly NodeNumber[] = HEAD_SCORES.map(({ id, label, unit }) => ({
  id,
  label: label.toLowerCase(),
  unit,
}));

/** What of a graph a node's numbers are in: a few hundred numbers, where its edges are tens of thousands. */
export type NodeColumns = Pick<Graph, 'step' | 'nodeMetrics' | 'headScores'>;

export function columnsOf({ step, nodeMetrics, headScores }: Graph): NodeColumns {
  const kept = [...STRENGTHS, ...EFFECTS].flatMap(({ id }) =>
    nodeMetrics[id] ? [[id, nodeMetrics[id]]] : [],
  );
  return { step, nodeMetrics: Object.fromEntries(kept), headScores };
}

/** Undefined where it has not been measured, or is not of this kind of node. */
export function numberOf(
  { nodeMetrics, headScores }: Pick<NodeColumns, 'nodeMetrics' | 'headScores'>,
  nodes: readonly ComponentNode[],
  node: number,
  id: string,
): number | undefined {
  if (nodeMetrics[id] !== undefined) return nodeMetrics[id][node];
  if (nodes[node]?.kind !== 'head') return undefined;
  const head = nodes.slice(0, node).filter(({ kind }) => kind === 'head').length;
  return headScores[id]?.[head];
}

/** 1 for the largest; equal values share the better rank. */
export function rankOf(values: readonly number[], node: number): number {
  return 1 + values.filter((value) => value > values[node]).length;
}

export type EdgeOfNode = {
  readonly other: string;
  readonly weight: number;
  readonly standardError: number | null;
};

/** The strongest edges out of a node, and into it. */
export function edgesOfNode(
  graph: Graph,
  nodes: readonly ComponentNode[],
  edges: PossibleEdges,
  node: number,
  limit: number,
): { readonly out: readonly EdgeOfNode[]; readonly in: readonly EdgeOfNode[] } {
  const among = (own: Int32Array, others: Int32Array): EdgeOfNode[] => {
    const found: number[] = [];
    for (let edge = 0; edge < graph.weights.length; edge += 1) if (own[edge] === node) found.push(edge);
    const weights = found.map((edge) => graph.weights[edge]);
    return strongest(weights, limit).map((at) => ({
      other: nodes[others[found[at]]].id,
      weight: weights[at],
      standardError: graph.standardErrors?.[found[at]] ?? null,
    }));
  };
  return { out: among(edges.sources, edges.targets), in: among(edges.targets, edges.sources) };
}
