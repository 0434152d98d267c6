/**
 * The catalogue of metrics: what server, client and documents call them and say of them. Data only.
 *
 * w are the weights of the possible edges, M their count, τ the activity threshold (0.3 unless stated).
 * Formulas stand with the code that computes them; sentences for readers of a chart in explanations.ts.
 */
import { CHURN_CONTEXT, STRENGTH_COMPARISONS, WEIGHT_COMPARISONS } from './comparison-metrics.ts';
import { LEVEL_METRICS } from './graph-metrics.ts';
import type { MetricInfo } from './metric-info.ts';
import { EFFECT_METRICS, NODE_METRICS } from './node-metrics.ts';

export { EFFECT_METRICS, LEVEL_METRICS, type MetricInfo, NODE_METRICS };

/** Everything that sets a graph against another one of the run. */
export const COMPARISON_METRICS = [...WEIGHT_COMPARISONS, ...STRENGTH_COMPARISONS] as const;

/** Numbers of a checkpoint that need more than its graph and the one before: a history, or the single prompts. */
export const CHURN_METRICS = CHURN_CONTEXT;

/** What every checkpoint carries; the first has none of those that compare with the previous one. */
export const GRAPH_METRICS = [...LEVEL_METRICS, ...COMPARISON_METRICS, ...CHURN_METRICS] as const;

export const TASK_MEASURES = [
  {
    id: 'loss_first_half',
    label: 'Loss, first half',
    unit: 'nats',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'loss_second_half',
    label: 'Loss, second half',
    unit: 'nats',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'induction_score',
    label: 'Induction score',
    unit: 'nats',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'accuracy_second_half',
    label: 'Accuracy, second half',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'in_context_score',
    label: 'In-context score',
    unit: 'nats',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
] as const satisfies readonly MetricInfo[];

export type LevelMetricId = (typeof LEVEL_METRICS)[number]['id'];
export type ComparisonMetricId = (typeof COMPARISON_METRICS)[number]['id'];
export type ChurnMetricId = (typeof CHURN_METRICS)[number]['id'];
export type GraphMetricId = (typeof GRAPH_METRICS)[number]['id'];
export type NodeMetricId = (typeof NODE_METRICS)[number]['id'];
export type EffectMetricId = (typeof EFFECT_METRICS)[number]['id'];
export type TaskMeasureId = (typeof TASK_MEASURES)[number]['id'];

/** An edge counts as active above this weight (the paper's threshold 0.7 on the cosine). */
export const ACTIVITY_THRESHOLD = 0.3;
