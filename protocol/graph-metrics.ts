/** The catalogue's entries for one graph as a whole. w are the weights of the possible edges, τ the activity threshold. */
import type { MetricInfo } from './metric-info.ts';

const EDGE_WEIGHT_SOURCE = 'Total ablation effect, E. Rocchetti, arXiv 2509.15269 (2025)';

export const LEVEL_METRICS = [
  {
    id: 'total_strength',
    label: 'Total strength',
    unit: '',
    range: [0, null],
    explanation:
      'Sum of all edge weights: how much the components depend on one another altogether. It rises when ablating one component changes the others more.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: EDGE_WEIGHT_SOURCE,
  },
  {
    id: 'mean_weight',
    label: 'Mean weight',
    unit: '',
    range: [0, null],
    explanation:
      'Total strength divided by the number of possible edges. Unlike the total it can be compared between models of different size.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: EDGE_WEIGHT_SOURCE,
  },
  {
    id: 'median_weight',
    label: 'Median weight',
    unit: '',
    range: [0, null],
    explanation:
      'The weight that half of the possible edges exceed. A mean that leaves it behind says that a few strong edges are growing.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: EDGE_WEIGHT_SOURCE,
  },
  {
    id: 'p90_weight',
    label: '90th percentile of weights',
    unit: '',
    range: [0, null],
    explanation:
      'The weight that one possible edge in ten exceeds, interpolated linearly. It follows the strong edges without hanging on a single one.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: EDGE_WEIGHT_SOURCE,
  },
  {
    id: 'max_weight',
    label: 'Largest weight',
    unit: '',
    range: [0, null],
    explanation:
      'Weight of the strongest edge. Above 1 the ablation turns the target’s output to the opposite side.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: EDGE_WEIGHT_SOURCE,
  },
  {
    id: 'active_edges',
    label: 'Active edges',
    unit: 'edges',
    range: [0, null],
    explanation:
      'Number of edges with a weight above the activity threshold. Weights below it are small changes of direction that one ablation causes almost anywhere.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'E. Rocchetti, arXiv 2509.15269 (2025)',
  },
  {
    id: 'active_nodes',
    label: 'Active nodes',
    unit: 'nodes',
    range: [0, null],
    explanation:
      'Number of components that touch at least one active edge. The others neither change much nor are changed much.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'E. Rocchetti, arXiv 2509.15269 (2025)',
  },
  {
    id: 'density',
    label: 'Density',
    unit: '',
    range: [0, 1],
    explanation:
      'Active edges divided by the ordered pairs of active nodes. The graph has no cycles, so it never exceeds one half.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'E. Rocchetti, arXiv 2509.15269 (2025)',
  },
  {
    id: 'fill',
    label: 'Fill',
    unit: '',
    range: [0, 1],
    explanation:
      'Active edges divided by the edges that the architecture allows. It reaches 1 when every component changes every later one.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'Active share of possible edges, this project',
  },
  {
    id: 'gini',
    label: 'Gini coefficient',
    unit: '',
    range: [0, 1],
    explanation:
      'Inequality of the edge weights: 0 when all are equal, near 1 when a few edges carry everything. It rises as the model commits to particular paths.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'C. Gini, Variabilità e mutabilità (1912)',
  },
  {
    id: 'normalized_entropy',
    label: 'Normalised entropy',
    unit: '',
    range: [0, 1],
    explanation:
      'Entropy of the weights as shares of their sum, divided by the largest it could be. 1 means that all edges weigh the same, and it falls as weight gathers on few of them.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'C. E. Shannon, A mathematical theory of communication (1948)',
  },
  {
    id: 'mean_layer_span',
    label: 'Mean layer span',
    unit: 'layers',
    range: [0, null],
    explanation:
      'Number of layers that an edge crosses, averaged with the weights. It rises when components reach further ahead than to their neighbours.',
    comparesWithPrevious: false,
    cost: 'cheap',
    source: 'Weighted mean of edge lengths, this project',
  },
  {
    id: 'efficiency_reachable',
    label: 'Efficiency',
    unit: '',
    range: [0, null],
    explanation:
      'Mean of 1 over the shortest distance of all pairs joined by a path, an edge being 1/w long. It rises with the weights, and more than they do where detours become shorter than direct edges.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'V. Latora & M. Marchiori, Phys. Rev. Lett. 87 (2001)',
  },
  {
    id: 'average_directed_clustering',
    label: 'Clustering',
    unit: '',
    range: [0, 1],
    explanation:
      'Mean over nodes of the strength of the triangles around them, weights scaled by the largest. It is high where components that change a third one also change each other.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'G. Fagiolo, Phys. Rev. E 76 (2007)',
  },
  {
    id: 'trophic_incoherence',
    label: 'Trophic incoherence',
    unit: '',
    range: [0, 1],
    explanation:
      'How far the weights are from climbing exactly one level an edge, with levels fitted to the weights. 0 is a strict hierarchy, 1 has no direction at all.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'R. S. MacKay, S. Johnson & B. Sansom, R. Soc. Open Sci. 7 (2020)',
  },
  {
    id: 'modularity',
    label: 'Modularity',
    unit: '',
    range: [-0.5, 1],
    explanation:
      'Share of the weight inside communities above what strengths alone would put there, for the communities that the Louvain method finds. Near 0 there are no communities worth the name.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'E. A. Leicht & M. E. J. Newman (2008); V. D. Blondel et al. (2008)',
  },
  {
    id: 'communities',
    label: 'Communities',
    unit: 'communities',
    range: [0, null],
    explanation:
      'Number of groups that the Louvain method finds, seeded, so that equal graphs give equal groups. Read it with the modularity: groups of a graph without modularity mean nothing.',
    comparesWithPrevious: false,
    cost: 'expensive',
    source: 'V. D. Blondel et al., J. Stat. Mech. P10008 (2008)',
  },
] as const satisfies readonly MetricInfo[];
