import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { GRAPH_METRICS, TASK_MEASURES } from '../../protocol/metrics.ts';
import { metricsTable } from '../../server/export/metrics-table.ts';
import { CHECKPOINTS, recorded, runOf, textOf } from './made.ts';

async function rowsOf(checkpoints = CHECKPOINTS): Promise<Record<string, string>[]> {
  return parse(await textOf(metricsTable(runOf(checkpoints))), { columns: true });
}

describe('the table of metrics', () => {
  it('has a row a checkpoint, branches last', async () => {
    const rows = await rowsOf();
    expect(rows.map(({ step, checkpoint, branch }) => [step, checkpoint, branch])).toEqual([
      ['0', 'checkpoint-0', ''],
      ['512', 'checkpoint-512', ''],
      ['600', 'checkpoint-600', '0'],
    ]);
  });

  it('has every metric and task measure of the catalogue, each beside its standard error', async () => {
    const ids = [...GRAPH_METRICS, ...TASK_MEASURES].map(({ id }) => id);
    const [header] = (await textOf(metricsTable(runOf([])))).split('\r\n');
    expect(header.split(',')).toEqual([
      'step',
      'checkpoint',
      'branch',
      ...ids.flatMap((id) => [id, `${id}_standard_error`]),
    ]);
  });

  it('has what the trainer logged at the step of a checkpoint, and not of what was left behind', async () => {
    const trainer = [
      { name: 'loss', steps: [0, 500, 512, 600], values: [4, 3, 2.5, 2], stride: 1, count: 4 },
      { name: 'lr', steps: [500], values: [0.1], stride: 1, count: 1 },
    ];
    const rows: Record<string, string>[] = parse(
      await textOf(metricsTable({ ...runOf(CHECKPOINTS), trainer })),
      { columns: true },
    );
    expect(rows.map((row) => [row['trainer:loss'], row['trainer:lr']])).toEqual([
      ['4', ''],
      ['2.5', ''],
      ['', ''],
    ]);
  });

  it('leaves fields empty where there is no value', async () => {
    const [first, second] = await rowsOf();
    expect(first).toMatchObject({
      total_strength: '1',
      total_strength_standard_error: '0.125',
      induction_score: '1e-7',
      churn: '',
    });
    expect(second).toMatchObject({ total_strength_standard_error: '', churn: '0.5', induction_score: '' });
  });

  it('keeps numbers as they are', async () => {
    const values = [0, -0, 5e-324, 0.1 + 0.2, Number.MAX_VALUE, 1e21];
    const rows = await rowsOf(
      values.map((gini, step) => recorded(`c${step}`, step, {}, { metrics: { gini } })),
    );
    expect(rows.map(({ gini }) => Number(gini))).toEqual(values);
  });
});
