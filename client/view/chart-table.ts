/**
 * The numbers of a chart as they are seen: every checkpoint of every line inside the steps that are shown, with value and
 * standard error of each metric, and what was left behind after that. A checkpoint without a value has none here either.
 */
import type { MetricInfo } from '../../protocol/metric-info.ts';
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import type { Range } from './axis.ts';
import { metricOf } from './columns.ts';
import type { Line } from './lines.ts';

export type TableWanted = {
  readonly lines: readonly Line[];
  readonly branches: readonly Branch[];
  readonly metrics: readonly Pick<MetricInfo, 'id' | 'label'>[];
  readonly range: Range;
};

export type ChartTable = {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
};

export function chartTable({ lines, branches, metrics, range: [from, to] }: TableWanted): ChartTable {
  const several = lines.length > 1 || branches.length > 0;
  const rowsOf = (run: string, checkpoints: readonly Checkpoint[], scale: number) =>
    checkpoints.flatMap((checkpoint) => {
      const { id, step, metricErrors } = checkpoint;
      if (step * scale < from || step * scale > to) return [];
      const cells = metrics.flatMap((metric) => {
        const value = metricOf(checkpoint, metric.id);
        return [value, value === null ? null : (metricErrors[metric.id] ?? null)];
      });
      return [[...(several ? [run] : []), step, id, ...cells]];
    });
  return {
    head: [
      ...(several ? ['Run'] : []),
      'Step',
      'Checkpoint',
      ...metrics.flatMap(({ label }) => [label, `${label}, standard error`]),
    ],
    rows: [
      ...lines.flatMap(({ name, columns, scale }) => rowsOf(name, columns.checkpoints, scale)),
      ...branches.flatMap(({ fromStep, checkpoints }) =>
        rowsOf(`${lines[0].name}, left behind at step ${fromStep}`, checkpoints, 1),
      ),
    ],
  };
}
