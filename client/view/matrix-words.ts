/**
 * What is said of a cell of a matrix, and the numbers behind the picture: its edges, the strongest first, or the most
 * changed where the graph is compared with another.
 */
import type { ComponentNode, PossibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Graph } from '../../protocol/state.ts';
import { measureText } from './method.ts';
import { numberText, signedText, weightText, wholeText } from './number.ts';

export type MatrixNumbers = {
  readonly nodes: readonly ComponentNode[];
  readonly edges: PossibleEdges;
  readonly graph: Graph;
  /** Null where weights are shown, not changes. */
  readonly before: Graph | null;
};

export type CellWords = { readonly title: string; readonly lines: readonly string[] };

/** @param edge −1 for a pair that can have no edge */
export function cellWords({ nodes, edges, graph, before }: MatrixNumbers, edge: number): CellWords {
  if (edge < 0)
    return { title: 'no edge is possible here', lines: ['the target does not come after the source'] };
  const title = `${nodes[edges.sources[edge]].id} → ${nodes[edges.targets[edge]].id}`;
  const weight = graph.weights[edge];
  if (weight === undefined) return { title, lines: ['not computed yet'] };
  const error = graph.standardErrors?.[edge];
  const spread = error === undefined ? '' : ` ± ${numberText(error)}`;
  const was = before?.weights[edge];
  return {
    title,
    lines: [
      `weight ${numberText(weight)}${spread}`,
      ...(before === null || was === undefined
        ? []
        : [`${changeText(weight - was)} since step ${wholeText(before.step)} (${numberText(was)})`]),
    ],
  };
}

export function spokenCell({ title, lines }: CellWords): string {
  return [title, ...lines].join(', ');
}

/** `+0.123`, `−0.004`. */
export function changeText(change: number): string {
  const text = numberText(change);
  return change > 0 ? `+${text}` : text;
}

/** In a cell: no sign on what rounds to nothing. */
export function cellText(value: number, isChange: boolean): string {
  const text = isChange ? signedText(value) : weightText(value);
  return /[1-9]/.test(text) ? text : '0.00';
}

/** What the colours stand for: `1 − cosine, zero ablation`. */
export function unitText({ ablation, measure }: Analysis): string {
  return `${measureText(measure)}, ${ablation} ablation`;
}

/** Edges that are there, by size, as indices. */
export function edgesBySize({ graph, before }: MatrixNumbers): number[] {
  const size = graph.weights.map((weight, edge) =>
    before === null ? weight : Math.abs(weight - (before.weights[edge] ?? 0)),
  );
  return [...size.keys()].sort((a, b) => size[b] - size[a] || a - b);
}

export type EdgeRow = readonly (string | number | null)[];

export function edgeHead({ before }: MatrixNumbers): string[] {
  const common = ['source', 'target', 'weight', 'standard error'];
  return before === null ? common : [...common, `weight at step ${wholeText(before.step)}`, 'change'];
}

export function edgeRows(numbers: MatrixNumbers): EdgeRow[] {
  const { nodes, edges, graph, before } = numbers;
  return edgesBySize(numbers).map((edge) => {
    const weight = graph.weights[edge];
    const common = [
      nodes[edges.sources[edge]].id,
      nodes[edges.targets[edge]].id,
      weight,
      graph.standardErrors?.[edge] ?? null,
    ];
    const was = before?.weights[edge] ?? 0;
    return before === null ? common : [...common, was, weight - was];
  });
}
