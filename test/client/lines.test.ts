import { describe, expect, it } from 'vitest';
import { chartTable } from '../../client/view/chart-table.ts';
import {
  type Line,
  mergedTable,
  nearestOn,
  sampleNear,
  spanOf,
  unplacedText,
} from '../../client/view/lines.ts';
import { linesShown } from '../../client/view/lines-shown.ts';
import { panelNamed } from '../../client/view/panels.ts';
import { readingAt } from '../../client/view/reading.ts';
import { RunColumns } from '../../client/view/run-columns.ts';
import { runsShown, tokensPerStep } from '../../client/view/runs-shown.ts';
import type { Checkpoint } from '../../protocol/state.ts';
import { madeBranch, madeCheckpoint } from './made.ts';

const GINI = { id: 'gini', range: [0, 1] } as const;
const at = (step: number, gini: number | null, more: Partial<Checkpoint> = {}) =>
  madeCheckpoint(step, { metrics: gini === null ? {} : { gini }, ...more });

function line(name: string, checkpoints: readonly Checkpoint[], scale = 1): Line {
  const columns = new RunColumns();
  columns.follow(checkpoints);
  return { run: name, name, columns, own: columns, logged: 0, scale };
}
const tableOf = (lines: readonly Line[], axis: 'linear' | 'log' = 'linear') =>
  mergedTable(lines, ({ columns }) => [columns.column(GINI).values], axis);

describe('mergedTable', () => {
  it('hands over the columns of a single run as they are, without a copy', () => {
    const own = line('a', [at(0, 0.1), at(2, 0.2)]);
    const { x, cells } = tableOf([own]);
    expect([...Array.from(x)]).toEqual([0, 2]);
    expect(cells[0]).toBe(own.columns.column(GINI).values);
  });

  it('merges uneven steps: a row of another run alone is undefined, a gap of its own stays null', () => {
    const { x, cells } = tableOf([
      line('a', [at(0, 0.1), at(2, null), at(4, 0.3)]),
      line('b', [at(1, 0.5), at(4, 0.6), at(5, 0.7)]),
    ]);
    expect(x).toEqual([0, 1, 2, 4, 5]);
    expect(cells[0]).toEqual([0.1, undefined, null, 0.3, undefined]);
    expect(cells[1]).toEqual([undefined, 0.5, undefined, 0.6, 0.7]);
  });

  it('keeps both checkpoints of a run at one step', () => {
    const { x, cells } = tableOf([
      line('a', [at(3, 0.1), at(3, 0.2, { id: 'again' })]),
      line('b', [at(3, 0.5)]),
    ]);
    expect([x, cells]).toEqual([
      [3, 3],
      [
        [0.1, 0.2],
        [0.5, undefined],
      ],
    ]);
  });

  it('leaves steps up to 0 out of a logarithmic axis, moves none, and says so', () => {
    const own = line('a', [at(0, 0.1), at(1, 0.2), at(10, 0.3)]);
    const { x, cells } = tableOf([own], 'log');
    expect([x, cells[0]]).toEqual([
      [1, 10],
      [0.2, 0.3],
    ]);
    expect(spanOf([own], 'log')).toEqual([1, 10]);
    expect(unplacedText([own], 'log')).toEqual(['Step 0 has no place on a logarithmic axis.']);
    expect(unplacedText([own], 'asinh')).toEqual([]);
  });
});

describe('nearestOn', () => {
  it('is the nearest as the axis shows it', () => {
    expect(nearestOn([0, 10, 20], 14, 'linear')).toBe(1);
    expect(nearestOn([0, 10, 20], 99, 'linear')).toBe(2);
    expect(nearestOn([10, 1000], 90, 'log')).toBe(0);
    expect(nearestOn([10, 1000], 110, 'log')).toBe(1);
    expect(nearestOn([0, 1000], 1, 'log')).toBe(1);
    expect(nearestOn([], 1, 'linear')).toBe(-1);
  });
});

describe('runsShown', () => {
  const known = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((id) => ({
    id,
    name: id,
    source: '',
  }));

  it('are those named, or all, and never the run itself', () => {
    expect(runsShown('c, a,b', 'a', known).others).toEqual(['c', 'b']);
    expect(runsShown(null, 'a', known)).toEqual({ others: [], remarks: [] });
  });

  it('are eight at most, and says how many are left out and which are not there', () => {
    const { others, remarks } = runsShown('*', 'a', known);
    expect(others).toEqual(['b', 'c', 'd', 'e', 'f', 'g', 'h']);
    expect(remarks).toEqual(['2 more runs are left out: a chart shows 8.']);
    expect(runsShown('x', 'a', known.slice(0, 2)).remarks).toEqual([
      'There is no run x here; there are a, b.',
    ]);
  });
});

describe('tokensPerStep', () => {
  const named = (id: string, step: number) => [{ id, step }];

  it('is what is said of the run, or of all', () => {
    expect(tokensPerStep('2097152', 'a', [])).toEqual({ tokens: 2_097_152, isAsNamed: false });
    expect(tokensPerStep('a=4,b=8', 'b', [])).toEqual({ tokens: 8, isAsNamed: false });
    expect(tokensPerStep('a=4', 'b', [])).toBeNull();
    expect(tokensPerStep('many', 'b', [])).toBeNull();
  });

  it('is else as the names of the checkpoints say, the last one', () => {
    expect(tokensPerStep(null, 'a', named('stage1-step150-tokens1B', 150))?.tokens).toBeCloseTo(1e9 / 150, 3);
    expect(tokensPerStep(null, 'a', named('step1000-tokens4B', 1000))?.tokens).toBe(4e6);
    expect(tokensPerStep(null, 'a', named('step-001000-2BT', 1000))?.tokens).toBe(2e6);
    expect(tokensPerStep(null, 'a', named('checkpoint-500', 500))).toBeNull();
    expect(
      tokensPerStep(null, 'a', [...named('step10-tokens1B', 10), ...named('step1000-tokens4B', 1000)]),
    ).toEqual({ tokens: 4e6, isAsNamed: true });
  });
});

describe('linesShown', () => {
  const own = line('a', [at(0, 0.1), at(4, 0.2)]);
  const other = line('b', [at(2, 0.3)]);

  it('puts runs in line by tokens, in steps of the run itself', () => {
    const { lines, tokens } = linesShown({ own, others: [other], align: 'tokens', said: 'a=2,b=4' });
    expect([lines.map(({ scale }) => scale), tokens]).toEqual([[1, 2], 2]);
    const table = mergedTable(lines, ({ columns }) => [columns.column(GINI).values], 'linear');
    expect(table.x).toEqual([0, 4]);
  });

  it('leaves out a run of which nothing is known, and says so', () => {
    const { lines, remarks } = linesShown({ own, others: [other], align: 'tokens', said: 'a=2' });
    expect(lines).toEqual([own]);
    expect(remarks).toEqual([
      'b is left out: nothing says how many tokens a step of it is (tokens-per-step).',
    ]);
    const unknown = linesShown({ own, others: [other], align: 'tokens', said: 'b=2' });
    expect([unknown.lines, unknown.tokens]).toEqual([[own], null]);
    expect(unknown.remarks[0]).toMatch(/^Nothing says how many tokens a step of a is/);
  });
});

describe('what a chart says and writes', () => {
  const own = line('a', [at(0, 0.1), at(2, 0.25, { metricErrors: { gini: 0.05 } }), at(4, null)]);
  const panel = panelNamed('gini');
  if (panel === null) throw new Error('expected a panel of the metric gini');

  it('reads the sample under the cursor, with its error', () => {
    expect(readingAt([own], panel, 2, 'linear')).toBe('step 2: Gini coefficient 0.250 ± 0.050');
    expect(readingAt([own], panel, 4, 'linear')).toBe('step 4: Gini coefficient: no value');
    expect(sampleNear(own, GINI, 3.1, 'linear')?.step).toBe(4);
  });

  it('writes the rows that are seen, with errors and gaps', () => {
    const { metrics } = panel;
    expect(chartTable({ lines: [own], branches: [], metrics, range: [1, 9] })).toEqual({
      head: ['Step', 'Checkpoint', 'Gini coefficient', 'Gini coefficient, standard error'],
      rows: [
        [2, 'checkpoint-2', 0.25, 0.05],
        [4, 'checkpoint-4', null, null],
      ],
    });
  });

  it('names the run where there are several, and what was left behind', () => {
    const { head, rows } = chartTable({
      lines: [own, line('b', [at(3, 0.5)])],
      branches: [madeBranch(4, [at(4, 0.9)])],
      metrics: panel.metrics,
      range: [3, 9],
    });
    expect(head[0]).toBe('Run');
    expect(rows.map(([run, step, , value]) => [run, step, value])).toEqual([
      ['a', 4, null],
      ['b', 3, 0.5],
      ['a, left behind at step 4', 4, 0.9],
    ]);
  });
});
