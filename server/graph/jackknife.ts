/**
 * Standard error of graph metrics over prompts, by jackknife: the metric θ of the graphs that leave one prompt out.
 *
 *   SE = √( (P − 1)/P · Σ_p (θ₋p − θ̄)² ),  θ̄ the mean of the P values θ₋p
 *
 * In units of the metric, 0 or more. It also holds for metrics that are no means over prompts, such as the Gini
 * coefficient, but not for those that jump: for counts and quantiles it is a rough guide. "No sample" with
 * P < 4, and for a metric that one of the graphs has no value for. P times the cost of the metrics.
 * Source: J. W. Tukey (1958); B. Efron & C. Stein, Ann. Stat. 9 (1981).
 */
import type { ComponentGraph } from './component-graph.ts';
import { promptMeans } from './prompt-means.ts';

const PROMPTS_MIN = 4;

export type GraphShape = Pick<ComponentGraph, 'nodes' | 'sources' | 'targets'>;
/** Any scalar metrics of a graph, by id; one without a value has no entry. */
export type ScalarMetrics = (graph: ComponentGraph) => Readonly<Record<string, number>>;

/** @param weights [edges, P] */
export function jackknifeErrors(
  shape: GraphShape,
  weights: Float32Array,
  prompts: number,
  metrics: ScalarMetrics,
): Record<string, number> | null {
  if (prompts < PROMPTS_MIN) return null;
  const samples = Array.from({ length: prompts }, (_, left) =>
    metrics({
      ...shape,
      weights: promptMeans(weights, prompts, (prompt) => prompt !== left),
      standardErrors: null,
    }),
  );
  const everywhere = Object.keys(samples[0]).filter((id) => samples.every((sample) => id in sample));
  return Object.fromEntries(everywhere.map((id) => [id, standardError(samples.map((sample) => sample[id]))]));
}

function standardError(values: readonly number[]): number {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(((count - 1) / count) * squares);
}
