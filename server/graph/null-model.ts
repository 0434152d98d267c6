/**
 * How unusual a metric is beside graphs with the same weights between the same layers, but in random places.
 *
 *   z = (θ − mean of θ over the draws) / standard deviation of θ over the draws
 *
 * A draw shuffles the weights among the possible edges of each pair of layers (Fisher–Yates, seeded). Metrics that
 * do not depend on places (total strength, Gini coefficient, mean layer span …) have no spread under it: no z-score.
 * In standard deviations; beyond ±2 the layers alone do not explain the value. Draws times the cost of the metrics.
 */
import { seededRandom } from '../base/random.ts';
import type { ComponentGraph } from './component-graph.ts';
import type { ScalarMetrics } from './jackknife.ts';

const DRAWS = 100;
/** A relative spread below this is rounding in sums over shuffled weights. */
const SPREAD_MIN = 1e-9;

export type NullModelOptions = { readonly seed: number /** At least 2. */; readonly draws?: number };

/** One z-score for each metric of `graph`, `null` where the null model has no spread. */
export function nullModelScores(
  graph: ComponentGraph,
  metrics: ScalarMetrics,
  { seed, draws = DRAWS }: NullModelOptions,
): Record<string, number | null> {
  if (draws < 2) throw new Error(`invariant: a spread takes at least 2 draws, got ${draws}`);
  const groups = edgesByLayerPair(graph);
  const random = seededRandom(seed);
  const samples = Array.from({ length: draws }, () => metrics(shuffledWithin(graph, groups, random)));
  return Object.fromEntries(
    Object.entries(metrics(graph)).map(([id, value]) => [id, score(value, samples, id)]),
  );
}

/** The graph with its weights shuffled inside each of `groups` of edges. */
export function shuffledWithin(
  graph: ComponentGraph,
  groups: readonly (readonly number[])[],
  random: () => number,
): ComponentGraph {
  const weights = graph.weights.slice();
  for (const edges of groups)
    for (let last = edges.length - 1; last > 0; last -= 1) {
      const [a, b] = [edges[last], edges[Math.floor(random() * (last + 1))]];
      [weights[a], weights[b]] = [weights[b], weights[a]];
    }
  return { ...graph, weights, standardErrors: null };
}

/** Indices of the possible edges, one list for each pair of layers that has any. */
export function edgesByLayerPair({ nodes, sources, targets }: ComponentGraph): number[][] {
  const groups = new Map<string, number[]>();
  targets.forEach((target, edge) => {
    const pair = `${nodes[sources[edge]].layer}→${nodes[target].layer}`;
    const group = groups.get(pair);
    if (group) group.push(edge);
    else groups.set(pair, [edge]);
  });
  return [...groups.values()];
}

function score(
  value: number,
  samples: readonly Readonly<Record<string, number>>[],
  id: string,
): number | null {
  if (!samples.every((sample) => id in sample)) return null;
  const values = samples.map((sample) => sample[id]);
  const mean = values.reduce((sum, drawn) => sum + drawn, 0) / values.length;
  const squares = values.reduce((sum, drawn) => sum + (drawn - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  return deviation <= SPREAD_MIN * Math.abs(mean) ? null : (value - mean) / deviation;
}
