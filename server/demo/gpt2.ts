/**
 * A small GPT-2 language model.
 *
 *   x = onehot(w) W_E + W_P;  per layer  x <- x + attention(LN1(x)),  x <- x + mlp(LN2(x));  logits = LN(x) W_E^T
 *   mlp: gelu(x W1 + b1) W2 + b2, gelu by tanh
 *
 * Matrices are stored [in, out] (Conv1D), the output matrix is the embedding. There is a learned position for each of
 * the training text's and none beyond. Names, shapes and orientation of the weights are those of GPT2LMHeadModel,
 * models/gpt2/modeling_gpt2.py.
 */

import { nn, numpy as np } from '@jax-js/jax';
import {
  type Architecture,
  type Family,
  INITIALIZER_RANGE,
  NORM_EPSILON,
  type Parameters,
} from './architecture.ts';
import { POSITIONS, VOCABULARY } from './data.ts';
import { attention, layerNorm } from './layers.ts';

const EMBEDDING = 'transformer.wte.weight';

function nameOf(layer: number, part: string): string {
  return `transformer.h.${layer}.${part}`;
}

function shapes({ layers, width: D }: Architecture): [string, readonly number[]][] {
  const F = 4 * D;
  const all: [string, readonly number[]][] = [
    [EMBEDDING, [VOCABULARY, D]],
    ['transformer.wpe.weight', [POSITIONS, D]],
    ['transformer.ln_f.weight', [D]],
    ['transformer.ln_f.bias', [D]],
  ];
  for (let layer = 0; layer < layers; layer++) {
    all.push(
      // Columns run over q, k, v, then heads, then the head's dimensions.
      [nameOf(layer, 'attn.c_attn.weight'), [D, 3 * D]],
      [nameOf(layer, 'attn.c_attn.bias'), [3 * D]],
      [nameOf(layer, 'attn.c_proj.weight'), [D, D]],
      [nameOf(layer, 'attn.c_proj.bias'), [D]],
      [nameOf(layer, 'mlp.c_fc.weight'), [D, F]],
      [nameOf(layer, 'mlp.c_fc.bias'), [F]],
      [nameOf(layer, 'mlp.c_proj.weight'), [F, D]],
      [nameOf(layer, 'mlp.c_proj.bias'), [D]],
      [nameOf(layer, 'ln_1.weight'), [D]],
      [nameOf(layer, 'ln_1.bias'), [D]],
      [nameOf(layer, 'ln_2.weight'), [D]],
      [nameOf(layer, 'ln_2.bias'), [D]],
    );
  }
  return all;
}

function logits({ layers, heads: H, width: D }: Architecture, parameters: Parameters, inputs: np.Array) {
  const rows = inputs.shape[0];
  const B = rows / POSITIONS;
  // The embedding is read twice: here and as the output matrix.
  const tokens = np.matmul(inputs, parameters[EMBEDDING].ref);
  let x = tokens.reshape([B, POSITIONS, D]).add(parameters['transformer.wpe.weight']).reshape([rows, D]);
  for (let layer = 0; layer < layers; layer++) {
    const weight = (part: string): np.Array => parameters[nameOf(layer, part)];
    const norm = (name: string): np.Array =>
      layerNorm(x.ref, weight(`${name}.weight`), weight(`${name}.bias`));
    const conv = (input: np.Array, name: string): np.Array =>
      np.matmul(input, weight(`${name}.weight`)).add(weight(`${name}.bias`));
    // [B, T, (q k v), H, d] -> [(q k v), B, H, T, d]
    const fused = conv(norm('ln_1'), 'attn.c_attn').reshape([B, POSITIONS, 3, H, D / H]);
    const qkv = np.transpose(fused, [2, 0, 3, 1, 4]);
    const joined = attention(qkv.ref.slice(0), qkv.ref.slice(1), qkv.slice(2));
    x = x.add(conv(joined, 'attn.c_proj'));
    const hidden = nn.gelu(conv(norm('ln_2'), 'mlp.c_fc'), { approximate: true });
    x = x.add(conv(hidden, 'mlp.c_proj'));
  }
  const last = layerNorm(x, parameters['transformer.ln_f.weight'], parameters['transformer.ln_f.bias']);
  return np.matmul(last, np.transpose(parameters[EMBEDDING]));
}

function configuration({ layers, heads, width }: Architecture): Readonly<Record<string, unknown>> {
  return {
    activation_function: 'gelu_new',
    add_cross_attention: false,
    architectures: ['GPT2LMHeadModel'],
    attn_pdrop: 0,
    bos_token_id: 0,
    dtype: 'float32',
    embd_pdrop: 0,
    eos_token_id: 0,
    initializer_range: INITIALIZER_RANGE,
    layer_norm_epsilon: NORM_EPSILON,
    model_type: 'gpt2',
    n_embd: width,
    n_head: heads,
    n_inner: null,
    n_layer: layers,
    n_positions: POSITIONS,
    pad_token_id: null,
    reorder_and_upcast_attn: false,
    resid_pdrop: 0,
    scale_attn_by_inverse_layer_idx: false,
    scale_attn_weights: true,
    summary_activation: null,
    summary_first_dropout: 0.1,
    summary_proj_to_labels: true,
    summary_type: 'cls_index',
    summary_use_proj: true,
    tie_word_embeddings: true,
    use_cache: false,
    vocab_size: VOCABULARY,
  };
}

export const GPT2: Family = { shapes, logits, configuration };
