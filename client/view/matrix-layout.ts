/**
 * Where the cells and labels of a matrix lie, in CSS pixels: layers are always named, nodes where their cells are large
 * enough to be. Cells are no larger than a number in them asks for.
 */
import type { ComponentNode } from '../../protocol/graph.ts';
import type { LayerBand, Matrix } from './matrix.ts';

const CELL_MAX = { width: 72, height: 54 } as const;
/** Of a line of text. */
const LINE = 14;
const LETTER = 6.2;
const LABEL_GAP = 6;
const NODE_NAMED_MIN = 11;
const MARGIN = { right: 14, bottom: 10, left: 10, top: 6 } as const;

export type NodeNames = 'across' | 'upright' | 'none';

export type MatrixLayout = {
  /** Corner of the first cell. */
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly width: number;
  readonly height: number;
  readonly rowNames: NodeNames;
  readonly columnNames: NodeNames;
  /** Bands with room for their name. */
  readonly rowBands: readonly LayerBand[];
  readonly columnBands: readonly LayerBand[];
};

export function matrixLayout(
  matrix: Matrix,
  nodes: readonly ComponentNode[],
  size: { readonly width: number; readonly height: number },
): MatrixLayout {
  const rows = Math.max(1, matrix.rows.length);
  const columns = Math.max(1, matrix.columns.length);
  const rowName = longestName(matrix.rows, nodes);
  const columnName = longestName(matrix.columns, nodes);
  const layerName = LINE + LABEL_GAP * 2;

  const room = (gutterLeft: number, gutterTop: number) => ({
    width: Math.max(1, size.width - MARGIN.left - MARGIN.right - gutterLeft),
    height: Math.max(1, size.height - MARGIN.top - MARGIN.bottom - gutterTop),
  });
  const bare = { left: LINE + layerName, top: 2 * LINE + LABEL_GAP };
  const named = room(bare.left + rowName, bare.top + columnName);
  const rowNames: NodeNames = named.height / rows >= NODE_NAMED_MIN ? 'across' : 'none';
  const left = bare.left + (rowNames === 'none' ? 0 : rowName);
  const across = Math.min(CELL_MAX.width, room(left, bare.top).width / columns);
  const columnNames: NodeNames =
    across >= columnName ? 'across' : across >= NODE_NAMED_MIN ? 'upright' : 'none';
  const top = bare.top + { across: LINE, upright: columnName, none: 0 }[columnNames];
  const free = room(left, top);
  const cellWidth = Math.min(CELL_MAX.width, free.width / columns);
  const cellHeight = Math.min(CELL_MAX.height, free.height / rows);
  return {
    left: MARGIN.left + left,
    top: MARGIN.top + top,
    cellWidth,
    cellHeight,
    width: cellWidth * matrix.columns.length,
    height: cellHeight * matrix.rows.length,
    rowNames,
    columnNames,
    rowBands: apart(matrix.rowBands, cellHeight, LINE),
    columnBands: apart(matrix.columnBands, cellWidth, LINE + 2 * LABEL_GAP),
  };
}

export type MatrixPlace =
  | { readonly kind: 'cell'; readonly row: number; readonly column: number }
  | { readonly kind: 'row'; readonly row: number }
  | { readonly kind: 'column'; readonly column: number }
  | { readonly kind: 'nothing' };

/** What is at a point: a cell, or the label of a row or a column. */
export function placeAt(layout: MatrixLayout, x: number, y: number): MatrixPlace {
  const column = Math.floor((x - layout.left) / layout.cellWidth);
  const row = Math.floor((y - layout.top) / layout.cellHeight);
  const isAcross = x >= layout.left && x < layout.left + layout.width;
  const isDown = y >= layout.top && y < layout.top + layout.height;
  if (isAcross && isDown) return { kind: 'cell', row, column };
  if (isDown && x < layout.left) return { kind: 'row', row };
  if (isAcross && y < layout.top) return { kind: 'column', column };
  return { kind: 'nothing' };
}

/** Room that the names of these nodes ask for. */
export function longestName(list: readonly number[], nodes: readonly ComponentNode[]): number {
  return list.reduce((most, node) => Math.max(most, nodeName(nodes[node]).length), 0) * LETTER + LABEL_GAP;
}

/** What tells a node from the others of its layer: `H3`, `MLP`, `rot_q 2`. */
export function nodeName({ id, kind, head }: ComponentNode): string {
  if (kind === 'head' || kind === 'mlp') return id.replace(/^L\d+/, '');
  if (kind === 'mlp_hidden') return 'MLP';
  return head === undefined ? kind : `${kind} ${head}`;
}

export function layerName(layer: number, layers: number): string {
  if (layer < 0) return 'in';
  return layer >= layers ? 'out' : `L${layer}`;
}

/** Those whose names do not touch: every second one, every third one … */
function apart(bands: readonly LayerBand[], cell: number, least: number): LayerBand[] {
  const narrowest = bands.reduce((low, { count }) => Math.min(low, count * cell), Number.POSITIVE_INFINITY);
  const every = Math.max(1, Math.ceil(least / Math.max(narrowest, 0.1)));
  return bands.filter((_, index) => index % every === 0);
}
