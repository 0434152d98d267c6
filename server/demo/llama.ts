/**
 * A small Llama language model.
 *
 *   x = onehot(w) W_E;  per layer  x <- x + attention(N1(x)),  x <- x + mlp(N2(x));  logits = N(x) W_U^T
 *   mlp: W_down (silu(W_gate x) * W_up x)
 *
 * N is RMSNorm; heads are rotated whole, each has its own keys and values; there are no biases. Names, shapes and
 * orientation of the weights are those of LlamaForCausalLM, models/llama/modeling_llama.py.
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
import { attention, linear, rmsNorm, rotate } from './layers.ts';

/** Two thirds of 4 D, so that three matrices have as many weights as the two of the other families. */
function mlpWidth({ width }: Architecture): number {
  return 4 * Math.ceil((2 * width) / 3);
}

function nameOf(layer: number, part: string): string {
  return `model.layers.${layer}.${part}.weight`;
}

function shapes(architecture: Architecture): [string, readonly number[]][] {
  const D = architecture.width;
  const F = mlpWidth(architecture);
  const all: [string, readonly number[]][] = [
    ['lm_head.weight', [VOCABULARY, D]],
    ['model.embed_tokens.weight', [VOCABULARY, D]],
    ['model.norm.weight', [D]],
  ];
  for (let layer = 0; layer < architecture.layers; layer++) {
    all.push(
      [nameOf(layer, 'self_attn.q_proj'), [D, D]],
      [nameOf(layer, 'self_attn.k_proj'), [D, D]],
      [nameOf(layer, 'self_attn.v_proj'), [D, D]],
      [nameOf(layer, 'self_attn.o_proj'), [D, D]],
      [nameOf(layer, 'mlp.gate_proj'), [F, D]],
      [nameOf(layer, 'mlp.up_proj'), [F, D]],
      [nameOf(layer, 'mlp.down_proj'), [D, F]],
      [nameOf(layer, 'input_layernorm'), [D]],
      [nameOf(layer, 'post_attention_layernorm'), [D]],
    );
  }
  return all;
}

function logits(architecture: Architecture, parameters: Parameters, inputs: np.Array): np.Array {
  let x = np.matmul(inputs, parameters['model.embed_tokens.weight']);
  for (let layer = 0; layer < architecture.layers; layer++) {
    const weight = (part: string): np.Array => parameters[nameOf(layer, part)];
    x = x.add(attend(architecture, rmsNorm(x.ref, weight('input_layernorm')), weight));
    x = x.add(mlp(rmsNorm(x.ref, weight('post_attention_layernorm')), weight));
  }
  return linear(rmsNorm(x, parameters['model.norm.weight']), parameters['lm_head.weight']);
}

type Weight = (part: string) => np.Array;

function attend({ heads: H, width: D }: Architecture, x: np.Array, weight: Weight): np.Array {
  const d = D / H;
  const B = x.shape[0] / POSITIONS;
  // [B*T, D] -> [1, B, H, T, d]
  const heads = (part: string): np.Array =>
    np.transpose(linear(x.ref, weight(part)).reshape([1, B, POSITIONS, H, d]), [0, 1, 3, 2, 4]);
  const rotated = rotate(np.concatenate([heads('self_attn.q_proj'), heads('self_attn.k_proj')], 0), d);
  const values = heads('self_attn.v_proj');
  x.dispose();
  const joined = attention(rotated.ref.slice(0), rotated.slice(1), values.slice(0));
  return linear(joined, weight('self_attn.o_proj'));
}

function mlp(x: np.Array, weight: Weight): np.Array {
  const gate = nn.silu(linear(x.ref, weight('mlp.gate_proj')));
  return linear(gate.mul(linear(x, weight('mlp.up_proj'))), weight('mlp.down_proj'));
}

function configuration(architecture: Architecture): Readonly<Record<string, unknown>> {
  const { layers, heads, width } = architecture;
  return {
    architectures: ['LlamaForCausalLM'],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: 0,
    dtype: 'float32',
    eos_token_id: 0,
    head_dim: width / heads,
    hidden_act: 'silu',
    hidden_size: width,
    initializer_range: INITIALIZER_RANGE,
    intermediate_size: mlpWidth(architecture),
    max_position_embeddings: 128,
    mlp_bias: false,
    model_type: 'llama',
    num_attention_heads: heads,
    num_hidden_layers: layers,
    num_key_value_heads: heads,
    pad_token_id: null,
    pretraining_tp: 1,
    rms_norm_eps: NORM_EPSILON,
    rope_parameters: { rope_theta: ROTARY_BASE, rope_type: 'default' },
    tie_word_embeddings: false,
    use_cache: false,
    vocab_size: VOCABULARY,
  };
}

export const LLAMA: Family = { shapes, logits, configuration };
