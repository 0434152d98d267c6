/**
 * The catalogue of graph metrics and node metrics: what server, client and documents call them and say of them.
 *
 * w are the weights of the possible edges, M their count, τ the activity threshold (0.3 unless stated).
 * Formulas and references stand with the code that computes them; the sentences here are for readers of a chart.
 */
export type MetricInfo = {
  readonly id: string;
  readonly label: string;
  /** Unit of the values, `''` for a pure number. */
  readonly unit: string;
  /** Smallest and largest possible value; `null` where there is no bound. */
  readonly range: readonly [number, number | null];
  /** Two sentences: what it is, how to read it. */
  readonly explanation: string;
  /** Compares a checkpoint with the one before it, so the first checkpoint has no value. */
  readonly comparesWithPrevious: boolean;
};

export const GRAPH_METRICS = [
  {
    id: 'total_strength',
    label: 'Total strength',
    unit: '',
    range: [0, null],
    explanation:
      'Sum of all edge weights: how much the components depend on one another altogether. It rises when ablating one component changes the others more.',
    comparesWithPrevious: false,
  },
  {
    id: 'active_edges',
    label: 'Active edges',
    unit: 'edges',
    range: [0, null],
    explanation:
      'Number of edges with a weight above the activity threshold. Weights below it are small changes of direction that one ablation causes almost anywhere.',
    comparesWithPrevious: false,
  },
  {
    id: 'active_nodes',
    label: 'Active nodes',
    unit: 'nodes',
    range: [0, null],
    explanation:
      'Number of components that touch at least one active edge. The others neither change much nor are changed much.',
    comparesWithPrevious: false,
  },
  {
    id: 'density',
    label: 'Density',
    unit: '',
    range: [0, 1],
    explanation:
      'Active edges divided by the ordered pairs of active nodes. The graph has no cycles, so it stays below one half.',
    comparesWithPrevious: false,
  },
  {
    id: 'gini',
    label: 'Gini coefficient',
    unit: '',
    range: [0, 1],
    explanation:
      'Inequality of the edge weights: 0 when all are equal, near 1 when a few edges carry everything. It rises as the model commits to particular paths.',
    comparesWithPrevious: false,
  },
  {
    id: 'churn',
    label: 'Churn',
    unit: '',
    range: [0, 1],
    explanation:
      'Weighted Jaccard distance to the previous checkpoint, both graphs scaled to total strength 1. 0 means the same graph up to scale, 1 means that nothing is shared.',
    comparesWithPrevious: true,
  },
] as const satisfies readonly MetricInfo[];

export const NODE_METRICS = [
  {
    id: 'out_strength',
    label: 'Out-strength',
    unit: '',
    range: [0, null],
    explanation:
      'Sum of the weights of a component’s outgoing edges: how much ablating it changes the others. The highest are called spreaders.',
    comparesWithPrevious: false,
  },
  {
    id: 'in_strength',
    label: 'In-strength',
    unit: '',
    range: [0, null],
    explanation:
      'Sum of the weights of a component’s incoming edges: how much it changes when others are ablated. The highest are called gatherers.',
    comparesWithPrevious: false,
  },
] as const satisfies readonly MetricInfo[];

export const TASK_MEASURES = [
  {
    id: 'loss_first_half',
    label: 'Loss, first half',
    unit: 'nats',
    range: [0, null],
    explanation:
      'Mean next-token loss over the first half of the probe. On the induction probe nothing there can be predicted, so it stays near the logarithm of the vocabulary size.',
    comparesWithPrevious: false,
  },
  {
    id: 'loss_second_half',
    label: 'Loss, second half',
    unit: 'nats',
    range: [0, null],
    explanation:
      'Mean next-token loss over the second half of the probe. On the induction probe it repeats the first half, and the loss falls when the model learns to copy.',
    comparesWithPrevious: false,
  },
  {
    id: 'induction_score',
    label: 'Induction score',
    unit: 'nats',
    range: [0, null],
    explanation:
      'Loss over the first half minus loss over the second half. It jumps when induction heads form.',
    comparesWithPrevious: false,
  },
  {
    id: 'accuracy_second_half',
    label: 'Accuracy, second half',
    unit: '',
    range: [0, 1],
    explanation:
      'Share of second-half tokens that the model ranks first. Chance is one over the vocabulary size.',
    comparesWithPrevious: false,
  },
] as const satisfies readonly MetricInfo[];

export type GraphMetricId = (typeof GRAPH_METRICS)[number]['id'];
export type NodeMetricId = (typeof NODE_METRICS)[number]['id'];
export type TaskMeasureId = (typeof TASK_MEASURES)[number]['id'];

/** An edge counts as active above this weight (the paper's threshold 0.7 on the cosine). */
export const ACTIVITY_THRESHOLD = 0.3;
