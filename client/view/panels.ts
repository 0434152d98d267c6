/**
 * Which charts there are: the metric catalogue in the order in which it is read, what the model can do first, then
 * how its graph is organised, then how it differs from the graph before. The two losses share one chart, because
 * their difference is the point. A few panels are the overview; all others wait until they are asked for.
 */
import {
  ACTIVITY_THRESHOLD,
  CHURN_METRICS,
  COMPARISON_METRICS,
  LEVEL_METRICS,
  type MetricInfo,
  TASK_MEASURES,
} from '../../protocol/metrics.ts';
import type { Checkpoint } from '../../protocol/state.ts';
import { metricOf } from './columns.ts';

export type Panel = {
  /** Id of the first metric, or the name of the group. */
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly explanation: string;
  readonly source: string;
  readonly metrics: readonly MetricInfo[];
  /** Id of the metric below which a value of this one is noise; null where there is none. */
  readonly floor: string | null;
  /** Values are whole numbers of something. */
  readonly isCount: boolean;
};

export type PanelScope = 'overview' | 'all' | 'chosen';

const COUNTED: readonly string[] = ['edges', 'nodes', 'communities'];
const FLOORS: Readonly<Record<string, string>> = { churn: 'churn_floor' };
const LOSSES = ['loss_first_half', 'loss_second_half'];
/** Nine panels fill a window of 1440 × 900. */
const OVERVIEW = [
  'loss',
  'induction_score',
  'accuracy_second_half',
  'total_strength',
  'active_edges',
  'active_nodes',
  'density',
  'gini',
  'churn',
];

export const PANEL_GROUPS: readonly { readonly label: string; readonly panels: readonly Panel[] }[] = [
  {
    label: 'What the model can do',
    panels: [
      lossPanel(TASK_MEASURES.filter(({ id }) => LOSSES.includes(id))),
      ...TASK_MEASURES.filter(({ id }) => !LOSSES.includes(id)).map(panelOf),
    ],
  },
  { label: 'How its graph is organised', panels: LEVEL_METRICS.map(panelOf) },
  {
    label: 'How it differs from the graph before',
    panels: [...COMPARISON_METRICS, ...CHURN_METRICS].map(panelOf),
  },
];

export const PANELS: readonly Panel[] = PANEL_GROUPS.flatMap(({ panels }) => panels);

/** The overview and the chosen always, so that nothing jumps; of the others those that have a sample. */
export function panelsOf(
  scope: PanelScope,
  checkpoints: readonly Checkpoint[],
  chosen: ReadonlySet<string> = new Set(),
): Panel[] {
  return PANELS.filter(({ id, metrics }) => {
    if (scope === 'chosen') return chosen.has(id);
    if (OVERVIEW.includes(id)) return true;
    if (scope === 'overview') return false;
    return hasSample(metrics, checkpoints);
  });
}

/** Ids of the panels that have something to show. */
export function panelsWithSample(checkpoints: readonly Checkpoint[]): ReadonlySet<string> {
  return new Set(PANELS.filter(({ metrics }) => hasSample(metrics, checkpoints)).map(({ id }) => id));
}

function hasSample(metrics: readonly MetricInfo[], checkpoints: readonly Checkpoint[]): boolean {
  return checkpoints.some((checkpoint) => metrics.some((metric) => metricOf(checkpoint, metric.id) !== null));
}

function panelOf(metric: MetricInfo): Panel {
  const { id, label, unit, explanation, source } = metric;
  const threshold = id.startsWith('active_')
    ? ` The threshold is ${ACTIVITY_THRESHOLD} unless the run states another.`
    : '';
  return {
    id,
    label,
    unit,
    explanation: explanation + threshold,
    source,
    metrics: [metric],
    floor: FLOORS[id] ?? null,
    isCount: COUNTED.includes(unit),
  };
}

function lossPanel(metrics: readonly MetricInfo[]): Panel {
  return {
    id: 'loss',
    label: 'Loss',
    unit: metrics[0].unit,
    explanation: metrics.map(({ explanation }) => explanation).join(' '),
    source: [...new Set(metrics.map(({ source }) => source))].join('; '),
    metrics,
    floor: null,
    isCount: false,
  };
}
