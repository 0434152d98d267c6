/**
 * The active part of a graph: edges with a weight above the threshold τ, and the nodes that touch one.
 *
 *   density = active edges / (active nodes · (active nodes − 1)), the paper's definition, 0 … ½ without cycles
 *   fill    = active edges / M possible edges, 0 … 1
 *
 * Without active edges all four are 0. O(N + M). Source: E. Rocchetti, arXiv 2509.15269.
 */
import { directedDensity } from 'graphology-metrics/graph/density.js';
import type { ComponentGraph } from './component-graph.ts';

export type Activity = {
  readonly active_edges: number;
  readonly active_nodes: number;
  readonly density: number;
  readonly fill: number;
};

export function activity(graph: ComponentGraph, threshold: number): Activity {
  const { nodes, sources, targets, weights } = graph;
  const touched = new Uint8Array(nodes.length);
  let edges = 0;
  weights.forEach((weight, edge) => {
    if (weight <= threshold) return;
    edges += 1;
    touched[sources[edge]] = 1;
    touched[targets[edge]] = 1;
  });
  const touchedNodes = touched.reduce((count, is) => count + is, 0);
  return {
    active_edges: edges,
    active_nodes: touchedNodes,
    density: edges === 0 ? 0 : directedDensity(touchedNodes, edges),
    fill: edges === 0 ? 0 : edges / weights.length,
  };
}
