/**
 * What the catalogue's metrics mean, for readers of a chart: two sentences each, and where the definition comes from, in
 * short. Apart from the catalogue, since a page needs them only when somebody asks.
 */

import type { HeadScoreId } from './head-scores.ts';
import type { EffectMetricId, GraphMetricId, NodeMetricId, TaskMeasureId } from './metrics.ts';

export type Explanation = {
  /** What it is, how to read it. */
  readonly text: string;
  readonly source: string;
};

export type ExplainedId = EffectMetricId | GraphMetricId | HeadScoreId | NodeMetricId | TaskMeasureId;
const EDGE_WEIGHT_SOURCE = 'Total ablation effect, E. Rocchetti, arXiv 2509.15269 (2025)';

export const EXPLANATIONS: Readonly<Record<ExplainedId, Explanation>> = {
  total_strength: {
    text: 'Sum of all edge weights: how much the components depend on one another altogether. It rises when ablating one component changes the others more.',
    source: EDGE_WEIGHT_SOURCE,
  },
  mean_weight: {
    text: 'Total strength divided by the number of possible edges. Unlike the total it can be compared between models of different size.',
    source: EDGE_WEIGHT_SOURCE,
  },
  median_weight: {
    text: 'The weight that half of the possible edges exceed. A mean that leaves it behind says that a few strong edges are growing.',
    source: EDGE_WEIGHT_SOURCE,
  },
  p90_weight: {
    text: 'The weight that one possible edge in ten exceeds, interpolated linearly. It follows the strong edges without hanging on a single one.',
    source: EDGE_WEIGHT_SOURCE,
  },
  max_weight: {
    text: 'Weight of the strongest edge. Above 1 the ablation turns the target’s output to the opposite side.',
    source: EDGE_WEIGHT_SOURCE,
  },
  active_edges: {
    text: 'Number of edges with a weight above the activity threshold. Weights below it are small changes of direction that one ablation causes almost anywhere.',
    source: 'E. Rocchetti, arXiv 2509.15269 (2025)',
  },
  active_nodes: {
    text: 'Number of components that touch at least one active edge. The others neither change much nor are changed much.',
    source: 'E. Rocchetti, arXiv 2509.15269 (2025)',
  },
  density: {
    text: 'Active edges divided by the ordered pairs of active nodes. The graph has no cycles, so it never exceeds one half.',
    source: 'E. Rocchetti, arXiv 2509.15269 (2025)',
  },
  fill: {
    text: 'Active edges divided by the edges that the architecture allows. It reaches 1 when every component changes every later one.',
    source: 'Active share of possible edges, this project',
  },
  gini: {
    text: 'Inequality of the edge weights: 0 when all are equal, near 1 when a few edges carry everything. It rises as the model commits to particular paths.',
    source: 'C. Gini, Variabilità e mutabilità (1912)',
  },
  normalized_entropy: {
    text: 'Entropy of the weights as shares of their sum, divided by the largest it could be. 1 means that all edges weigh the same, and it falls as weight gathers on few of them.',
    source: 'C. E. Shannon, A mathematical theory of communication (1948)',
  },
  mean_layer_span: {
    text: 'Number of layers that an edge crosses, averaged with the weights. It rises when components reach further ahead than to their neighbours.',
    source: 'Weighted mean of edge lengths, this project',
  },
  efficiency_reachable: {
    text: 'Mean of 1 over the shortest distance of all pairs joined by a path, an edge being 1/w long. It rises with the weights, and more than they do where detours become shorter than direct edges.',
    source: 'V. Latora & M. Marchiori, Phys. Rev. Lett. 87 (2001)',
  },
  average_directed_clustering: {
    text: 'Mean over nodes of the strength of the triangles around them, weights scaled by the largest. It is high where components that change a third one also change each other.',
    source: 'G. Fagiolo, Phys. Rev. E 76 (2007)',
  },
  trophic_incoherence: {
    text: 'How far the weights are from climbing exactly one level an edge, with levels fitted to the weights. 0 is a strict hierarchy, 1 has no direction at all.',
    source: 'R. S. MacKay, S. Johnson & B. Sansom, R. Soc. Open Sci. 7 (2020)',
  },
  modularity: {
    text: 'Share of the weight inside communities above what strengths alone would put there, for the communities that the Louvain method finds. Near 0 there are no communities worth the name.',
    source: 'E. A. Leicht & M. E. J. Newman (2008); V. D. Blondel et al. (2008)',
  },
  communities: {
    text: 'Number of groups that the Louvain method finds, seeded, so that equal graphs give equal groups. Read it with the modularity: groups of a graph without modularity mean nothing.',
    source: 'V. D. Blondel et al., J. Stat. Mech. P10008 (2008)',
  },
  churn: {
    text: 'Weighted Jaccard distance to the previous checkpoint, both graphs scaled to total strength 1. 0 means the same graph up to scale, 1 means that nothing is shared.',
    source: 'M. Ružička (1958); S. Ioffe, ICDM (2010)',
  },
  spearman: {
    text: 'Spearman correlation of the edge weights with those of the previous checkpoint. 1 means that the edges kept their order, whatever happened to their size; constant weights have none.',
    source: 'C. Spearman, Am. J. Psychol. 15 (1904)',
  },
  edges_added: {
    text: 'Number of edges that are active now and were not at the previous checkpoint. A burst of them is the graph growing new paths.',
    source: 'Turnover at the activity threshold, this project',
  },
  edges_removed: {
    text: 'Number of edges that were active at the previous checkpoint and are not now. Together with the added ones it tells turnover from growth.',
    source: 'Turnover at the activity threshold, this project',
  },
  out_strength_spearman: {
    text: 'Spearman correlation of the nodes’ out-strengths with those of the previous checkpoint. It falls when other components become the spreaders.',
    source: 'C. Spearman, Am. J. Psychol. 15 (1904)',
  },
  in_strength_spearman: {
    text: 'Spearman correlation of the nodes’ in-strengths with those of the previous checkpoint. It falls when other components become the gatherers.',
    source: 'C. Spearman, Am. J. Psychol. 15 (1904)',
  },
  churn_ewma: {
    text: 'Exponentially weighted mean of the churn, each new value counting one half. It lags by about one checkpoint and shows the trend under the jumps.',
    source: 'S. W. Roberts, Technometrics 1 (1959)',
  },
  churn_floor: {
    text: 'Churn between the graphs of the even and the odd prompts of one checkpoint. A churn below it is noise of the probe, not a change of the model.',
    source: 'Split-half reliability, C. Spearman & W. Brown (1910)',
  },
  out_strength: {
    text: 'Sum of the weights of a component’s outgoing edges: how much ablating it changes the others. The highest are called spreaders.',
    source: 'A. Barrat et al., PNAS 101 (2004)',
  },
  in_strength: {
    text: 'Sum of the weights of a component’s incoming edges: how much it changes when others are ablated. The highest are called gatherers.',
    source: 'A. Barrat et al., PNAS 101 (2004)',
  },
  pagerank: {
    text: 'Share of the time that a walker along the edges spends at a component, starting anew with probability 0.15 a step. It is high where influence from many components ends up.',
    source: 'S. Brin & L. Page (1998)',
  },
  reverse_pagerank: {
    text: 'PageRank with all edges turned round. It is high where influence on many components comes from.',
    source: 'S. Brin & L. Page (1998); D. Fogaras (2003)',
  },
  hub: {
    text: 'High for a component with strong edges to good authorities; the scores of all components sum to 1. It names the senders of the strongest pattern in the graph.',
    source: 'J. M. Kleinberg, J. ACM 46 (1999)',
  },
  authority: {
    text: 'High for a component with strong edges from good hubs; the scores of all components sum to 1. It names the receivers of the strongest pattern in the graph.',
    source: 'J. M. Kleinberg, J. ACM 46 (1999)',
  },
  betweenness: {
    text: 'Share of the shortest paths between other components that pass through this one, an edge being 1/w long. The highest are called gatekeepers.',
    source: 'U. Brandes, J. Math. Sociol. 25 (2001)',
  },
  closeness: {
    text: 'Inverse mean distance from the components that reach this one, scaled by their share of all. It is high where many components are few strong edges away.',
    source: 'S. Wasserman & K. Faust, Social Network Analysis (1994)',
  },
  directed_clustering: {
    text: 'Strength of the triangles around a component, as a share of what its edges could form at the largest weight. It is high inside a tightly knit group.',
    source: 'G. Fagiolo, Phys. Rev. E 76 (2007)',
  },
  trophic_level: {
    text: 'Height of a component in the flow of influence, fitted so that edges climb one level as nearly as they can; the lowest is 0. It is the layer that a component works in, judged by the weights instead of by its place.',
    source: 'R. S. MacKay, S. Johnson & B. Sansom, R. Soc. Open Sci. 7 (2020)',
  },
  kl_nats: {
    text: 'Kullback–Leibler divergence from the clean to the ablated next-token distribution, mean over positions. It is high for a component that the predictions hang on.',
    source: 'S. Kullback & R. A. Leibler, Ann. Math. Stat. 22 (1951)',
  },
  delta_loss_nats: {
    text: 'Mean next-token loss with the component ablated less the clean one. Above 0 the component helps, below 0 the model would do better without it on this probe.',
    source: 'Loss under ablation, this project',
  },
  logit_cosine: {
    text: '1 − cosine between the clean and the ablated logits, each less their mean. It says how far the output turns, in the measure of the edge weights.',
    source: 'E. Rocchetti, arXiv 2509.15269 (2025)',
  },
  prefix_matching: {
    text: 'Mean attention from the second half of the probe to the position after the previous occurrence of the same token. Near 1 the head is an induction head.',
    source: 'C. Olsson et al., In-context learning and induction heads (2022)',
  },
  previous_token: {
    text: 'Mean attention to the position before. Induction heads read what such heads write.',
    source: 'C. Olsson et al., In-context learning and induction heads (2022)',
  },
  first_position: {
    text: 'Mean attention to the first position. A head that rests puts its attention there.',
    source: 'G. Xiao et al., Efficient streaming language models with attention sinks (2023)',
  },
  attention_entropy: {
    text: 'Mean entropy of a position’s attention. 0 means all attention on one position; the logarithm of the number of positions means evenly spread.',
    source: 'C. Shannon (1948)',
  },
  loss_first_half: {
    text: 'Mean next-token loss over the first half of the probe. On the induction probe nothing there can be predicted, so it stays near the logarithm of the vocabulary size.',
    source: 'Mean cross-entropy over the probe',
  },
  loss_second_half: {
    text: 'Mean next-token loss over the second half of the probe. On the induction probe it repeats the first half, and the loss falls when the model learns to copy.',
    source: 'Mean cross-entropy over the probe',
  },
  induction_score: {
    text: 'Loss over the first half minus loss over the second half. It jumps when induction heads form.',
    source: 'C. Olsson et al., In-context learning and induction heads (2022)',
  },
  accuracy_second_half: {
    text: 'Share of second-half tokens that the model ranks first. Chance is one over the vocabulary size.',
    source: 'Top-1 accuracy over the probe',
  },
  in_context_score: {
    text: 'Loss at position 50 of a text minus loss at position 500, or at 10 % and 90 % of a shorter one. It grows as the model learns to use what it has read; only text probes have it.',
    source: 'Olsson et al., In-context learning and induction heads (2022)',
  },
};
