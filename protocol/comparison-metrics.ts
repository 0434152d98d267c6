/** The catalogue's entries that set one graph against another one, the previous checkpoint's unless a reference is chosen. */
import type { MetricInfo } from './metric-info.ts';

/** What the weights of two graphs tell. */
export const WEIGHT_COMPARISONS = [
  {
    id: 'churn',
    label: 'Churn',
    unit: '',
    range: [0, 1],
    explanation:
      'Weighted Jaccard distance to the previous checkpoint, both graphs scaled to total strength 1. 0 means the same graph up to scale, 1 means that nothing is shared.',
    comparesWithPrevious: true,
    cost: 'cheap',
    source: 'M. Ružička (1958); S. Ioffe, ICDM (2010)',
  },
  {
    id: 'spearman',
    label: 'Rank correlation of weights',
    unit: '',
    range: [-1, 1],
    explanation:
      'Spearman correlation of the edge weights with those of the previous checkpoint. 1 means that the edges kept their order, whatever happened to their size; constant weights have none.',
    comparesWithPrevious: true,
    cost: 'cheap',
    source: 'C. Spearman, Am. J. Psychol. 15 (1904)',
  },
  {
    id: 'edges_added',
    label: 'Edges added',
    unit: 'edges',
    range: [0, null],
    explanation:
      'Number of edges that are active now and were not at the previous checkpoint. A burst of them is the graph growing new paths.',
    comparesWithPrevious: true,
    cost: 'cheap',
    source: 'Turnover at the activity threshold, this project',
  },
  {
    id: 'edges_removed',
    label: 'Edges removed',
    unit: 'edges',
    range: [0, null],
    explanation:
      'Number of edges that were active at the previous checkpoint and are not now. Together with the added ones it tells turnover from growth.',
    comparesWithPrevious: true,
    cost: 'cheap',
    source: 'Turnover at the activity threshold, this project',
  },
] as const satisfies readonly MetricInfo[];

/** What needs the ends of the edges as well. */
export const STRENGTH_COMPARISONS = [
  {
    id: 'out_strength_spearman',
    label: 'Rank correlation of out-strengths',
    unit: '',
    range: [-1, 1],
    explanation:
      'Spearman correlation of the nodes’ out-strengths with those of the previous checkpoint. It falls when other components become the spreaders.',
    comparesWithPrevious: true,
    cost: 'cheap',
    source: 'C. Spearman, Am. J. Psychol. 15 (1904)',
  },
  {
    id: 'in_strength_spearman',
    label: 'Rank correlation of in-strengths',
    unit: '',
    range: [-1, 1],
    explanation:
      'Spearman correlation of the nodes’ in-strengths with those of the previous checkpoint. It falls when other components become the gatherers.',
    comparesWithPrevious: true,
    cost: 'cheap',
    source: 'C. Spearman, Am. J. Psychol. 15 (1904)',
  },
] as const satisfies readonly MetricInfo[];

/** What helps to read the churn: its trend, and the size below which it is noise. */
export const CHURN_CONTEXT = [
  {
    id: 'churn_ewma',
    label: 'Churn, smoothed',
    unit: '',
    range: [0, 1],
    explanation:
      'Exponentially weighted mean of the churn, each new value counting one half. It lags by about one checkpoint and shows the trend under the jumps.',
    comparesWithPrevious: true,
    cost: 'cheap',
    source: 'S. W. Roberts, Technometrics 1 (1959)',
  },
  {
    id: 'churn_floor',
    label: 'Churn floor',
    unit: '',
    range: [0, 1],
    explanation:
      'Churn between the graphs of the even and the odd prompts of one checkpoint. A churn below it is noise of the probe, not a change of the model.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'Split-half reliability, C. Spearman & W. Brown (1910)',
  },
] as const satisfies readonly MetricInfo[];
