/** The catalogue's entries that set one graph against another one, the previous checkpoint's unless a reference is chosen. */
import type { MetricInfo } from './metric-info.ts';

/** What the weights of two graphs tell. */
export const WEIGHT_COMPARISONS = [
  {
    id: 'churn',
    label: 'Churn',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: true,
    cost: 'cheap',
  },
  {
    id: 'spearman',
    label: 'Rank correlation of weights',
    unit: '',
    range: [-1, 1],
    comparesWithPrevious: true,
    cost: 'cheap',
  },
  {
    id: 'edges_added',
    label: 'Edges added',
    unit: 'edges',
    range: [0, null],
    comparesWithPrevious: true,
    cost: 'cheap',
  },
  {
    id: 'edges_removed',
    label: 'Edges removed',
    unit: 'edges',
    range: [0, null],
    comparesWithPrevious: true,
    cost: 'cheap',
  },
] as const satisfies readonly MetricInfo[];

/** What needs the ends of the edges as well. */
export const STRENGTH_COMPARISONS = [
  {
    id: 'out_strength_spearman',
    label: 'Rank correlation of out-strengths',
    unit: '',
    range: [-1, 1],
    comparesWithPrevious: true,
    cost: 'cheap',
  },
  {
    id: 'in_strength_spearman',
    label: 'Rank correlation of in-strengths',
    unit: '',
    range: [-1, 1],
    comparesWithPrevious: true,
    cost: 'cheap',
  },
] as const satisfies readonly MetricInfo[];

/** What helps to read the churn: its trend, and the size below which it is noise. */
export const CHURN_CONTEXT = [
  {
    id: 'churn_ewma',
    label: 'Churn, smoothed',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: true,
    cost: 'cheap',
  },
  {
    id: 'churn_floor',
    label: 'Churn floor',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
] as const satisfies readonly MetricInfo[];
