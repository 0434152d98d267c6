/**
 * Fewer samples of a long line that look the same: of each stretch without a gap, inside each pixel column, the first,
 * the least, the largest and the last sample stay, in their order. Only samples that there are; what is `undefined` belongs
 * to other lines and is passed over, `null` is a gap and ends a stretch.
 *
 * For figures, which are vectors; a plot on the screen has `pixel-columns.ts`. Time: one pass.
 */
import type { Cells } from './lines.ts';

/** @param columnOf pixel column of a row, ascending; @returns rows of each stretch */
export function decimated(
  cells: Cells,
  from: number,
  to: number,
  columnOf: (row: number) => number,
): number[][] {
  const stretches: number[][] = [];
  let stretch: number[] = [];
  let kept = { column: Number.NaN, first: 0, least: 0, most: 0, last: 0 };
  const flush = () => {
    if (!Number.isNaN(kept.column))
      stretch.push(...[...new Set([kept.first, kept.least, kept.most, kept.last])].sort((a, b) => a - b));
    kept = { ...kept, column: Number.NaN };
  };
  for (let row = from; row <= to; row += 1) {
    const value = cells[row];
    if (value === undefined) continue;
    if (value === null) {
      flush();
      if (stretch.length > 0) stretches.push(stretch);
      stretch = [];
      continue;
    }
    const column = columnOf(row);
    if (column !== kept.column) {
      flush();
      kept = { column, first: row, least: row, most: row, last: row };
      continue;
    }
    kept.last = row;
    if (value < (cells[kept.least] ?? value)) kept.least = row;
    if (value > (cells[kept.most] ?? value)) kept.most = row;
  }
  flush();
  return stretch.length > 0 ? [...stretches, stretch] : stretches;
}
