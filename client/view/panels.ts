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
import type { Checkpoint, RunState } from '../../protocol/state.ts';
import { metricOf } from './columns.ts';
import { TRAINER } from './curve-columns.ts';

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

/** What panels are chosen by. */
export type Shown = Pick<RunState, 'checkpoints' | 'trainer'>;

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
  if (name.startsWith(TRAINER)) return trainerPanel(name);
  const panel = PANELS.find(({ id }) => id === name);
  if (panel) return panel;
  const metric = PANELS.flatMap(({ metrics }) => metrics).find(({ id }) => id === name);
  return metric ? panelOf(metric) : null;
}

/** What to say where there is none. */
export function unknownMetricText(name: string): string {
  return `There is no metric "${name}". Known are ${OVERVIEW.join(', ')} and ${PANELS.length - OVERVIEW.length} others (protocol/metrics.ts).`;
}

/**
 * The overview and the chosen always, so that nothing jumps; of the others those that have a sample. What the trainer
 * logged comes after them, but for its loss in the overview, which stands below the one that was measured.
 */
export function panelsOf(
  scope: PanelScope,
  { checkpoints, trainer }: Shown,
  chosen: ReadonlySet<string> = new Set(),
): Panel[] {
  const logged = trainer.map(({ name }) => TRAINER + name);
  const named =
    scope === 'chosen' ? [...chosen].filter(isTrainers) : scope === 'all' ? logged : lossesOf(logged);
  const panels = PANELS.filter(({ id, metrics }) => {
    if (scope === 'chosen') return chosen.has(id);
    if (OVERVIEW.includes(id)) return true;
    if (scope === 'overview') return false;
    return hasSample(metrics, checkpoints);
  });
  const logs = named.map(trainerPanel);
  return scope === 'overview' ? panels.toSpliced(1, 0, ...logs) : [...panels, ...logs];
}

/** The one to begin with: the loss of the training itself, before that of an evaluation. */
function lossesOf(logged: readonly string[]): string[] {
  const rank = (id: string) => [/:loss$/i, /train.*loss/i, /loss/i].findIndex((rule) => rule.test(id)) >>> 0;
  return logged.toSorted((a, b) => rank(a) - rank(b)).slice(0, 1);
}

/** Ids of the panels that have something to show. */
export function panelsWithSample({ checkpoints, trainer }: Shown): ReadonlySet<string> {
  const ids = PANELS.filter(({ metrics }) => hasSample(metrics, checkpoints)).map(({ id }) => id);
  return new Set([...ids, ...trainer.map(({ name }) => TRAINER + name)]);
}

export function isTrainers(id: string): boolean {
  return id.startsWith(TRAINER);
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

function trainerPanel(id: string): Panel {
  const label = `${id.slice(TRAINER.length)} (trainer’s log)`;
  return panelOf({ id, label, unit: '', range: [0, null], comparesWithPrevious: false, cost: 'cheap' });
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
