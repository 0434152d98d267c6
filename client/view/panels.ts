/**
 * Which charts there are: the metric catalogue in the order in which it is read, what the model can do first, then
 * how its graph is organised, then how it differs from the graph before. The two losses share one chart, because
 * their difference is the point. A few panels are the overview; all others wait until they are asked for.
 */
import {
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

/** By its id, or that of a metric, which is then a panel of its own; null where there is none. */
export function panelNamed(name: string): Panel | null {
  const panel = PANELS.find(({ id }) => id === name);
  if (panel) return panel;
  const metric = PANELS.flatMap(({ metrics }) => metrics).find(({ id }) => id === name);
  return metric ? panelOf(metric) : null;
}

/** What to say where there is none. */
export function unknownMetricText(name: string): string {
  return `There is no metric "${name}". Known are ${OVERVIEW.join(', ')} and ${PANELS.length - OVERVIEW.length} others (protocol/metrics.ts).`;
}

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
  const { id, label, unit } = metric;
  return {
    id,
    label,
    unit,
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
    metrics,
    floor: null,
    isCount: false,
  };
}
