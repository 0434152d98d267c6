/**
 * The active part of a graph: edges with a weight above the threshold τ, and the nodes that touch one.
 *
 *   density = active edges / (active nodes · (active nodes − 1)), the paper's definition, 0 … ½ without cycles
 *   fill    = active edges / M possible edges, 0 … 1
 *
 * Without active edges all four are 0. O(N + M). Source: E. Rocchetti, arXiv 2509.15269.
 */
import { directedDensity } from 'graphology-metrics/graph/density.js';
import { activeGraph, type ComponentGraph } from './component-graph.ts';

export type Activity = {
  readonly active_edges: number;
  readonly active_nodes: number;
  readonly density: number;
  readonly fill: number;
};

export function activity(graph: ComponentGraph, threshold: number): Activity {
  const active = activeGraph(graph, threshold);
  const nodes = active.filterNodes((node) => active.degree(node) > 0).length;
  return {
    active_edges: active.size,
    active_nodes: nodes,
    density: active.size === 0 ? 0 : directedDensity(nodes, active.size),
    fill: active.size === 0 ? 0 : active.size / graph.weights.length,
  };
}
