/**
 * A small GPT-NeoX (Pythia) language model.
 *
 *   x = onehot(w) W_E;  per layer  x <- x + attention(LN1(x)) + mlp(LN2(x));  logits = LN(x) W_U^T
 *   mlp: W2 gelu(W1 x + b1) + b2
 *
 * Attention and MLP read the same x (parallel residual); the first half of each head's dimensions is rotated. Names,
 * shapes and orientation of the weights are those of GPTNeoXForCausalLM, models/gpt_neox/modeling_gpt_neox.py.
 */

import { nn, numpy as np } from '@jax-js/jax';
import {
  type Architecture,
  type Family,
  INITIALIZER_RANGE,
  NORM_EPSILON,
  type Parameters,
  ROTARY_BASE,
} from './architecture.ts';
import { POSITIONS, VOCABULARY } from './data.ts';
import { attention, dense, layerNorm, rotate } from './layers.ts';

const ROTARY_SHARE = 0.5;

function mlpWidth({ width }: Architecture): number {
  return 4 * width;
}

function nameOf(layer: number, part: string): string {
  return `gpt_neox.layers.${layer}.${part}`;
}

function shapes(architecture: Architecture): [string, readonly number[]][] {
  const D = architecture.width;
  const F = mlpWidth(architecture);
  const all: [string, readonly number[]][] = [
    ['embed_out.weight', [VOCABULARY, D]],
    ['gpt_neox.embed_in.weight', [VOCABULARY, D]],
    ['gpt_neox.final_layer_norm.bias', [D]],
    ['gpt_neox.final_layer_norm.weight', [D]],
  ];
  for (let layer = 0; layer < architecture.layers; layer++) {
    all.push(
      // Rows run over heads, then q, k, v, then the head's dimensions.
      [nameOf(layer, 'attention.query_key_value.weight'), [3 * D, D]],
      [nameOf(layer, 'attention.query_key_value.bias'), [3 * D]],
      [nameOf(layer, 'attention.dense.weight'), [D, D]],
      [nameOf(layer, 'attention.dense.bias'), [D]],
      [nameOf(layer, 'mlp.dense_h_to_4h.weight'), [F, D]],
      [nameOf(layer, 'mlp.dense_h_to_4h.bias'), [F]],
      [nameOf(layer, 'mlp.dense_4h_to_h.weight'), [D, F]],
      [nameOf(layer, 'mlp.dense_4h_to_h.bias'), [D]],
      [nameOf(layer, 'input_layernorm.weight'), [D]],
      [nameOf(layer, 'input_layernorm.bias'), [D]],
      [nameOf(layer, 'post_attention_layernorm.weight'), [D]],
      [nameOf(layer, 'post_attention_layernorm.bias'), [D]],
    );
  }
  return all;
}

function logits(architecture: Architecture, parameters: Parameters, inputs: np.Array): np.Array {
  let x = np.matmul(inputs, parameters['gpt_neox.embed_in.weight']);
  for (let layer = 0; layer < architecture.layers; layer++) {
    const weight = (part: string): np.Array => parameters[nameOf(layer, part)];
    const norm = (name: string): np.Array =>
      layerNorm(x.ref, weight(`${name}.weight`), weight(`${name}.bias`));
    const attended = attend(architecture, norm('input_layernorm'), weight);
    const thought = mlp(norm('post_attention_layernorm'), weight);
    x = x.add(attended).add(thought);
  }
  const last = layerNorm(
    x,
    parameters['gpt_neox.final_layer_norm.weight'],
    parameters['gpt_neox.final_layer_norm.bias'],
  );
  return np.matmul(last, np.transpose(parameters['embed_out.weight']));
}

type Weight = (part: string) => np.Array;

function attend({ heads: H, width: D }: Architecture, x: np.Array, weight: Weight): np.Array {
  const d = D / H;
  const B = x.shape[0] / POSITIONS;
  const fused = dense(
    x,
    weight('attention.query_key_value.weight'),
    weight('attention.query_key_value.bias'),
  );
  // [B, T, H, (q k v), d] -> [(q k v), B, H, T, d]
  const qkv = np.transpose(fused.reshape([B, POSITIONS, H, 3, d]), [3, 0, 2, 1, 4]);
  const rotated = rotate(qkv.ref.slice([0, 2]), ROTARY_SHARE * d);
  const joined = attention(rotated.ref.slice(0), rotated.slice(1), qkv.slice(2));
  return dense(joined, weight('attention.dense.weight'), weight('attention.dense.bias'));
}

function mlp(x: np.Array, weight: Weight): np.Array {
  const hidden = dense(x, weight('mlp.dense_h_to_4h.weight'), weight('mlp.dense_h_to_4h.bias'));
  return dense(
    nn.gelu(hidden, { approximate: false }),
    weight('mlp.dense_4h_to_h.weight'),
    weight('mlp.dense_4h_to_h.bias'),
  );
}

function configuration(architecture: Architecture): Readonly<Record<string, unknown>> {
  return {
    architectures: ['GPTNeoXForCausalLM'],
    attention_bias: true,
    attention_dropout: 0,
    bos_token_id: 0,
    classifier_dropout: 0.1,
    dtype: 'float32',
    eos_token_id: 0,
    hidden_act: 'gelu',
    hidden_dropout: 0,
    hidden_size: architecture.width,
    initializer_range: INITIALIZER_RANGE,
    intermediate_size: mlpWidth(architecture),
    is_decoder: false,
    layer_norm_eps: NORM_EPSILON,
    max_position_embeddings: 128,
    model_type: 'gpt_neox',
    num_attention_heads: architecture.heads,
    num_hidden_layers: architecture.layers,
    pad_token_id: null,
    rope_parameters: {
      partial_rotary_factor: ROTARY_SHARE,
      rope_theta: ROTARY_BASE,
      rope_type: 'default',
    },
    tie_word_embeddings: false,
    use_cache: false,
    use_parallel_residual: true,
    vocab_size: VOCABULARY,
  };
}

export const GPT_NEOX: Family = { shapes, logits, configuration };
