/**
 * What the families of the demo's models share: their sizes, their weights, and what a family has to say of itself.
 *
 *   gpt_neox  parallel residual, half of each head rotated, LayerNorm, GELU        Pythia
 *   gpt2      sequential residual, learned positions, LayerNorm, GELU by tanh, output tied to the embedding
 *   llama     sequential residual, heads rotated whole, RMSNorm, SwiGLU, no biases
 *
 * Letters: B batch, T positions, D width, H heads, d head width, F MLP width, V vocabulary.
 */

import type { numpy as np } from '@jax-js/jax';

export const FAMILIES = ['gpt_neox', 'gpt2', 'llama'] as const;
export type FamilyName = (typeof FAMILIES)[number];

export type Architecture = {
  readonly family: FamilyName;
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
};

export type Tensor = { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> };
/** By name, in the order of the names. */
export type Weights = ReadonlyMap<string, Tensor>;
/** One array per weight, by the weight's name. */
export type Parameters = { [name: string]: np.Array };

/** Standard deviation of the first weights; larger than the 0.02 of the real models, so that so few steps suffice. */
export const INITIALIZER_RANGE = 0.05;
export const NORM_EPSILON = 1e-5;
export const ROTARY_BASE = 10_000;

/** How one family is built, called and stored: as Hugging Face transformers 5 has it. */
export type Family = {
  /** Shapes of all weights, in any order. */
  shapes(architecture: Architecture): readonly (readonly [name: string, shape: readonly number[]])[];
  /** Logits [B*T, V] of inputs [B*T, V], rows of zeros and a one. Both arguments are used up. */
  logits(architecture: Architecture, parameters: Parameters, inputs: np.Array): np.Array;
  /** Its config.json. */
  configuration(architecture: Architecture): Readonly<Record<string, unknown>>;
};
