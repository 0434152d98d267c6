/**
 * What of a long line falls into each pixel column: first, least, largest and last sample, all of them samples that there
 * are. A column without a sample has none, and a gap (`null`) in or before a column is kept as one; what is `undefined`
 * belongs to other lines. Time: one pass over the rows, and a binary search a column.
 */
import { firstFrom } from '../../protocol/trainer.ts';
import type { Cells } from './lines.ts';

export type PixelColumn = {
  /** From the left. */
  readonly pixel: number;
  readonly first: number;
  readonly least: number;
  readonly most: number;
  readonly last: number;
  /** Whether the line is interrupted on the way to it. */
  readonly isAfterGap: boolean;
};

/** @param endOf x of the right edge of a pixel column; @param from, to rows, both included */
export function pixelColumns(
  x: ArrayLike<number>,
  cells: Cells,
  {
    from,
    to,
    pixels,
    endOf,
  }: {
    readonly from: number;
    readonly to: number;
    readonly pixels: number;
    readonly endOf: (pixel: number) => number;
  },
): PixelColumn[] {
  const columns: PixelColumn[] = [];
  let row = from;
  let isAfterGap = false;
  // What lies beyond the edges is drawn to from the columns there.
  for (let pixel = -1; pixel <= pixels && row <= to; pixel += 1) {
    const end = pixel === pixels ? to + 1 : Math.min(to + 1, firstFrom(x, endOf(pixel)));
    let [first, least, most, last]: (number | null)[] = [null, null, null, null];
    let hasGap = false;
    for (; row < end; row += 1) {
      const value = cells[row];
      if (value === null) hasGap = true;
      if (value == null) continue;
      first ??= value;
      if (least === null || value < least) least = value;
      if (most === null || value > most) most = value;
      last = value;
    }
    if (first !== null && least !== null && most !== null && last !== null) {
      columns.push({ pixel, first, least, most, last, isAfterGap });
      isAfterGap = false;
    }
    isAfterGap ||= hasGap;
  }
  return columns;
}
