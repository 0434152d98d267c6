/**
 * All metrics of a graph, by the ids of the catalogue (protocol/metrics.ts). Pure; every value is finite.
 */
import type { GraphMetricId, NodeMetricId } from '../../protocol/metrics.ts';
import type { Roles } from '../../protocol/state.ts';
import { activity } from './activity.ts';
import { churn } from './churn.ts';
import type { ComponentGraph } from './component-graph.ts';
import { gini } from './gini.ts';
import { holders } from './roles.ts';
import { inStrength, outStrength } from './strength.ts';

type ComparingMetricId = 'churn';

export type Measured = {
  readonly metrics: Readonly<Record<Exclude<GraphMetricId, ComparingMetricId>, number>>;
  /** One value a node, in node order. */
  readonly nodeMetrics: Readonly<Record<NodeMetricId, number[]>>;
  readonly roles: Roles;
};

/** @param threshold an edge is active above it */
export function measure(graph: ComponentGraph, threshold: number): Measured {
  const nodeMetrics = { out_strength: outStrength(graph), in_strength: inStrength(graph) };
  return {
    metrics: {
      total_strength: graph.weights.reduce((total, weight) => total + weight, 0),
      ...activity(graph, threshold),
      gini: gini(graph.weights),
    },
    nodeMetrics,
    roles: {
      spreaders: holders(graph.nodes, nodeMetrics.out_strength),
      gatherers: holders(graph.nodes, nodeMetrics.in_strength),
    },
  };
}

/** What changed from one graph of a run to a later one. */
export function compare(
  before: Float64Array,
  after: Float64Array,
): Readonly<Record<ComparingMetricId, number>> {
  return { churn: churn(before, after) };
}
