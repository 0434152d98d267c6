/**
 * The active part of a graph: edges with a weight above the threshold τ, and the nodes that touch one.
 *
 *   density = active edges / (active nodes · (active nodes − 1)), the paper's definition, 0 … 1
 *
 * Without active edges all three are 0. Source: E. Rocchetti, arXiv 2509.15269.
 */
import { directedDensity } from 'graphology-metrics/graph/density.js';
import { type ComponentGraph, graphologyFrom } from './component-graph.ts';

export type Activity = {
  readonly active_edges: number;
  readonly active_nodes: number;
  readonly density: number;
};

export function activity(graph: ComponentGraph, threshold: number): Activity {
  const active = graphologyFrom(graph, threshold);
  const nodes = active.filterNodes((node) => active.degree(node) > 0).length;
  return {
    active_edges: active.size,
    active_nodes: nodes,
    density: nodes > 1 ? directedDensity(nodes, active.size) : 0,
  };
}
