/**
 * A component graph as a matrix: a row for every source, what is ablated, and a column for every target, what is measured.
 * A node that can have no edge in that direction has no row, or no column.
 *
 *   cells [rows × columns]   index of the possible edge, −1 where the architecture has none
 *
 * Rows and columns go layer by layer; inside a layer in node order, or the strongest first.
 */
import type { ComponentNode, PossibleEdges } from '../../protocol/graph.ts';
import type { Strengths } from './strengths.ts';

export type MatrixOrder = 'layer' | 'strength';

/** Rows or columns of one layer that follow one another. */
export type LayerBand = { readonly layer: number; readonly first: number; readonly count: number };

export type Matrix = {
  /** Indices of nodes. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly cells: Int32Array;
  readonly rowBands: readonly LayerBand[];
  readonly columnBands: readonly LayerBand[];
};

export type Cell = { readonly row: number; readonly column: number };

/** @param strengths null for node order inside of layers */
export function matrixOf(
  nodes: readonly ComponentNode[],
  edges: PossibleEdges,
  strengths: Strengths | null,
): Matrix {
  const rows = ordered([...new Set(edges.sources)], nodes, strengths?.out);
  const columns = ordered([...new Set(edges.targets)], nodes, strengths?.in);
  const rowOf = placesOf(rows);
  const columnOf = placesOf(columns);
  const cells = new Int32Array(rows.length * columns.length).fill(-1);
  edges.sources.forEach((source, edge) => {
    const row = rowOf.get(source);
    const column = columnOf.get(edges.targets[edge]);
    if (row !== undefined && column !== undefined) cells[row * columns.length + column] = edge;
  });
  return { rows, columns, cells, rowBands: bandsOf(rows, nodes), columnBands: bandsOf(columns, nodes) };
}

/** Index of the possible edge, −1 of none. */
export function edgeAt({ rows, columns, cells }: Matrix, { row, column }: Cell): number {
  const isInside = row >= 0 && row < rows.length && column >= 0 && column < columns.length;
  return isInside ? cells[row * columns.length + column] : -1;
}

/** `[x from, y from, x to, y to]` in cells: the lines between what is possible and what is not. */
export type Segment = readonly [number, number, number, number];

export function outlineOf(matrix: Matrix): Segment[] {
  const down = matrix.rows.length;
  const across = matrix.columns.length;
  const isPossible = (row: number, column: number) => edgeAt(matrix, { row, column }) >= 0;
  return [
    ...runs(down + 1, across, (y, x) => isPossible(y - 1, x) !== isPossible(y, x)).map(
      ([y, from, to]): Segment => [from, y, to, y],
    ),
    ...runs(across + 1, down, (x, y) => isPossible(y, x - 1) !== isPossible(y, x)).map(
      ([x, from, to]): Segment => [x, from, x, to],
    ),
  ];
}

/** Stretches `[line, from, to]` of places that are edges, line by line. */
function runs(lines: number, places: number, isEdge: (line: number, place: number) => boolean) {
  const found: (readonly [number, number, number])[] = [];
  for (let line = 0; line < lines; line += 1) {
    let from = -1;
    for (let place = 0; place <= places; place += 1) {
      const is = place < places && isEdge(line, place);
      if (is && from < 0) from = place;
      if (!is && from >= 0) {
        found.push([line, from, place]);
        from = -1;
      }
    }
  }
  return found;
}

function ordered(
  chosen: readonly number[],
  nodes: readonly ComponentNode[],
  strengths: readonly number[] | undefined,
): number[] {
  const strength = (node: number) => strengths?.[node] ?? 0;
  return chosen.toSorted((a, b) => nodes[a].layer - nodes[b].layer || strength(b) - strength(a) || a - b);
}

function placesOf(list: readonly number[]): ReadonlyMap<number, number> {
  return new Map(list.map((node, place) => [node, place]));
}

function bandsOf(list: readonly number[], nodes: readonly ComponentNode[]): LayerBand[] {
  const bands: LayerBand[] = [];
  list.forEach((node, place) => {
    const { layer } = nodes[node];
    const last = bands.at(-1);
    if (last?.layer === layer) bands[bands.length - 1] = { ...last, count: last.count + 1 };
    else bands.push({ layer, first: place, count: 1 });
  });
  return bands;
}
