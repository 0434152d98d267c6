/**
 * The parts that the families' models are made of, as operations on jax-js arrays.
 *
 *   attention: softmax(q k^T / sqrt(d) + causal) v;  layerNorm: (x - mean) / sqrt(variance + e) g + b
 *   rmsNorm: x / sqrt(mean(x^2) + e) g;              rotate: x cos + swap(x) sin, halves swapped (rotate-half)
 *
 * Arrays are owned: every use consumes its array, and `.ref` keeps it for another use.
 * Letters: B batch, T positions, D width, H heads, d head width.
 */

import { nn, numpy as np } from '@jax-js/jax';
import { NORM_EPSILON, ROTARY_BASE } from './architecture.ts';
import { POSITIONS } from './data.ts';

/** x W^T + b: the weights are stored [out, in]. */
export function dense(x: np.Array, weight: np.Array, bias: np.Array): np.Array {
  return linear(x, weight).add(bias);
}

/** x W^T. */
export function linear(x: np.Array, weight: np.Array): np.Array {
  return np.matmul(x, np.transpose(weight));
}

export function layerNorm(x: np.Array, gain: np.Array, bias: np.Array): np.Array {
  const mean = np.mean(x.ref, -1, { keepdims: true });
  const centred = x.sub(mean);
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .mul(np.reciprocal(np.sqrt(variance.add(NORM_EPSILON))))
    .mul(gain)
    .add(bias);
}

export function rmsNorm(x: np.Array, gain: np.Array): np.Array {
  const square = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.mul(np.reciprocal(np.sqrt(square.add(NORM_EPSILON)))).mul(gain);
}

/** q, k, v [B, H, T, d] -> [B*T, H*d], the heads of a position side by side. */
export function attention(q: np.Array, k: np.Array, v: np.Array): np.Array {
  const [B, H, T, d] = q.shape;
  const scores = np
    .matmul(q, np.transpose(k, [0, 1, 3, 2]))
    .mul(1 / Math.sqrt(d))
    .add(causalMask());
  const heads = np.matmul(nn.softmax(scores, -1), v);
  return np.transpose(heads, [0, 2, 1, 3]).reshape([B * T, H * d]);
}

/**
 * Rotary positions on queries and keys together, x [2, B, H, T, d], of the first `rotated` dimensions. Those that are
 * not rotated have cos = 1 and sin = 0, so that one expression serves all of them.
 */
export function rotate(x: np.Array, rotated: number): np.Array {
  const d = x.shape[4];
  const half = rotated / 2;
  const cos = new Float32Array(POSITIONS * d).fill(1);
  const sin = new Float32Array(POSITIONS * d);
  for (let t = 0; t < POSITIONS; t++) {
    for (let i = 0; i < rotated; i++) {
      const angle = t * ROTARY_BASE ** (-(2 * (i % half)) / rotated);
      cos[t * d + i] = Math.cos(angle);
      // swap() brings the second half to the front, where rotate-half has it negated.
      sin[t * d + i] = i < half ? -Math.sin(angle) : Math.sin(angle);
    }
  }
  const part = (from: number, to: number): np.Array => x.ref.slice([], [], [], [], [from, to]);
  const halves = [part(half, rotated), part(0, half)];
  const swapped = np.concatenate(rotated < d ? [...halves, part(rotated, d)] : halves, -1);
  const shape = [POSITIONS, d];
  return x.mul(np.array(cos, { shape })).add(swapped.mul(np.array(sin, { shape })));
}

/** [T, T]: 0 where the column's position is visible from the row's, far below any score elsewhere. */
function causalMask(): np.Array {
  const mask = new Float32Array(POSITIONS * POSITIONS);
  for (let row = 0; row < POSITIONS; row++) mask.fill(-1e9, row * POSITIONS + row + 1, (row + 1) * POSITIONS);
  return np.array(mask, { shape: [POSITIONS, POSITIONS] });
}
