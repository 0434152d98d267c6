/**
 * The columns of a chart, from the checkpoints of a run: one row a checkpoint, one column of values a metric.
 *
 * A checkpoint without a value is a gap (`null`), never a zero, and a failed one has no value whatever it measured
 * before; both keep their row, so that all charts of a run have the same rows and one cursor serves them all.
 */
import type { Checkpoint } from '../../protocol/state.ts';

export type Columns = {
  readonly checkpoints: readonly string[];
  readonly steps: readonly number[];
  readonly series: readonly Series[];
  /** Steps of the checkpoints that failed. */
  readonly failedSteps: readonly number[];
  /** Below it a value of the first series is noise; null where the run has none. */
  readonly floor: readonly (number | null)[] | null;
};

export type Series = {
  readonly metric: string;
  readonly values: readonly (number | null)[];
  /** value − and + one standard error where it is known; `null` where no value of the run has one. */
  readonly band: {
    readonly low: readonly (number | null)[];
    readonly high: readonly (number | null)[];
  } | null;
  /** Number of values. */
  readonly samples: number;
};

export function columnsOf(
  checkpoints: readonly Checkpoint[],
  metrics: readonly string[],
  floorMetric: string | null = null,
): Columns {
  const floor =
    floorMetric === null ? [] : checkpoints.map((checkpoint) => metricOf(checkpoint, floorMetric));
  return {
    checkpoints: checkpoints.map(({ id }) => id),
    steps: checkpoints.map(({ step }) => step),
    series: metrics.map((metric) => seriesOf(checkpoints, metric)),
    failedSteps: checkpoints.filter(({ status }) => status === 'failed').map(({ step }) => step),
    floor: floor.some((value) => value !== null) ? floor : null,
  };
}

export function metricOf(checkpoint: Checkpoint, metric: string): number | null {
  if (checkpoint.status === 'failed') return null;
  return checkpoint.metrics[metric] ?? checkpoint.task[metric] ?? null;
}

function seriesOf(checkpoints: readonly Checkpoint[], metric: string): Series {
  const values = checkpoints.map((checkpoint) => metricOf(checkpoint, metric));
  const bounds = (sign: 1 | -1) =>
    checkpoints.map((checkpoint, row) => {
      const value = values[row];
      const error = checkpoint.metricErrors[metric];
      return value === null || error === undefined ? null : value + sign * error;
    });
  const hasErrors = checkpoints.some((checkpoint) => checkpoint.metricErrors[metric] !== undefined);
  return {
    metric,
    values,
    band: hasErrors ? { low: bounds(-1), high: bounds(1) } : null,
    samples: values.filter((value) => value !== null).length,
  };
}

/** Values of the first series that are below its floor, with gaps for all others. */
export function noiseOf({ series, floor }: Columns): readonly (number | null)[] {
  return (series[0]?.values ?? []).map((value, row) => {
    const limit = floor?.[row] ?? null;
    return value !== null && limit !== null && value < limit ? value : null;
  });
}

/** Row of the last value, -1 where there is none. */
export function lastRowOf(values: readonly (number | null)[]): number {
  return values.findLastIndex((value) => value !== null);
}
