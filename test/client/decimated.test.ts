import { describe, expect, it } from 'vitest';
import { decimated } from '../../client/view/decimated.ts';

const everyTen = (row: number) => Math.floor(row / 10);

describe('decimated', () => {
  it('keeps first, least, largest and last of a pixel column, in their order', () => {
    const cells = [5, 4, 9, 4, 6, 1, 2, 3, 7, 5];
    expect(decimated(cells, 0, 9, everyTen)).toEqual([[0, 2, 5, 9]]);
  });

  it('keeps a gap a gap, inside a column too, and passes over what belongs to other lines', () => {
    expect(decimated([1, undefined, 2, null, null, 3, 3, 3], 0, 7, everyTen)).toEqual([
      [0, 2],
      [5, 7],
    ]);
    expect(decimated([null, undefined, null], 0, 2, everyTen)).toEqual([]);
  });

  it('leaves a line alone that has no more than one sample a column', () => {
    expect(decimated([3, 1, 2], 0, 2, (row) => row)).toEqual([[0, 1, 2]]);
  });

  it('loses the extreme of no column of 100,000 samples, and has at most four of each', () => {
    let state = 7;
    const cells = Array.from({ length: 100_000 }, (_, row) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return row % 977 === 0 ? null : state / 2 ** 32;
    });
    const columnOf = (row: number) => Math.floor(row / 100);
    const stretches = decimated(cells, 0, cells.length - 1, columnOf);
    const kept = stretches.flat();
    expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
    const byColumn = (rows: readonly number[]) => {
      const values: number[][] = Array.from({ length: 1000 }, () => []);
      for (const row of rows) if (cells[row] !== null) values[columnOf(row)].push(cells[row]);
      return values;
    };
    const ends = (values: readonly number[]) => [
      Math.min(...values),
      Math.max(...values),
      values[0],
      values.at(-1),
    ];
    expect(byColumn(kept).map(ends)).toEqual(byColumn(cells.map((_, row) => row)).map(ends));
    // One stretch for each 977 samples; a stretch that ends inside a column has up to four samples on either side.
    expect(kept.length).toBeLessThanOrEqual(4 * (1000 + stretches.length));
  });
});
