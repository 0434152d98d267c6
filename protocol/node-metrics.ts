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
