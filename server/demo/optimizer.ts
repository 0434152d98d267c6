/**
 * AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) with the gradient clipped to a norm, in place.
 *
 *   g <- g min(1, c/|g|);  m <- b1 m + (1-b1) g;  v <- b2 v + (1-b2) g^2
 *   w <- (1 - r l) w - r (m / (1-b1^n)) / (sqrt(v / (1-b2^n)) + e)
 *
 * w weights, g gradient, |g| its norm over all tensors, n step from 1, r learning rate, l weight decay. As
 * usual biases and norms are not decayed: only tensors of two dimensions are. Plain loops: one update of
 * 0.1 million weights takes about a millisecond, less than another compiled program would cost in copies.
 */

import type { Weights } from './architecture.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.98;
const EPSILON = 1e-8;
const WEIGHT_DECAY = 0.01;
const LARGEST_NORM = 1;

export type Gradient = ReadonlyMap<string, Float32Array>;
export type Optimizer = {
  /** Changes the weights in place. */
  readonly update: (gradient: Gradient, learningRate: number) => void;
};

export function createOptimizer(weights: Weights): Optimizer {
  const moments = [...weights].map(([name, tensor]) => ({
    name,
    tensor,
    first: new Float32Array(tensor.data.length),
    second: new Float32Array(tensor.data.length),
  }));
  let step = 0;

  const update = (gradient: Gradient, learningRate: number): void => {
    step++;
    const scale = Math.min(1, LARGEST_NORM / (norm(gradient) + 1e-6));
    const firstScale = 1 / (1 - BETA_1 ** step);
    const secondScale = 1 / (1 - BETA_2 ** step);
    for (const { name, tensor, first, second } of moments) {
      const g = gradient.get(name);
      if (g === undefined) throw new Error(`no gradient for ${name}`);
      const w = tensor.data;
      const keep = tensor.shape.length > 1 ? 1 - learningRate * WEIGHT_DECAY : 1;
      for (let i = 0; i < w.length; i++) {
        const clipped = g[i] * scale;
        const m = BETA_1 * first[i] + (1 - BETA_1) * clipped;
        const v = BETA_2 * second[i] + (1 - BETA_2) * clipped * clipped;
        first[i] = m;
        second[i] = v;
        w[i] = keep * w[i] - (learningRate * m * firstScale) / (Math.sqrt(v * secondScale) + EPSILON);
      }
    }
  };
  return { update };
}

function norm(gradient: Gradient): number {
  let sum = 0;
  for (const g of gradient.values()) for (let i = 0; i < g.length; i++) sum += g[i] * g[i];
  return Math.sqrt(sum);
}
