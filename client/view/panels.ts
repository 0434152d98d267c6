/**
 * Which charts there are: the metric catalogue in the order in which it is read, what the model can do first, then
 * how its graph is organised. The two losses share one chart, because their difference is the point.
 */
import { ACTIVITY_THRESHOLD, GRAPH_METRICS, type MetricInfo, TASK_MEASURES } from '../../protocol/metrics.ts';

export type Panel = {
  /** Id of the first metric, or the name of the group. */
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly explanation: string;
  readonly metrics: readonly MetricInfo[];
  /** Values are whole numbers of something. */
  readonly isCount: boolean;
};

const COUNTED: readonly string[] = ['edges', 'nodes'];
const LOSSES = ['loss_first_half', 'loss_second_half'];

export const PANELS: readonly Panel[] = [
  lossPanel(TASK_MEASURES.filter(({ id }) => LOSSES.includes(id))),
  ...TASK_MEASURES.filter(({ id }) => !LOSSES.includes(id)).map(panelOf),
  ...GRAPH_METRICS.map(panelOf),
];

function panelOf(metric: MetricInfo): Panel {
  const { id, label, unit, explanation } = metric;
  const threshold = id.startsWith('active_')
    ? ` The threshold is ${ACTIVITY_THRESHOLD} unless the run states another.`
    : '';
  return {
    id,
    label,
    unit,
    explanation: explanation + threshold,
    metrics: [metric],
    isCount: COUNTED.includes(unit),
  };
}

function lossPanel(metrics: readonly MetricInfo[]): Panel {
  return {
    id: 'loss',
    label: 'Loss',
    unit: metrics[0].unit,
    explanation: metrics.map(({ explanation }) => explanation).join(' '),
    metrics,
    isCount: false,
  };
}
