/**
 * The tables of `phasewatch-diff`, each sorted by the column whose head was pressed.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { EdgeDifference, NodeDifference } from '../view/difference.ts';
import { fateText, type RunNames } from '../view/difference-words.ts';
import { signedText, weightText } from '../view/number.ts';
import { type Sort, sorted } from '../view/sorting.ts';

export type EdgeColumn = 'edge' | 'before' | 'after' | 'change';
export type NodeColumn = 'node' | 'out' | 'in' | 'change';

/** Width of the longest bar: half its cell, less the margin in the middle. */
const BAR_PERCENT = 44;

type Head<Column extends string> = {
  readonly sort: Sort<Column>;
  readonly press: (column: Column) => void;
};

export function sortedEdges(
  edges: readonly EdgeDifference[],
  { column, isDescending }: Sort<EdgeColumn>,
): EdgeDifference[] {
  const value = {
    edge: ({ source, target }: EdgeDifference) => `${source} ${target}`,
    before: ({ before }: EdgeDifference) => before,
    after: ({ after }: EdgeDifference) => after,
    change: ({ before, after }: EdgeDifference) => Math.abs(after - before),
  }[column];
  return sorted(edges, value, isDescending);
}

export function sortedNodes(
  nodes: readonly NodeDifference[],
  { column, isDescending }: Sort<NodeColumn>,
): NodeDifference[] {
  const value = {
    node: ({ id }: NodeDifference) => id,
    out: ({ out }: NodeDifference) => move(out),
    in: (node: NodeDifference) => move(node.in),
    change: (node: NodeDifference) => Math.abs(move(node.out)) + Math.abs(move(node.in)),
  }[column];
  return sorted(nodes, value, isDescending);
}

export type EdgesOptions = Head<EdgeColumn> & {
  readonly edges: readonly EdgeDifference[];
  readonly runs: RunNames | null;
};

export function edgeTable({ edges, runs, ...head }: EdgesOptions): TemplateResult {
  const largest = Math.max(...edges.map(({ before, after }) => Math.abs(after - before)), 0);
  return html`<table part="edges">
    <caption>Edges</caption>
    <thead><tr>${headCell(head, 'edge', 'edge')}${headCell(head, 'before', runs?.other ?? 'before')}${headCell(head, 'after', runs?.own ?? 'after')}${headCell(head, 'change', runs ? 'difference' : 'change', 2)}</tr></thead>
    <tbody>${sortedEdges(edges, head.sort).map(
      ({ source, target, before, after, fate }) => html`<tr class=${fate} title=${fateText(fate, runs)}>
        <th scope="row">${source} → ${target}</th><td>${weightText(before)}</td><td>${weightText(after)}</td>
        <td class="change">${signedText(after - before)}</td><td class="bar">${bar(after - before, largest)}</td>
      </tr>`,
    )}</tbody>
  </table>`;
}

export type NodesOptions = Head<NodeColumn> & { readonly nodes: readonly NodeDifference[] };

export function nodeTable({ nodes, ...head }: NodesOptions): TemplateResult {
  const largest = Math.max(...nodes.flatMap((node) => [move(node.out), move(node.in)].map(Math.abs)), 0);
  const cells = (pair: readonly [number, number]) =>
    html`<td class="change" title="${weightText(pair[0])} → ${weightText(pair[1])}">${pair[0] === pair[1] ? '' : signedText(move(pair))}</td>
      <td class="bar">${bar(move(pair), largest)}</td>`;
  return html`<table part="nodes">
    <caption>Nodes</caption>
    <thead><tr>${headCell(head, 'node', 'node')}${headCell(head, 'out', 'out-strength', 2)}${headCell(head, 'in', 'in-strength', 2)}</tr></thead>
    <tbody>${sortedNodes(nodes, head.sort).map((node) => html`<tr><th scope="row">${node.id}</th>${cells(node.out)}${cells(node.in)}</tr>`)}</tbody>
  </table>`;
}

function headCell<Column extends string>(
  { sort, press }: Head<Column>,
  column: Column,
  label: string,
  span = 1,
): TemplateResult {
  const isOwn = sort.column === column;
  const direction = sort.isDescending ? 'descending' : 'ascending';
  return html`<th scope="col" colspan=${span} aria-sort=${isOwn ? direction : nothing}><button data-sort=${column} title=${label} @click=${() => press(column)}>${label}<i aria-hidden="true">${isOwn ? (sort.isDescending ? '▼' : '▲') : ''}</i></button></th>`;
}

function move([before, after]: readonly [number, number]): number {
  return after - before;
}

/** From the middle to the right where it grew, to the left where it shrank. */
function bar(change: number, largest: number): TemplateResult | typeof nothing {
  if (change === 0 || largest === 0) return nothing;
  const share = (BAR_PERCENT * Math.abs(change)) / largest;
  return html`<i class=${change > 0 ? 'rise' : 'fall'} .style=${`width:${share}%`}></i>`;
}
