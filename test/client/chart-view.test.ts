import { describe, expect, it } from 'vitest';
import { middleOf, shareOf, stepRange, stepText, tickText, valueRange } from '../../client/view/axis.ts';
import { lastRowOf } from '../../client/view/columns.ts';
import { PANELS, panelNamed, panelsOf, unknownMetricText } from '../../client/view/panels.ts';
import { rowsOf } from '../../client/view/rows.ts';
import { CHURN_METRICS, COMPARISON_METRICS, LEVEL_METRICS, TASK_MEASURES } from '../../protocol/metrics.ts';
import { madeCheckpoint } from './made.ts';

const CHECKPOINTS = [
  madeCheckpoint(0, { metrics: { total_strength: 4 }, task: { induction_score: 0 }, millis: 90 }),
  madeCheckpoint(1, {
    metrics: { total_strength: 5, churn: 0.25 },
    metricErrors: { total_strength: 0.5 },
    task: { induction_score: 0.125 },
    millis: 1234,
  }),
  madeCheckpoint(2, {
    status: 'failed',
    metrics: { total_strength: 99 },
    failure: { code: 'torn', message: 'It is torn.' },
  }),
  madeCheckpoint(4, { status: 'computing' }),
];

describe('lastRowOf', () => {
  it('finds the last value', () => {
    expect(lastRowOf([1, null, 3, null])).toBe(2);
    expect(lastRowOf([null])).toBe(-1);
  });
});

const NOTHING = { checkpoints: [], trainer: [] };

describe('PANELS', () => {
  it('has every metric of the catalogue once, the two losses together', () => {
    const shown = PANELS.flatMap(({ metrics }) => metrics.map(({ id }) => id));
    const catalogue = [...TASK_MEASURES, ...LEVEL_METRICS, ...COMPARISON_METRICS, ...CHURN_METRICS].map(
      ({ id }) => id,
    );
    expect(shown.toSorted()).toEqual(catalogue.toSorted());
    expect(PANELS[0].metrics.map(({ id }) => id)).toEqual(['loss_first_half', 'loss_second_half']);
  });
});

describe('panelNamed', () => {
  it('is a panel, or one metric alone, and never another one', () => {
    expect(panelNamed('loss')?.metrics.length).toBe(2);
    expect(panelNamed('loss_second_half')?.label).toBe('Loss, second half');
    expect(panelNamed('giny')).toBeNull();
    expect(unknownMetricText('giny')).toMatch(
      /^There is no metric "giny"\. Known are loss, .* and \d+ others/,
    );
  });
});

describe('panelsOf', () => {
  const ids = (panels: readonly { readonly id: string }[]) => panels.map(({ id }) => id);

  it('has an overview that does not depend on what has arrived', () => {
    expect(ids(panelsOf('overview', NOTHING))).toEqual([
      'loss',
      'induction_score',
      'accuracy_second_half',
      'total_strength',
      'active_edges',
      'active_nodes',
      'density',
      'gini',
      'churn',
    ]);
  });

  it('has what was chosen, in the order of the catalogue, whether it has a sample or not', () => {
    expect(ids(panelsOf('chosen', NOTHING, new Set(['churn', 'loss', 'unheard_of'])))).toEqual([
      'loss',
      'churn',
    ]);
    expect(panelsOf('chosen', NOTHING)).toEqual([]);
  });

  it('has all others once they have a sample', () => {
    const checkpoints = [madeCheckpoint(1, { metrics: { modularity: 0.25 } })];
    const all = ids(panelsOf('all', { checkpoints, trainer: [] }));
    expect(all.filter((id) => !ids(panelsOf('overview', NOTHING)).includes(id))).toEqual(['modularity']);
    expect(ids(panelsOf('overview', { checkpoints, trainer: [] }))).not.toContain('modularity');
  });
});

describe('stepRange', () => {
  it('leaves a margin of 1.5 % beside a linear axis', () => {
    expect(stepRange(0, 2000, 'linear')).toEqual([-30, 2030]);
    expect(stepRange(5, 5, 'linear')).toEqual([4, 6]);
  });

  it('keeps step 0 on the asinh axis, by the same margin of its own length', () => {
    const [low, high] = stepRange(0, 1000, 'asinh');
    const length = Math.asinh(1000);
    expect(Math.asinh(low)).toBeCloseTo(-0.015 * length, 9);
    expect(Math.asinh(high)).toBeCloseTo(1.015 * length, 9);
  });
});

describe('places on the axis', () => {
  it('are shares of the range, and middles as the axis shows them', () => {
    expect(shareOf(25, [0, 100], 'linear')).toBe(0.25);
    expect(middleOf(512, 550, 'linear')).toBe(531);
    expect(shareOf(Math.sinh(1), [0, Math.sinh(4)], 'asinh')).toBeCloseTo(0.25, 12);
    expect(middleOf(Math.sinh(1), Math.sinh(3), 'asinh')).toBeCloseTo(Math.sinh(2), 12);
  });
});

describe('valueRange', () => {
  it('leaves a tenth free on both sides, but not beyond what the metric can be', () => {
    expect(valueRange(10, 20, [0, null])).toEqual([9, 21]);
    expect(valueRange(0, 20, [0, null])).toEqual([0, 22]);
    expect(valueRange(0.5, 1, [0, 1])).toEqual([0.45, 1]);
  });

  it('opens a flat line to a fiftieth of its value, a count to two', () => {
    const [low, high] = valueRange(100, 100, [0, null]);
    expect([low, high]).toEqual([98.8, 101.2]);
    expect(valueRange(3, 3, [0, null], true)).toEqual([1.8, 4.2]);
    expect(valueRange(0, 0, [0, null], true)).toEqual([0, 1.2]);
  });

  it('shows the range of the metric where there is no value', () => {
    expect(valueRange(null, null, [0, 1])).toEqual([0, 1]);
    expect(valueRange(null, null, [0, null])).toEqual([0, 1]);
  });

  it('shows a value outside the range of its metric', () => {
    const [low] = valueRange(-0.5, 1, [0, null]);
    expect(low).toBe(-0.5);
  });
});

describe('labels of ticks', () => {
  it('are short', () => {
    expect([0, 500, 12_000, 1_500_000].map(stepText)).toEqual(['0', '500', '12k', '1.5M']);
    expect([0.1 + 0.2, -1, 12_000, 0.45].map(tickText)).toEqual(['0.3', '−1', '12k', '0.45']);
  });
});

describe('rowsOf', () => {
  it('lists the newest first, strength as a share of the largest', () => {
    expect(rowsOf(CHECKPOINTS)).toEqual([
      {
        id: 'checkpoint-4',
        step: '4',
        status: 'computing',
        strength: null,
        duration: null,
        failure: null,
        unchanged: null,
      },
      {
        id: 'checkpoint-2',
        step: '2',
        status: 'failed',
        strength: null,
        duration: null,
        failure: 'It is torn.',
        unchanged: null,
      },
      {
        id: 'checkpoint-1',
        step: '1',
        status: 'done',
        strength: { text: '5', share: 1 },
        duration: '1.2 s',
        failure: null,
        unchanged: null,
      },
      {
        id: 'checkpoint-0',
        step: '0',
        status: 'done',
        strength: { text: '4', share: 0.8 },
        duration: '90 ms',
        failure: null,
        unchanged: null,
      },
    ]);
  });
});
