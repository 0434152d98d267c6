/** The catalogue's entries with one value a node. */
import type { MetricInfo } from './metric-info.ts';

export const NODE_METRICS = [
  {
    id: 'out_strength',
    label: 'Out-strength',
    unit: '',
    range: [0, null],
    explanation:
      'Sum of the weights of a component’s outgoing edges: how much ablating it changes the others. The highest are called spreaders.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'A. Barrat et al., PNAS 101 (2004)',
  },
  {
    id: 'in_strength',
    label: 'In-strength',
    unit: '',
    range: [0, null],
    explanation:
      'Sum of the weights of a component’s incoming edges: how much it changes when others are ablated. The highest are called gatherers.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'A. Barrat et al., PNAS 101 (2004)',
  },
  {
    id: 'pagerank',
    label: 'PageRank',
    unit: '',
    range: [0, 1],
    explanation:
      'Share of the time that a walker along the edges spends at a component, starting anew with probability 0.15 a step. It is high where influence from many components ends up.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'S. Brin & L. Page (1998)',
  },
  {
    id: 'reverse_pagerank',
    label: 'Reverse PageRank',
    unit: '',
    range: [0, 1],
    explanation:
      'PageRank with all edges turned round. It is high where influence on many components comes from.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'S. Brin & L. Page (1998); D. Fogaras (2003)',
  },
  {
    id: 'hub',
    label: 'Hub score',
    unit: '',
    range: [0, 1],
    explanation:
      'High for a component with strong edges to good authorities; the scores of all components sum to 1. It names the senders of the strongest pattern in the graph.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'J. M. Kleinberg, J. ACM 46 (1999)',
  },
  {
    id: 'authority',
    label: 'Authority score',
    unit: '',
    range: [0, 1],
    explanation:
      'High for a component with strong edges from good hubs; the scores of all components sum to 1. It names the receivers of the strongest pattern in the graph.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'J. M. Kleinberg, J. ACM 46 (1999)',
  },
  {
    id: 'betweenness',
    label: 'Betweenness',
    unit: '',
    range: [0, 1],
    explanation:
      'Share of the shortest paths between other components that pass through this one, an edge being 1/w long. The highest are called gatekeepers.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'U. Brandes, J. Math. Sociol. 25 (2001)',
  },
  {
    id: 'closeness',
    label: 'Closeness',
    unit: '',
    range: [0, null],
    explanation:
      'Inverse mean distance from the components that reach this one, scaled by their share of all. It is high where many components are few strong edges away.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'S. Wasserman & K. Faust, Social Network Analysis (1994)',
  },
  {
    id: 'directed_clustering',
    label: 'Clustering',
    unit: '',
    range: [0, 1],
    explanation:
      'Strength of the triangles around a component, as a share of what its edges could form at the largest weight. It is high inside a tightly knit group.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'G. Fagiolo, Phys. Rev. E 76 (2007)',
  },
  {
    id: 'trophic_level',
    label: 'Trophic level',
    unit: 'levels',
    range: [0, null],
    explanation:
      'Height of a component in the flow of influence, fitted so that edges climb one level as nearly as they can; the lowest is 0. It is the layer that a component works in, judged by the weights instead of by its place.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'R. S. MacKay, S. Johnson & B. Sansom, R. Soc. Open Sci. 7 (2020)',
  },
] as const satisfies readonly MetricInfo[];

/** Effects on the model's output, where they are computed: they need the unembedding, and may be left out. */
export const EFFECT_METRICS = [
  {
    id: 'kl_nats',
    label: 'KL divergence of the output',
    unit: 'nats',
    range: [0, null],
    explanation:
      'Kullback–Leibler divergence from the clean to the ablated next-token distribution, mean over positions. It is high for a component that the predictions hang on.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'S. Kullback & R. A. Leibler, Ann. Math. Stat. 22 (1951)',
  },
  {
    id: 'delta_loss_nats',
    label: 'Change of loss',
    unit: 'nats',
    range: [null, null],
    explanation:
      'Mean next-token loss with the component ablated less the clean one. Above 0 the component helps, below 0 the model would do better without it on this probe.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'Loss under ablation, this project',
  },
  {
    id: 'logit_cosine',
    label: 'Turn of the logits',
    unit: '',
    range: [0, 2],
    explanation:
      '1 − cosine between the clean and the ablated logits, each less their mean. It says how far the output turns, in the measure of the edge weights.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'E. Rocchetti, arXiv 2509.15269 (2025)',
  },
] as const satisfies readonly MetricInfo<number | null>[];
