/**
 * GPT-NeoX, the family of Pythia: LayerNorm, partial rotary embedding, biases everywhere; parallel residual, or
 * sequential with `use_parallel_residual: false`.
 *
 *   parallel    y = x + attention(norm₁(x)) + mlp(norm₂(x))
 *   sequential  m = x + attention(norm₁(x)),  y = m + mlp(norm₂(m))
 *
 * Its fused query/key/value matrix is stacked [H, (query, key, value), d].
 * Source: Hugging Face transformers, models/gpt_neox/modeling_gpt_neox.py.
 */
import * as v from 'valibot';
import { Positive } from '../../protocol/values.ts';
import type { TensorReader } from '../source/checkpoint-files.ts';
import type { Architecture } from './architecture.ts';
import {
  activationOf,
  count,
  headWidthOf,
  parseConfig,
  refuseIf,
  SPECIAL_TOKENS,
  size,
  specialTokens,
} from './config-json.ts';
import { ROPE_KEYS, rotaryFrequencies } from './rope.ts';
import { type BlockWeights, type ModelWeights, readStored, readTensor, type StoredNames } from './weights.ts';

const Config = v.object({
  hidden_size: size,
  num_attention_heads: count,
  num_hidden_layers: count,
  intermediate_size: size,
  vocab_size: size,
  max_position_embeddings: size,
  layer_norm_eps: v.optional(Positive, 1e-5),
  hidden_act: v.optional(v.string(), 'gelu'),
  use_parallel_residual: v.optional(v.boolean(), true),
  attention_bias: v.optional(v.boolean(), true),
  tie_word_embeddings: v.optional(v.boolean(), false),
  ...ROPE_KEYS,
  ...SPECIAL_TOKENS,
});

export function gptNeoxArchitecture(json: unknown): Architecture {
  const config = parseConfig('gpt_neox', Config, json);
  const problems: string[] = [];
  const [D, H, F] = [config.hidden_size, config.num_attention_heads, config.intermediate_size];
  const headWidth = headWidthOf(D, H, problems);
  const rotary = rotaryFrequencies(config, headWidth, 0.25, problems);
  const activation = activationOf('hidden_act', config.hidden_act, problems);
  if (config.tie_word_embeddings) problems.push('tie_word_embeddings true, expected false');
  refuseIf('gpt_neox', problems);
  const attentionBias = config.attention_bias;
  return {
    family: 'gpt_neox',
    layers: config.num_hidden_layers,
    heads: H,
    keyValueHeads: H,
    width: D,
    headWidth,
    mlpWidth: F,
    vocabulary: config.vocab_size,
    positionsMax: config.max_position_embeddings,
    residual: config.use_parallel_residual ? 'parallel' : 'sequential',
    norm: { kind: 'layer', epsilon: config.layer_norm_eps, placement: 'before' },
    attention: { scale: 1 / Math.sqrt(headWidth), queryKeyNorm: 'none' },
    mlp: { gated: false, activation },
    rotaryFrequencies: rotary,
    embedding: { positions: null, tied: false },
    matrices: 'outputs-first',
    blockShapes: {
      attention_norm_weight: [D],
      attention_norm_bias: [D],
      query_weight: [D, D],
      key_weight: [D, D],
      value_weight: [D, D],
      output_weight: [D, D],
      ...(attentionBias && { query_bias: [D], key_bias: [D], value_bias: [D], output_bias: [D] }),
      mlp_norm_weight: [D],
      mlp_norm_bias: [D],
      up_weight: [F, D],
      up_bias: [F],
      down_weight: [D, F],
      down_bias: [D],
    },
    specialTokens: specialTokens(config),
  };
}

/** Query, key and value are stored together. */
const STORED: StoredNames = {
  attention_norm_weight: 'input_layernorm.weight',
  attention_norm_bias: 'input_layernorm.bias',
  output_weight: 'attention.dense.weight',
  output_bias: 'attention.dense.bias',
  mlp_norm_weight: 'post_attention_layernorm.weight',
  mlp_norm_bias: 'post_attention_layernorm.bias',
  up_weight: 'mlp.dense_h_to_4h.weight',
  up_bias: 'mlp.dense_h_to_4h.bias',
  down_weight: 'mlp.dense_4h_to_h.weight',
  down_bias: 'mlp.dense_4h_to_h.bias',
};

export function gptNeoxWeights(architecture: Architecture, tensors: TensorReader): ModelWeights {
  const { width: D, vocabulary: V, headWidth: d } = architecture;
  // A base model saved without its unembedding leaves the prefix out.
  const prefix = tensors.has('embed_in.weight') ? '' : 'gpt_neox.';
  const read = (name: string, ...shape: number[]) => readTensor(tensors, name, shape);

  return {
    embedding: async () => ({ tokens: await read(`${prefix}embed_in.weight`, V, D), positions: null }),

    async block(layer): Promise<BlockWeights> {
      const at = `${prefix}layers.${layer}`;
      const fusedWeight = await read(`${at}.attention.query_key_value.weight`, 3 * D, D);
      const weights: BlockWeights = {
        ...(await readStored(tensors, architecture, at, STORED)),
        query_weight: everyThird(fusedWeight, d * D, 0),
        key_weight: everyThird(fusedWeight, d * D, 1),
        value_weight: everyThird(fusedWeight, d * D, 2),
      };
      if (!architecture.blockShapes.query_bias) return weights;
      const fusedBias = await read(`${at}.attention.query_key_value.bias`, 3 * D);
      return {
        ...weights,
        query_bias: everyThird(fusedBias, d, 0),
        key_bias: everyThird(fusedBias, d, 1),
        value_bias: everyThird(fusedBias, d, 2),
      };
    },

    async readout() {
      return {
        normWeight: await read(`${prefix}final_layer_norm.weight`, D),
        normBias: await read(`${prefix}final_layer_norm.bias`, D),
        unembedding: await read('embed_out.weight', V, D),
      };
    },
  };
}

/** Chunks `which`, `which + 3`, `which + 6` … of `values`, `chunk` elements each. */
function everyThird(values: Float32Array, chunk: number, which: number): Float32Array {
  const taken = new Float32Array(values.length / 3);
  for (let at = 0; at < taken.length; at += chunk)
    taken.set(values.subarray(3 * at + which * chunk, 3 * at + (which + 1) * chunk), at);
  return taken;
}
