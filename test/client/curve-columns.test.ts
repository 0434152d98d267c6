/** What a chart has of a trainer's log. */
import { describe, expect, it } from 'vitest';
import { chartTable } from '../../client/view/chart-table.ts';
import { curveColumns } from '../../client/view/curve-columns.ts';
import { panelNamed, panelsOf } from '../../client/view/panels.ts';
import { readingAt } from '../../client/view/reading.ts';
import { summaryOf } from '../../client/view/readings.ts';
import { withEntries } from '../../protocol/trainer.ts';
import { madeState } from './made.ts';

const logged = (step: number, values: Record<string, number>) => ({ step, values });
const trainer = withEntries(
  [],
  [logged(10, { loss: 3, eval_loss: 2 }), logged(20, { loss: 2.5, 'train/lr': 0.5 })],
);
const state = { ...madeState({}), trainer };
const panel = panelNamed('trainer:loss');
if (panel === null) throw new Error('expected a panel of what the trainer logged');
const columns = curveColumns(state, 'trainer:loss');
const line = { run: 'a', name: 'a', columns, own: columns, logged: 20, scale: 1 };

describe('curveColumns', () => {
  it('has a row a point, and is the same object while the curve is', () => {
    expect([...Array.from(columns.steps)]).toEqual([10, 20]);
    expect(columns.column(panel.metrics[0])).toMatchObject({ values: [3, 2.5], band: null, samples: 2 });
    expect(curveColumns({ ...state }, 'trainer:loss')).toBe(columns);
    const more = { ...state, trainer: withEntries(trainer, [logged(30, { loss: 2 })]) };
    expect(curveColumns(more, 'trainer:loss')).not.toBe(columns);
    expect(curveColumns(more, 'trainer:eval_loss')).toBe(curveColumns(state, 'trainer:eval_loss'));
  });

  it('has no rows where the trainer logged nothing of the name', () => {
    expect(curveColumns(state, 'trainer:accuracy').steps.length).toBe(0);
  });

  it('is read, summed up and written as a table like any other', () => {
    expect(readingAt([line], panel, 12, 'linear')).toBe('step 10: loss (trainer’s log) 3');
    expect(summaryOf([line], panel)).toBe('loss (trainer’s log) 2.50 at step 20, 2 samples');
    expect(chartTable({ lines: [line], branches: [], metrics: panel.metrics, range: [0, 15] }).rows).toEqual([
      [10, '', 3, null],
    ]);
  });
});

describe('panelsOf', () => {
  const ids = (scope: 'overview' | 'all' | 'chosen', chosen: string[] = []) =>
    panelsOf(scope, state, new Set(chosen)).map(({ id }) => id);

  it('has the loss of the training in the overview, below the one that was measured', () => {
    expect(ids('overview').slice(0, 3)).toEqual(['loss', 'trainer:loss', 'induction_score']);
  });

  it('has all that was logged under all, and what was chosen of it', () => {
    expect(ids('all').slice(-3)).toEqual(['trainer:loss', 'trainer:eval_loss', 'trainer:train/lr']);
    expect(ids('chosen', ['trainer:train/lr', 'gini'])).toEqual(['gini', 'trainer:train/lr']);
  });
});
