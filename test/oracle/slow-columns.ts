/** The columns of a run made anew from all of its checkpoints: what `RunColumns` must be equal to after any change. */
import { boundOf, type Column, metricOf } from '../../client/view/columns.ts';
import type { MetricInfo } from '../../protocol/metric-info.ts';
import type { Checkpoint } from '../../protocol/state.ts';

export function slowColumn(
  checkpoints: readonly Checkpoint[],
  info: Pick<MetricInfo, 'id' | 'range'>,
): Column {
  const values = checkpoints.map((checkpoint) => metricOf(checkpoint, info.id));
  const hasErrors = checkpoints.some((checkpoint) => boundOf(checkpoint, info, 1) !== null);
  const bound = (sign: 1 | -1) => checkpoints.map((checkpoint) => boundOf(checkpoint, info, sign));
  return {
    metric: info.id,
    values,
    band: hasErrors ? { low: bound(-1), high: bound(1) } : null,
    samples: values.filter((value) => value !== null).length,
  };
}
