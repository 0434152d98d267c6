/**
 * PageRank and reverse PageRank: x(j) = (1 − α)/N + α·Σ_i x(i)·(w(i→j) / s(i) or, where s(i) = 0, 1/N), α = 0.85,
 * s the out-strengths. Nodes without outgoing weight send their rank to all alike. The reverse is that of the graph
 * with all edges turned round.
 *
 * A pure number a node, 0 … 1, summing to 1; without edges 1/N each. The first and last addend are the same for all
 * nodes, so x is proportional to y(j) = 1 + α·Σ_i y(i)·w(i→j)/s(i), and node order being topological (incoming.ts)
 * one walk along it gives y exactly: O(N + M), no iteration. Source: S. Brin & L. Page (1998).
 */
import type { ComponentGraph } from './component-graph.ts';
import { incomingOf } from './incoming.ts';
import { inStrength, outStrength } from './strength.ts';

const DAMPING = 0.85;

export function pagerank(graph: ComponentGraph): number[] {
  const { starts, sources, weights } = incomingOf(graph);
  const strengths = outStrength(graph);
  const ranks = new Array<number>(graph.nodes.length).fill(1);
  for (let node = 0; node < ranks.length; node += 1)
    for (let at = starts[node]; at < starts[node + 1]; at += 1)
      ranks[node] += DAMPING * ranks[sources[at]] * (weights[at] / strengths[sources[at]]);
  return summingToOne(ranks);
}

export function reversePagerank(graph: ComponentGraph): number[] {
  const { starts, sources, weights } = incomingOf(graph);
  const strengths = inStrength(graph);
  const ranks = new Array<number>(graph.nodes.length).fill(1);
  for (let node = ranks.length - 1; node >= 0; node -= 1)
    for (let at = starts[node]; at < starts[node + 1]; at += 1)
      ranks[sources[at]] += DAMPING * ranks[node] * (weights[at] / strengths[node]);
  return summingToOne(ranks);
}

function summingToOne(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}
