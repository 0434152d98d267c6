/**
 * Hub and authority scores: hub ∝ W·authority and authority ∝ Wᵀ·hub, the first pair of singular vectors of the
 * weights W [N,N], row = source; each summing to 1.
 *
 * A pure number a node, 0 … 1. Without edges all are 0. Power iteration from equal scores, O(M) a round, until a
 * round changes less than 10⁻¹³ in sum; where the two largest singular values are so close that 2,000 rounds do not
 * part them, a mixture of their vectors is returned, as a tie leaves it. Any directed graph, cycles or not.
 * Source: J. M. Kleinberg, J. ACM 46 (1999). graphology's stops at 10⁻⁸ and throws where it does not converge.
 */
import type { ComponentGraph } from './component-graph.ts';

const CHANGE_MAX = 1e-13;
const ROUNDS_MAX = 2000;

export type HitsScores = { readonly hub: number[]; readonly authority: number[] };

export function hits({ nodes, sources, targets, weights }: ComponentGraph): HitsScores {
  const count = nodes.length;
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  let hub = new Float64Array(count);
  let authority = new Float64Array(count);
  if (largest === 0) return { hub: Array.from(hub), authority: Array.from(authority) };

  // Scaled, so that products of tiny weights do not underflow all at once.
  const scaled = weights.map((weight) => weight / largest);
  hub.fill(1 / count);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    authority = passedOn(hub, scaled, sources, targets);
    const next = passedOn(authority, scaled, targets, sources);
    const change = next.reduce((sum, score, node) => sum + Math.abs(score - hub[node]), 0);
    hub = next;
    if (change < CHANGE_MAX) break;
  }
  return { hub: Array.from(hub), authority: Array.from(authority) };
}

/** Scores that the far ends of the edges receive from the near ones, summing to 1. */
function passedOn(scores: Float64Array, weights: Float64Array, from: Int32Array, to: Int32Array) {
  const received = new Float64Array(scores.length);
  let sum = 0;
  for (let edge = 0; edge < weights.length; edge += 1) {
    const passed = weights[edge] * scores[from[edge]];
    received[to[edge]] += passed;
    sum += passed;
  }
  for (let node = 0; node < received.length; node += 1) received[node] /= sum;
  return received;
}
