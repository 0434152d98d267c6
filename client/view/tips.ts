/**
 * What is said of a node or an edge that is pointed at.
 */
import type { ComponentNode, PossibleEdges } from '../../protocol/graph.ts';
import type { Graph, Roles } from '../../protocol/state.ts';
import { weightText } from './number.ts';
import type { Strengths } from './strengths.ts';

export type NodeRole = 'spreader' | 'gatherer' | 'both' | 'none';

export function roleOf(node: ComponentNode, roles: Roles | null): NodeRole {
  const spreads = roles?.spreaders.includes(node.id) ?? false;
  const gathers = roles?.gatherers.includes(node.id) ?? false;
  if (spreads && gathers) return 'both';
  if (spreads) return 'spreader';
  return gathers ? 'gatherer' : 'none';
}

const ROLE_WORDS: Readonly<Record<NodeRole, string>> = {
  spreader: 'spreader',
  gatherer: 'gatherer',
  both: 'spreader and gatherer',
  none: 'no role',
};

export type Tip = {
  readonly title: string;
  readonly lines: readonly string[];
  /** Less important lines. */
  readonly notes?: readonly string[];
};

export function nodeTip(node: ComponentNode, index: number, strengths: Strengths, role: NodeRole): Tip {
  return {
    title: node.id,
    lines: [
      `${node.kind === 'head' ? 'attention head' : 'MLP'} of layer ${node.layer} · ${ROLE_WORDS[role]}`,
      `out-strength ${weightText(strengths.out[index])}`,
      `in-strength ${weightText(strengths.in[index])}`,
    ],
  };
}

export function edgeTip(
  edge: number,
  graph: Graph,
  nodes: readonly ComponentNode[],
  edges: PossibleEdges,
): Tip {
  const source = nodes[edges.sources[edge]];
  const target = nodes[edges.targets[edge]];
  const error = graph.standardErrors?.[edge];
  const spread = error === undefined ? '' : ` ± ${weightText(error)}`;
  return {
    title: `${source.id} → ${target.id}`,
    lines: [
      `weight ${weightText(graph.weights[edge])}${spread}`,
      source.layer === target.layer
        ? `inside layer ${source.layer}`
        : `layers ${source.layer} → ${target.layer}`,
    ],
  };
}

/** What a head attends to, where that has been measured; nothing for an MLP. */
export function headNotes(index: number, graph: Graph, nodes: readonly ComponentNode[]): string[] {
  if (nodes[index].kind !== 'head') return [];
  const head = nodes.slice(0, index).filter(({ kind }) => kind === 'head').length;
  return Object.entries(graph.headScores).flatMap(([score, values]) =>
    values[head] === undefined ? [] : [`${score.replaceAll('_', ' ')} ${weightText(values[head])}`],
  );
}

/** One sentence, for a reader that cannot see the tip. */
export function spoken(tip: Tip): string {
  return `${tip.title}: ${tip.lines.join(', ')}`;
}
