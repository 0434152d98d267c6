/**
 * Where a key takes the cursor of a matrix: always from one possible edge to another. Arrows go on to the next one in the
 * row or column, Home and End to the ends of the row, PageUp and PageDown a layer of sources up and down, with Shift a
 * layer of targets to the left and right.
 */
import { type Cell, edgeAt, type LayerBand, type Matrix } from './matrix.ts';

export type MatrixKey = { readonly key: string; readonly shiftKey: boolean };

/** The same cell where there is no further one; null where the key means nothing here. */
export function movedCell(matrix: Matrix, from: Cell | null, { key, shiftKey }: MatrixKey): Cell | null {
  if (!KEYS.has(key)) return null;
  const first = from ?? firstCell(matrix);
  if (from === null || first === null) return first;
  switch (key) {
    case 'ArrowLeft':
      return along(matrix, from, { row: 0, column: -1 });
    case 'ArrowRight':
      return along(matrix, from, { row: 0, column: 1 });
    case 'ArrowUp':
      return along(matrix, from, { row: -1, column: 0 });
    case 'ArrowDown':
      return along(matrix, from, { row: 1, column: 0 });
    case 'Home':
      return along(matrix, { row: from.row, column: -1 }, { row: 0, column: 1 });
    case 'End':
      return along(matrix, { row: from.row, column: matrix.columns.length }, { row: 0, column: -1 });
    default: {
      const by = key === 'PageDown' ? 1 : -1;
      return shiftKey
        ? nearest(matrix, { row: from.row, column: bandFrom(matrix.columnBands, from.column, by) }, 'row')
        : nearest(matrix, { row: bandFrom(matrix.rowBands, from.row, by), column: from.column }, 'column');
    }
  }
}

const KEYS = new Set([
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
]);

export function firstCell(matrix: Matrix): Cell | null {
  const at = matrix.cells.findIndex((edge) => edge >= 0);
  const across = matrix.columns.length;
  return at < 0 ? null : { row: Math.floor(at / across), column: at % across };
}

function along(matrix: Matrix, from: Cell, by: Cell): Cell {
  const { rows, columns } = matrix;
  let { row, column } = { row: from.row + by.row, column: from.column + by.column };
  while (row >= 0 && row < rows.length && column >= 0 && column < columns.length) {
    if (edgeAt(matrix, { row, column }) >= 0) return { row, column };
    row += by.row;
    column += by.column;
  }
  return from;
}

/** First place of the band before or after the one that `place` is in; its own at the ends. */
function bandFrom(bands: readonly LayerBand[], place: number, by: number): number {
  const at = bands.findIndex(({ first, count }) => place >= first && place < first + count);
  return bands[Math.max(0, Math.min(bands.length - 1, at + by))]?.first ?? place;
}

/** The possible cell nearest to `wish` when only its row or only its column may change. */
function nearest(matrix: Matrix, wish: Cell, free: 'row' | 'column'): Cell {
  const most = free === 'row' ? matrix.rows.length : matrix.columns.length;
  for (let away = 0; away < most; away += 1)
    for (const sign of [-1, 1]) {
      const cell = { ...wish, [free]: wish[free] + sign * away };
      if (edgeAt(matrix, cell) >= 0) return cell;
    }
  return wish;
}
