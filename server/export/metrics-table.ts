/**
 * The metrics of every checkpoint as one table in CSV, those of branches too: a row a checkpoint, every metric and task
 * measure of the catalogue followed by its standard error over prompts. Fields are empty where there is no value: the
 * first checkpoint has none of what compares with the one before. Last comes what the trainer logged at the very step of a
 * checkpoint of the run as it stands. Memory: one checkpoint at a time.
 */
import { GRAPH_METRICS, TASK_MEASURES } from '../../protocol/metrics.ts';
import { csvRow } from './csv-row.ts';
import type { RecordedRun } from './recorded-run.ts';

const IDS: readonly string[] = [...GRAPH_METRICS, ...TASK_MEASURES].map(({ id }) => id);

export async function* metricsTable(run: RecordedRun): AsyncGenerator<string, void, undefined> {
  const logged = run.trainer.map(({ name, steps, values }) => ({
    id: `trainer:${name}`,
    at: new Map(steps.map((step, index) => [step, values[index]])),
  }));
  yield csvRow([
    'step',
    'checkpoint',
    'branch',
    ...IDS.flatMap((id) => [id, `${id}_standard_error`]),
    ...logged.map(({ id }) => id),
  ]);
  for await (const { checkpoint, branch } of run.checkpoints) {
    const { step, id, metrics, task, metricErrors } = checkpoint;
    const values = IDS.flatMap((metric) => [
      metrics[metric] ?? task[metric] ?? null,
      metricErrors[metric] ?? null,
    ]);
    const trainers = logged.map(({ at }) => (branch === null ? (at.get(step) ?? null) : null));
    yield csvRow([step, id, branch, ...values, ...trainers]);
  }
}
