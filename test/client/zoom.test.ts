import { describe, expect, it } from 'vitest';
import { shownRange, stepAt, stepRange, stepText, stepTicks, widerOf } from '../../client/view/axis.ts';
import { pannedBy, within, zoomedAt } from '../../client/view/zoom.ts';

describe('the logarithmic step axis', () => {
  it('has a margin of its own length, and the geometric middle in the middle', () => {
    const [low, high] = stepRange(1, 10_000, 'log');
    expect(Math.log10(low)).toBeCloseTo(-0.06, 9);
    expect(Math.log10(high)).toBeCloseTo(4.06, 9);
    expect(stepAt(0.5, [1, 10_000], 'log')).toBeCloseTo(100, 9);
  });

  it('has no place for what another axis showed below 0', () => {
    const span = [1, 1000] as const;
    const [low] = stepRange(...span, 'log');
    expect(shownRange({ span, zoom: [-30, 500], axis: 'log' })).toEqual([low, 500]);
    expect(shownRange({ span, zoom: [-30, -10], axis: 'log' })).toEqual(stepRange(...span, 'log'));
  });
});

describe('shownRange', () => {
  it('is what is zoomed into, else all there is, of further runs too', () => {
    expect(shownRange({ span: [0, 2000], zoom: [100, 300], axis: 'linear' })).toEqual([100, 300]);
    const span = widerOf([0, 1000], [500, 2000]);
    expect(shownRange({ span, zoom: null, axis: 'linear' })).toEqual([-30, 2030]);
    expect(widerOf(null, [1, 2])).toEqual([1, 2]);
  });
});

describe('stepTicks', () => {
  it('are powers of ten and 0, finer where few are in sight, even where the axis looks even', () => {
    expect(stepTicks(-0.1, 2400, 'asinh')).toEqual([0, 1, 10, 100, 1000]);
    expect(stepTicks(40, 2400, 'log')).toEqual([50, 100, 200, 500, 1000, 2000]);
    expect(stepTicks(310, 690, 'log')).toEqual([350, 400, 450, 500, 550, 600, 650]);
    expect(stepTicks(-30, 2030, 'linear', 5)).toEqual([0, 500, 1000, 1500, 2000]);
  });

  it('are whole steps, and no more than there is room for', () => {
    expect(stepTicks(10.2, 13.9, 'linear')).toEqual([11, 12, 13]);
    for (const most of [2, 3, 4, 8])
      expect(stepTicks(0, 1e9, 'asinh', most).length).toBeLessThanOrEqual(most);
  });

  it('have short labels, of tokens too', () => {
    expect([131_072, 2_097_152_000, 4e9, 3e12].map(stepText)).toEqual(['131.072k', '2.09715B', '4B', '3T']);
  });
});

describe('zooming', () => {
  const view = { range: [0, 100], whole: [0, 100], axis: 'linear' } as const;

  it('keeps what is under the cursor where it is', () => {
    expect(zoomedAt(view, 0.25, 0.5)).toEqual([12.5, 62.5]);
    const log = { range: [1, 10_000], whole: [1, 10_000], axis: 'log' } as const;
    const [low, high] = zoomedAt(log, 0.5, 0.5) ?? [0, 0];
    expect([low, high].map((step) => Math.log10(step))).toEqual([expect.closeTo(1, 9), expect.closeTo(3, 9)]);
  });

  it('out of what is shown shows all again, as null', () => {
    expect(zoomedAt({ ...view, range: [40, 60] }, 0.5, 4)).toEqual([10, 90]);
    expect(zoomedAt({ ...view, range: [40, 60] }, 0.5, 8)).toBeNull();
  });

  it('selects from either side, inside what there is', () => {
    expect(within(view, 0.6, 0.2)).toEqual([20, 60]);
    expect(within({ ...view, range: [50, 100] }, 0.5, 3)).toEqual([75, 100]);
  });

  it('ends where two steps could no longer be told apart', () => {
    const range = [50, 50.0001] as const;
    expect(zoomedAt({ ...view, range }, 0.5, 0.5)).toBe(range);
  });
});

describe('panning', () => {
  const view = { range: [40, 60], whole: [0, 100], axis: 'linear' } as const;

  it('moves by a share of what is shown, and stops at the ends without zooming', () => {
    expect(pannedBy(view, 0.5)).toEqual([50, 70]);
    const [low, high] = pannedBy(view, 9) ?? [0, 0];
    expect([low, high]).toEqual([expect.closeTo(80, 9), expect.closeTo(100, 9)]);
    expect(pannedBy({ ...view, range: [0, 20] }, -1)).toEqual([0, 20]);
  });
});
