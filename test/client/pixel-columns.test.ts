import { describe, expect, it } from 'vitest';
import { pixelColumns } from '../../client/view/pixel-columns.ts';

const rows = (length: number) => Array.from({ length }, (_, row) => row);
/** Ten rows a pixel. */
const tenRows = (pixel: number) => (pixel + 1) * 10;

describe('pixelColumns', () => {
  it('has first, least, largest and last sample of each column', () => {
    const cells = [5, 4, 9, 4, 6, 1, 2, 3, 7, 5, 8, 8];
    const [one, two] = pixelColumns(rows(12), cells, { from: 0, to: 11, pixels: 2, endOf: tenRows });
    expect(one).toEqual({ pixel: 0, first: 5, least: 1, most: 9, last: 5, isAfterGap: false });
    expect(two).toEqual({ pixel: 1, first: 8, least: 8, most: 8, last: 8, isAfterGap: false });
  });

  it('keeps a gap a gap, and passes over what belongs to other lines', () => {
    const gap = [1, ...rows(19).map(() => null), 2];
    const others = [1, ...rows(19).map(() => undefined), 2];
    const afterGap = (cells: readonly (number | null | undefined)[]) =>
      pixelColumns(rows(21), cells, { from: 0, to: 20, pixels: 3, endOf: tenRows }).map(
        ({ pixel, isAfterGap }) => [pixel, isAfterGap],
      );
    expect(afterGap(gap)).toEqual([
      [0, false],
      [2, true],
    ]);
    expect(afterGap(others)).toEqual([
      [0, false],
      [2, false],
    ]);
  });

  it('loses the extreme of no column of 100,000 samples', () => {
    let state = 7;
    const cells = rows(100_000).map(() => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    });
    const columns = pixelColumns(rows(100_000), cells, {
      from: 0,
      to: 99_999,
      pixels: 1000,
      endOf: (pixel) => (pixel + 1) * 100,
    });
    expect(columns).toEqual(
      rows(1000).map((pixel) => {
        const own = cells.slice(pixel * 100, pixel * 100 + 100);
        const [least, most] = [Math.min(...own), Math.max(...own)];
        return { pixel, first: own[0], least, most, last: own[99], isAfterGap: false };
      }),
    );
  });
});
