/**
 * Strengths: out_strength(i) = Σ_j w(i→j), in_strength(j) = Σ_i w(i→j), over all possible edges.
 * 0 for a node without edges on that side. O(M). Node order.
 */
import type { ComponentGraph } from './component-graph.ts';

export function outStrength(graph: ComponentGraph): number[] {
  return summed(graph, graph.sources);
}

export function inStrength(graph: ComponentGraph): number[] {
  return summed(graph, graph.targets);
}

function summed(graph: ComponentGraph, ends: Int32Array): number[] {
  const strengths = new Array<number>(graph.nodes.length).fill(0);
  graph.weights.forEach((weight, edge) => {
    strengths[ends[edge]] += weight;
  });
  return strengths;
}
