/**
 * All metrics of a graph, by the ids of the catalogue (protocol/metrics.ts), and of one graph beside another.
 * Pure; every value is finite, and a metric without a value has no entry.
 */
import {
  ACTIVITY_THRESHOLD,
  type LEVEL_METRICS,
  type LevelMetricId,
  type NODE_METRICS,
  type NodeMetricId,
} from '../../protocol/metrics.ts';
import type { Roles } from '../../protocol/state.ts';
import { activity } from './activity.ts';
import { betweennessObserver } from './betweenness.ts';
import { churn } from './churn.ts';
import { closenessObserver } from './closeness.ts';
import { averageClustering, directedClustering } from './clustering.ts';
import type { ComponentGraph } from './component-graph.ts';
import { edgeTurnover } from './edge-turnover.ts';
import { edgeWeights } from './edge-weights.ts';
import { efficiencyObserver } from './efficiency.ts';
import { normalizedEntropy } from './entropy.ts';
import { gini } from './gini.ts';
import { hits } from './hits.ts';
import { meanLayerSpan } from './layer-span.ts';
import { louvain } from './louvain.ts';
import { pagerank, reversePagerank } from './pagerank.ts';
import { holders } from './roles.ts';
import { observePaths } from './shortest-paths.ts';
import { spearman } from './spearman.ts';
import { inStrength, outStrength } from './strength.ts';
import { trophicIncoherence, trophicLevels } from './trophic.ts';

const LOUVAIN_SEED = 1;

type ExpensiveLevelId = Extract<(typeof LEVEL_METRICS)[number], { readonly cost: 'expensive' }>['id'];
type ExpensiveNodeId = Extract<(typeof NODE_METRICS)[number], { readonly cost: 'expensive' }>['id'];

type MeasuredOf<Level extends string, Node extends string, Role extends keyof Roles> = {
  readonly metrics: Readonly<Record<Level, number>>;
  /** One value a node, in node order. */
  readonly nodeMetrics: Readonly<Record<Node, number[]>>;
  readonly roles: Pick<Roles, Role>;
};

export type Measured = MeasuredOf<LevelMetricId, NodeMetricId, keyof Roles>;
export type MeasuredCheap = MeasuredOf<
  Exclude<LevelMetricId, ExpensiveLevelId>,
  Exclude<NodeMetricId, ExpensiveNodeId>,
  'spreaders' | 'gatherers'
>;
export type MeasuredExpensive = MeasuredOf<ExpensiveLevelId, ExpensiveNodeId, 'gatekeepers'>;

/** @param threshold an edge is active above it */
export function measure(graph: ComponentGraph, threshold: number): Measured {
  const cheap = measureCheap(graph, threshold);
  const expensive = measureExpensive(graph);
  return {
    metrics: { ...cheap.metrics, ...expensive.metrics },
    nodeMetrics: { ...cheap.nodeMetrics, ...expensive.nodeMetrics },
    roles: { ...cheap.roles, ...expensive.roles },
  };
}

/** What takes a few passes over the edges. */
export function measureCheap(graph: ComponentGraph, threshold: number): MeasuredCheap {
  const nodeMetrics = {
    out_strength: outStrength(graph),
    in_strength: inStrength(graph),
    pagerank: pagerank(graph),
    reverse_pagerank: reversePagerank(graph),
    ...hits(graph),
  };
  return {
    metrics: {
      ...edgeWeights(graph.weights),
      ...activity(graph, threshold),
      gini: gini(graph.weights),
      normalized_entropy: normalizedEntropy(graph.weights),
      mean_layer_span: meanLayerSpan(graph),
    },
    nodeMetrics,
    roles: {
      spreaders: holders(graph.nodes, nodeMetrics.out_strength),
      gatherers: holders(graph.nodes, nodeMetrics.in_strength),
    },
  };
}

/** What takes time with the cube of the nodes, or rounds over the edges: may follow later. */
export function measureExpensive(graph: ComponentGraph): MeasuredExpensive {
  const count = graph.nodes.length;
  const paths = {
    betweenness: betweennessObserver(count),
    closeness: closenessObserver(count),
    efficiency: efficiencyObserver(count),
  };
  observePaths(graph, Object.values(paths));
  const found = louvain(graph, LOUVAIN_SEED);
  const nodeMetrics = {
    betweenness: paths.betweenness.result(),
    closeness: paths.closeness.result(),
    directed_clustering: directedClustering(graph),
    trophic_level: trophicLevels(graph),
  };
  return {
    metrics: {
      efficiency_reachable: paths.efficiency.result(),
      average_directed_clustering: averageClustering(nodeMetrics.directed_clustering),
      trophic_incoherence: trophicIncoherence(graph, nodeMetrics.trophic_level),
      modularity: found.modularity,
      communities: found.count,
    },
    nodeMetrics,
    roles: { gatekeepers: holders(graph.nodes, nodeMetrics.betweenness) },
  };
}

/** What always has a value; a rank correlation has none where one side is constant. */
export type Compared = Readonly<Record<'churn' | 'edges_added' | 'edges_removed', number>> &
  Readonly<Record<string, number>>;

/** What the weights tell of the change from one graph to another over the same possible edges. */
export function compare(before: Float64Array, after: Float64Array, threshold = ACTIVITY_THRESHOLD): Compared {
  return {
    churn: churn(before, after),
    ...edgeTurnover(before, after, threshold),
    ...sampled({ spearman: spearman(before, after) }),
  };
}

/** The whole of the comparison, strengths included. */
export function compareGraphs(before: ComponentGraph, after: ComponentGraph, threshold: number): Compared {
  const correlation = (strength: (graph: ComponentGraph) => number[]) =>
    spearman(Float64Array.from(strength(before)), Float64Array.from(strength(after)));
  return {
    ...compare(before.weights, after.weights, threshold),
    ...sampled({
      out_strength_spearman: correlation(outStrength),
      in_strength_spearman: correlation(inStrength),
    }),
  };
}

function sampled(values: Readonly<Record<string, number | null>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([id, value]) => (value === null ? [] : [[id, value]])),
  );
}
