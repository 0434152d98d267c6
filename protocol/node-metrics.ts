/** The catalogue's entries with one value a node. */
import type { MetricInfo } from './metric-info.ts';

export const NODE_METRICS = [
  {
    id: 'out_strength',
    label: 'Out-strength',
    unit: '',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'in_strength',
    label: 'In-strength',
    unit: '',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'pagerank',
    label: 'PageRank',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'reverse_pagerank',
    label: 'Reverse PageRank',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'hub',
    label: 'Hub score',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'authority',
    label: 'Authority score',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'cheap',
  },
  {
    id: 'betweenness',
    label: 'Betweenness',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'expensive',
  },
  {
    id: 'closeness',
    label: 'Closeness',
    unit: '',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'expensive',
  },
  {
    id: 'directed_clustering',
    label: 'Clustering',
    unit: '',
    range: [0, 1],
    comparesWithPrevious: false,
    cost: 'expensive',
  },
  {
    id: 'trophic_level',
    label: 'Trophic level',
    unit: 'levels',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'expensive',
  },
] as const satisfies readonly MetricInfo[];

/** Effects on the model's output, where they are computed: they need the unembedding, and may be left out. */
export const EFFECT_METRICS = [
  {
    id: 'kl_nats',
    label: 'KL divergence of the output',
    unit: 'nats',
    range: [0, null],
    comparesWithPrevious: false,
    cost: 'expensive',
  },
  {
    id: 'delta_loss_nats',
    label: 'Change of loss',
    unit: 'nats',
    range: [null, null],
    comparesWithPrevious: false,
    cost: 'expensive',
  },
  {
    id: 'logit_cosine',
    label: 'Turn of the logits',
    unit: '',
    range: [0, 2],
    comparesWithPrevious: false,
    cost: 'expensive',
  },
] as const satisfies readonly MetricInfo<number | null>[];
