/** Edge weights averaged over some of the prompts: w(e) = Σ_{p chosen} w(e,p) / chosen, never below 0. O(M·P). */

/**
 * @param weights [edges, P]
 * @param isChosen by index of the prompt; at least one is
 */
export function promptMeans(
  weights: Float32Array,
  prompts: number,
  isChosen: (prompt: number) => boolean,
): Float64Array {
  const chosen = Array.from({ length: prompts }, (_, prompt) => prompt).filter(isChosen);
  if (chosen.length === 0 || weights.length % prompts !== 0)
    throw new Error(
      `invariant: weights [edges, P] and a choice of prompts, got ${weights.length} numbers, P ${prompts}, ${chosen.length} chosen`,
    );
  const means = new Float64Array(weights.length / prompts);
  for (let edge = 0; edge < means.length; edge += 1) {
    let sum = 0;
    for (const prompt of chosen) sum += weights[edge * prompts + prompt];
    means[edge] = Math.max(0, sum / chosen.length);
  }
  return means;
}
