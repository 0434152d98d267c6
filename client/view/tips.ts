/**
 * What is said of a node or an edge that is pointed at.
 */
import type { ComponentNode, PossibleEdges } from '../../protocol/graph.ts';
import type { Graph } from '../../protocol/state.ts';
import { numberText, signedText, weightText, wholeText } from './number.ts';
import type { Role } from './roles.ts';
import type { Strengths } from './strengths.ts';

export type Tip = {
  readonly title: string;
  readonly lines: readonly string[];
  /** Less important lines. */
  readonly notes?: readonly string[];
};

export function nodeTip(
  node: ComponentNode,
  index: number,
  strengths: Strengths,
  roles: readonly Role[],
): Tip {
  return {
    title: node.id,
    lines: [
      `${whereabouts(node)} · ${roles.length > 0 ? roles.join(' and ') : 'no role'}`,
      `out-strength ${weightText(strengths.out[index])}`,
      `in-strength ${weightText(strengths.in[index])}`,
    ],
  };
}

/** What a node is, in words. */
const KINDS: Readonly<Record<ComponentNode['kind'], string>> = {
  head: 'attention head',
  mlp: 'MLP',
  emb: 'embedding',
  q: 'query',
  k: 'key',
  v: 'value',
  rot_q: 'rotated query',
  rot_k: 'rotated key',
  z: 'weighted values',
  mlp_hidden: 'hidden activation of the MLP',
  logits: 'logits',
};

export function whereabouts({ kind, layer }: ComponentNode): string {
  return kind === 'emb' || kind === 'logits' ? KINDS[kind] : `${KINDS[kind]} of layer ${layer}`;
}

export function edgeTip(
  edge: number,
  graph: Graph,
  nodes: readonly ComponentNode[],
  edges: PossibleEdges,
  before: Graph | null = null,
): Tip {
  const source = nodes[edges.sources[edge]];
  const target = nodes[edges.targets[edge]];
  const error = graph.standardErrors?.[edge];
  const spread = error === undefined ? '' : ` ± ${weightText(error)}`;
  return {
    title: `${source.id} → ${target.id}`,
    lines: [
      `weight ${weightText(graph.weights[edge])}${spread}`,
      ...changeLine(edge, graph, before),
      source.layer === target.layer
        ? `inside layer ${source.layer}`
        : `layers ${source.layer} → ${target.layer}`,
    ],
  };
}

function changeLine(edge: number, graph: Graph, before: Graph | null): string[] {
  const was = before?.weights[edge];
  if (before === null || was === undefined) return [];
  return [`${weightText(was)} at step ${wholeText(before.step)}: ${signedText(graph.weights[edge] - was)}`];
}

/** Values of a node beyond its graph, with their units: what ablating it does to the output, what a head attends to. */
const EFFECTS: Readonly<Record<string, { readonly label: string; readonly unit: string }>> = {
  kl_nats: { label: 'KL divergence of the output', unit: 'nats' },
  delta_loss_nats: { label: 'change of the loss', unit: 'nats' },
  logit_cosine: { label: 'shift of the logits (1 − cosine)', unit: '' },
};
const SCORE_UNITS: Readonly<Record<string, string>> = { attention_entropy: 'nats' };

/** What ablating a node does to the model's output, where that has been measured. */
export function effectNotes(index: number, graph: Graph): string[] {
  return Object.entries(EFFECTS).flatMap(([id, { label, unit }]) => {
    const value = graph.nodeMetrics[id]?.[index];
    return value === undefined ? [] : [`${label} ${numberText(value)}${unit && ` ${unit}`}`];
  });
}

/** What a head attends to, where that has been measured; nothing for an MLP. */
export function headNotes(index: number, graph: Graph, nodes: readonly ComponentNode[]): string[] {
  if (nodes[index].kind !== 'head') return [];
  const head = nodes.slice(0, index).filter(({ kind }) => kind === 'head').length;
  return Object.entries(graph.headScores).flatMap(([score, values]) => {
    const value = values[head];
    const unit = SCORE_UNITS[score];
    return value === undefined
      ? []
      : [`${score.replaceAll('_', ' ')} ${weightText(value)}${unit ? ` ${unit}` : ''}`];
  });
}

/** One sentence, for a reader that cannot see the tip. */
export function spoken(tip: Tip): string {
  return `${tip.title}: ${tip.lines.join(', ')}`;
}
