/**
 * What a chart has of a run: one row a checkpoint, one column of values a metric (`run-columns.ts` keeps them).
 *
 * A checkpoint without a value is a gap (`null`), never a zero, and a failed one has no value whatever it measured
 * before; both keep their row, so that all charts of a run have the same rows and one cursor serves them all.
 */
import type { MetricInfo } from '../../protocol/metric-info.ts';
import type { Checkpoint } from '../../protocol/state.ts';

export type Values = readonly (number | null)[];

export type Column = {
  readonly metric: string;
  readonly values: Values;
  /** value − and + one standard error where it is known, inside what the metric can be; null where no value has one. */
  readonly band: { readonly low: Values; readonly high: Values } | null;
  /** Number of values. */
  readonly samples: number;
};

export function metricOf(checkpoint: Checkpoint, metric: string): number | null {
  if (checkpoint.status === 'failed') return null;
  return checkpoint.metrics[metric] ?? checkpoint.task[metric] ?? null;
}

/** One standard error from a value; an error may reach beyond what the metric can be, where there is nothing to draw. */
export function boundOf(
  checkpoint: Checkpoint,
  { id, range: [least, most] }: Pick<MetricInfo, 'id' | 'range'>,
  sign: 1 | -1,
): number | null {
  const value = metricOf(checkpoint, id);
  const error = checkpoint.metricErrors[id];
  if (value === null || error === undefined) return null;
  const bound = value + sign * error;
  return Math.max(least, Math.min(most ?? bound, bound));
}

/** Row of the last value, -1 where there is none. */
export function lastRowOf(values: Values): number {
  return values.findLastIndex((value) => value !== null);
}
