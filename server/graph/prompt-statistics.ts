/**
 * From one weight per edge and prompt to a mean and its standard error.
 *
 *   mean = Σ w_p / P,   standard error = √(Σ (w_p − mean)² / (P − 1)) / √P
 *
 * Prompts are the independent samples here; with one prompt there is no error to state. Both are rounded once, here, and
 * everything later (metrics, wire, files) is made from the same numbers, so whoever computes from published edges gets
 * the published metrics. Means to 10⁻⁶, far below any standard error. Standard errors to 10⁻⁶ and three digits: they are
 * themselves uncertain by 1/√(2(P − 1)) of their size, 5 % with 200 prompts, and digits that mean nothing would be a
 * quarter of what a graph takes on disk and on the wire.
 */
const RESOLUTION = 1e6;
const ERROR_DIGITS = 3;

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
    // A cosine of a little above 1 would leave −0, which JSON and arithmetic take for 0 and comparisons do not.
    means[edge] = Math.round(mean * RESOLUTION) / RESOLUTION + 0;
    if (!standardErrors) continue;
    let squares = 0;
    for (const weight of own) squares += (weight - mean) ** 2;
    const error = Math.sqrt(squares / (prompts - 1) / prompts);
    standardErrors[edge] = roundedError(error);
  }
  return { means, standardErrors };
}

function roundedError(error: number): number {
  const multiple = Math.round(error * RESOLUTION);
  const dropped = Math.max(0, Math.ceil(Math.log10(multiple + 1)) - ERROR_DIGITS);
  const unit = 10 ** dropped;
  return (Math.round(multiple / unit) * unit) / RESOLUTION;
}
