/**
 * A small GPT-NeoX (Pythia) language model: its weights, its loss and the loss's gradient.
 *
 *   x = onehot(w) W_E;  per layer  x <- x + attention(LN1(x)) + mlp(LN2(x));  logits = LN(x) W_U^T
 *   attention: softmax((R_t q)(R_s k)^T / sqrt(d) + causal) v, then a dense layer;  mlp: W2 gelu(W1 x + b1) + b2
 *
 * Attention and MLP read the same x (parallel residual). R_t rotates the first half of each head's
 * dimensions by the position, halves swapped (rotate-half). Names, shapes and orientation of the weights are
 * those of GPTNeoXForCausalLM in Hugging Face transformers, models/gpt_neox/modeling_gpt_neox.py.
 * Letters: B batch, T positions, D width, H heads, d head width, F MLP width, V vocabulary.
 */

import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { POSITIONS, VOCABULARY } from './data.ts';
import type { Random } from './random.ts';

export type Architecture = {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
};

export type Tensor = { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> };
/** By name, in the order of the names. */
export type Weights = ReadonlyMap<string, Tensor>;

export const LAYER_NORM_EPSILON = 1e-5;
export const ROTARY_SHARE = 0.5;
export const ROTARY_BASE = 10_000;
/** Standard deviation of the first weights; larger than Pythia's 0.02, so that so few steps suffice. */
export const INITIALIZER_RANGE = 0.05;

export function mlpWidth(architecture: Architecture): number {
  return 4 * architecture.width;
}

/** Shapes of all weights, sorted by name as `save_pretrained` writes them. */
export function weightShapes(architecture: Architecture): ReadonlyMap<string, readonly number[]> {
  const D = architecture.width;
  const F = mlpWidth(architecture);
  const shapes: [string, readonly number[]][] = [
    ['embed_out.weight', [VOCABULARY, D]],
    ['gpt_neox.embed_in.weight', [VOCABULARY, D]],
    ['gpt_neox.final_layer_norm.bias', [D]],
    ['gpt_neox.final_layer_norm.weight', [D]],
  ];
  for (let layer = 0; layer < architecture.layers; layer++) {
    shapes.push(
      // Rows run over heads, then q, k, v, then the head's dimensions.
      [weightName(layer, 'attention.query_key_value.weight'), [3 * D, D]],
      [weightName(layer, 'attention.query_key_value.bias'), [3 * D]],
      [weightName(layer, 'attention.dense.weight'), [D, D]],
      [weightName(layer, 'attention.dense.bias'), [D]],
      [weightName(layer, 'mlp.dense_h_to_4h.weight'), [F, D]],
      [weightName(layer, 'mlp.dense_h_to_4h.bias'), [F]],
      [weightName(layer, 'mlp.dense_4h_to_h.weight'), [D, F]],
      [weightName(layer, 'mlp.dense_4h_to_h.bias'), [D]],
      [weightName(layer, 'input_layernorm.weight'), [D]],
      [weightName(layer, 'input_layernorm.bias'), [D]],
      [weightName(layer, 'post_attention_layernorm.weight'), [D]],
      [weightName(layer, 'post_attention_layernorm.bias'), [D]],
    );
  }
  return new Map(shapes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function weightName(layer: number, part: string): string {
  return `gpt_neox.layers.${layer}.${part}`;
}

/** Matrices normal, biases 0, LayerNorm gains 1. */
export function initialWeights(architecture: Architecture, random: Random): Weights {
  const weights = new Map<string, Tensor>();
  for (const [name, shape] of weightShapes(architecture)) {
    const data = new Float32Array(shape.reduce((size, length) => size * length, 1));
    if (shape.length > 1) for (let i = 0; i < data.length; i++) data[i] = INITIALIZER_RANGE * random.normal();
    else if (name.endsWith('layernorm.weight') || name.endsWith('layer_norm.weight')) data.fill(1);
    weights.set(name, { shape, data });
  }
  return weights;
}

/** One array per weight, by the weight's name. */
type Parameters = { [name: string]: np.Array };

export type Step = { readonly loss: number; readonly gradient: ReadonlyMap<string, Float32Array> };

export type Model = {
  /** Mean next-token loss in nats over a batch of tokens [B, T], and its gradient by every weight. */
  readonly step: (weights: Weights, tokens: Int32Array) => Step;
  /** Loss in nats of every token that has one before it: [B, T-1], row by row. */
  readonly losses: (weights: Weights, tokens: Int32Array) => Float32Array;
};

/** Compiled on the first call for each batch size; later calls only run. */
export function createModel(architecture: Architecture): Model {
  const tokenLosses = (parameters: Parameters, inputs: np.Array, targets: np.Array): np.Array =>
    lossesOfTokens(architecture, parameters, inputs, targets);
  const meanLoss = (parameters: Parameters, inputs: np.Array, targets: np.Array): np.Array => {
    const sequences = inputs.shape[0] / POSITIONS;
    return tokenLosses(parameters, inputs, targets)
      .sum()
      .mul(1 / (sequences * (POSITIONS - 1)));
  };
  const compiledStep = jit(valueAndGrad(meanLoss));
  const compiledLosses = jit(tokenLosses);

  const step = (weights: Weights, tokens: Int32Array): Step => {
    const [inputs, targets] = oneHotPair(tokens);
    const [loss, gradient] = compiledStep(parametersOf(weights), inputs, targets);
    return {
      loss: loss.dataSync()[0],
      gradient: new Map(Object.entries(gradient).map(([name, array]) => [name, floats(array)])),
    };
  };
  const losses = (weights: Weights, tokens: Int32Array): Float32Array => {
    const [inputs, targets] = oneHotPair(tokens);
    const all = floats(compiledLosses(parametersOf(weights), inputs, targets));
    return all.filter((_, index) => index % POSITIONS !== POSITIONS - 1);
  };
  return { step, losses };
}

function parametersOf(weights: Weights): Parameters {
  const parameters: Parameters = {};
  for (const [name, { shape, data }] of weights) parameters[name] = np.array(data, { shape: [...shape] });
  return parameters;
}

function floats(array: np.Array): Float32Array {
  const data = array.dataSync();
  if (!(data instanceof Float32Array)) throw new Error('the compiled program returned another number format');
  return data;
}

/**
 * Inputs and targets as rows of V zeros and a one, [B*T, V]: with V = 64 a matrix product is cheaper than a
 * gather and its scatter backwards. The last position of a sequence has no target, its row stays zero and
 * its loss is zero; so all B*T rows are computed and the kernels keep their round sizes.
 */
function oneHotPair(tokens: Int32Array): [np.Array, np.Array] {
  const inputs = new Float32Array(tokens.length * VOCABULARY);
  const targets = new Float32Array(tokens.length * VOCABULARY);
  for (let i = 0; i < tokens.length; i++) {
    inputs[i * VOCABULARY + tokens[i]] = 1;
    if (i % POSITIONS !== POSITIONS - 1) targets[i * VOCABULARY + tokens[i + 1]] = 1;
  }
  const shape = [tokens.length, VOCABULARY];
  return [np.array(inputs, { shape }), np.array(targets, { shape })];
}

// From here on arrays are owned: every use consumes its array, and `.ref` keeps it for another use.

/** Loss of the next token at every position, [B*T]. */
function lossesOfTokens(
  architecture: Architecture,
  parameters: Parameters,
  inputs: np.Array,
  targets: np.Array,
): np.Array {
  let x = np.matmul(inputs, parameters['gpt_neox.embed_in.weight']);
  for (let layer = 0; layer < architecture.layers; layer++) {
    const weight = (part: string): np.Array => parameters[weightName(layer, part)];
    const attentionInput = layerNorm(x.ref, weight('input_layernorm.weight'), weight('input_layernorm.bias'));
    const mlpInput = layerNorm(
      x.ref,
      weight('post_attention_layernorm.weight'),
      weight('post_attention_layernorm.bias'),
    );
    x = x.add(attention(architecture, attentionInput, weight)).add(mlp(mlpInput, weight));
  }
  const last = layerNorm(
    x,
    parameters['gpt_neox.final_layer_norm.weight'],
    parameters['gpt_neox.final_layer_norm.bias'],
  );
  const logits = np.matmul(last, np.transpose(parameters['embed_out.weight']));
  return nn.logSoftmax(logits, -1).mul(targets).sum(-1).mul(-1);
}

function attention(
  { heads: H, width: D }: Architecture,
  x: np.Array,
  weight: (part: string) => np.Array,
): np.Array {
  const d = D / H;
  const rows = x.shape[0];
  const B = rows / POSITIONS;
  const fused = dense(
    x,
    weight('attention.query_key_value.weight'),
    weight('attention.query_key_value.bias'),
  );
  // [B, T, H, (q k v), d] -> [(q k v), B, H, T, d]
  const qkv = np.transpose(fused.reshape([B, POSITIONS, H, 3, d]), [3, 0, 2, 1, 4]);
  const rotated = rotate(qkv.ref.slice([0, 2]), d);
  const q = rotated.ref.slice(0);
  const k = rotated.slice(1);
  const v = qkv.slice(2);
  const scores = np
    .matmul(q, np.transpose(k, [0, 1, 3, 2]))
    .mul(1 / Math.sqrt(d))
    .add(causalMask());
  const heads = np.matmul(nn.softmax(scores, -1), v);
  const joined = np.transpose(heads, [0, 2, 1, 3]).reshape([rows, D]);
  return dense(joined, weight('attention.dense.weight'), weight('attention.dense.bias'));
}

function mlp(x: np.Array, weight: (part: string) => np.Array): np.Array {
  const hidden = dense(x, weight('mlp.dense_h_to_4h.weight'), weight('mlp.dense_h_to_4h.bias'));
  return dense(
    nn.gelu(hidden, { approximate: false }),
    weight('mlp.dense_4h_to_h.weight'),
    weight('mlp.dense_4h_to_h.bias'),
  );
}

/** x W^T + b: the weights are stored [out, in]. */
function dense(x: np.Array, weight: np.Array, bias: np.Array): np.Array {
  return np.matmul(x, np.transpose(weight)).add(bias);
}

function layerNorm(x: np.Array, gain: np.Array, bias: np.Array): np.Array {
  const mean = np.mean(x.ref, -1, { keepdims: true });
  const centred = x.sub(mean);
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .mul(np.reciprocal(np.sqrt(variance.add(LAYER_NORM_EPSILON))))
    .mul(gain)
    .add(bias);
}

/**
 * Rotary positions on q and k together, x [2, B, H, T, d]: x cos + swap(x) sin. The dimensions that are not
 * rotated have cos = 1 and sin = 0, so that one expression serves all of them.
 */
function rotate(x: np.Array, d: number): np.Array {
  const rotated = ROTARY_SHARE * d;
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
  const swapped = np.concatenate(
    [
      x.ref.slice([], [], [], [], [half, rotated]),
      x.ref.slice([], [], [], [], [0, half]),
      x.ref.slice([], [], [], [], [rotated, d]),
    ],
    -1,
  );
  const shape = [POSITIONS, d];
  return x.mul(np.array(cos, { shape })).add(swapped.mul(np.array(sin, { shape })));
}

/** [T, T]: 0 where the column's position is visible from the row's, far below any score elsewhere. */
function causalMask(): np.Array {
  const mask = new Float32Array(POSITIONS * POSITIONS);
  for (let row = 0; row < POSITIONS; row++) mask.fill(-1e9, row * POSITIONS + row + 1, (row + 1) * POSITIONS);
  return np.array(mask, { shape: [POSITIONS, POSITIONS] });
}
