/**
 * The lines and names around the cells of a matrix, for the page and for the figure alike.
 */
import type { ComponentNode } from '../../protocol/graph.ts';
import { edgeAt, type Matrix, outlineOf, type Segment } from './matrix.ts';
import { layerName, longestName, type MatrixLayout, nodeName } from './matrix-layout.ts';

export type MatrixText = {
  readonly kind: 'node' | 'layer' | 'axis';
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** `up`: turned by a quarter, read from below. */
  readonly anchor: 'end' | 'middle' | 'up';
  readonly isPinned: boolean;
};

export type MatrixMarks = {
  /** Lines between what is possible and what is not, and between layers. */
  readonly outline: readonly Segment[];
  readonly layers: readonly Segment[];
  readonly texts: readonly MatrixText[];
};

export type MarksOptions = {
  readonly nodes: readonly ComponentNode[];
  readonly layers: number;
  readonly layout: MatrixLayout;
  readonly matrix: Matrix;
  /** Id of a node. */
  readonly pinned: string | null;
};

const NAME_GAP = 6;
const AXIS_PLACE = 14;

export function matrixMarks({ nodes, layers, layout, matrix, pinned }: MarksOptions): MatrixMarks {
  const { left, top, width, height, cellWidth, cellHeight, rowNames, columnNames } = layout;
  const x = (column: number) => left + column * cellWidth;
  const y = (row: number) => top + row * cellHeight;
  const nameTop = top - NAME_GAP;
  const namesHeight = { none: 0, across: AXIS_PLACE, upright: longestName(matrix.columns, nodes) }[
    columnNames
  ];
  const namesWidth = rowNames === 'none' ? 0 : longestName(matrix.rows, nodes);
  const isUpright = columnNames === 'upright';
  const name = (node: number) =>
    ({ kind: 'node', text: nodeName(nodes[node]), isPinned: nodes[node].id === pinned }) as const;
  const band = (layer: number) =>
    ({ kind: 'layer', text: layerName(layer, layers), isPinned: false }) as const;
  const axis = { kind: 'axis', isPinned: false } as const;
  return {
    outline: outlineOf(matrix).map(([x0, y0, x1, y1]): Segment => [x(x0), y(y0), x(x1), y(y1)]),
    layers: layerLines(matrix).map(([x0, y0, x1, y1]): Segment => [x(x0), y(y0), x(x1), y(y1)]),
    texts: [
      ...layout.rowBands.map(
        ({ layer, first, count }): MatrixText => ({
          ...band(layer),
          x: left - namesWidth - NAME_GAP,
          y: y(first + count / 2),
          anchor: 'end',
        }),
      ),
      ...layout.columnBands.map(
        ({ layer, first, count }): MatrixText => ({
          ...band(layer),
          x: x(first + count / 2),
          y: nameTop - namesHeight,
          anchor: 'middle',
        }),
      ),
      ...(rowNames === 'none' ? [] : matrix.rows).map(
        (node, row): MatrixText => ({ ...name(node), x: left - NAME_GAP, y: y(row + 0.5), anchor: 'end' }),
      ),
      ...(columnNames === 'none' ? [] : matrix.columns).map(
        (node, column): MatrixText => ({
          ...name(node),
          x: x(column + 0.5),
          y: nameTop,
          anchor: isUpright ? 'up' : 'middle',
        }),
      ),
      { ...axis, text: 'target (measured) →', x: left + width / 2, y: AXIS_PLACE, anchor: 'middle' },
      { ...axis, text: '← source (ablated)', x: AXIS_PLACE, y: top + height / 2, anchor: 'up' },
    ],
  };
}

/** As the `d` of a path. */
export function pathOf(segments: readonly Segment[]): string {
  return segments.map(([x0, y0, x1, y1]) => `M${x0} ${y0}L${x1} ${y1}`).join('');
}

/** Between layers, in cells, as far as there are possible edges to either side. */
function layerLines(matrix: Matrix): Segment[] {
  const rows = [...matrix.rows.keys()];
  const columns = [...matrix.columns.keys()];
  const isPossible = (row: number, column: number) => edgeAt(matrix, { row, column }) >= 0;
  return [
    ...matrix.rowBands.slice(1).map(({ first }): Segment => {
      const least = columns.findIndex((column) => isPossible(first, column) && isPossible(first - 1, column));
      return [Math.max(0, least), first, least < 0 ? 0 : columns.length, first];
    }),
    ...matrix.columnBands.slice(1).map(({ first }): Segment => {
      const most = rows.findLastIndex((row) => isPossible(row, first) && isPossible(row, first - 1));
      return [first, 0, first, most + 1];
    }),
  ];
}
