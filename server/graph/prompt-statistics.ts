/**
 * From one weight per edge and prompt to a mean and its standard error.
 *
 *   mean = Σ w_p / P,   standard error = √(Σ (w_p − mean)² / (P − 1)) / √P
 *
 * Prompts are the independent samples here; with one prompt there is no error to state. Both are rounded to
 * 10⁻⁶ once, here: far below any standard error, and everything later (metrics, wire, files) is made from the
 * same numbers, so whoever computes from published edges gets the published metrics.
 */
const RESOLUTION = 1e6;

export type EdgeStatistics = {
  readonly means: Float64Array;
  readonly standardErrors: Float64Array | null;
};

/** @param weights [edges, P] */
export function edgeStatistics(weights: Float32Array, prompts: number): EdgeStatistics {
  const edges = weights.length / prompts;
  const means = new Float64Array(edges);
  const standardErrors = prompts > 1 ? new Float64Array(edges) : null;
  for (let edge = 0; edge < edges; edge += 1) {
    const own = weights.subarray(edge * prompts, (edge + 1) * prompts);
    let sum = 0;
    for (const weight of own) sum += weight;
    const mean = sum / prompts;
    means[edge] = Math.round(mean * RESOLUTION) / RESOLUTION;
    if (!standardErrors) continue;
    let squares = 0;
    for (const weight of own) squares += (weight - mean) ** 2;
    const error = Math.sqrt(squares / (prompts - 1) / prompts);
    standardErrors[edge] = Math.round(error * RESOLUTION) / RESOLUTION;
  }
  return { means, standardErrors };
}
