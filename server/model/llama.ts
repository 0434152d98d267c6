/**
 * Llama and the families that differ from it by a few words of their configuration: Mistral, Qwen2 (biases of query,
 * key and value), Qwen3 (norm of each query and key head), OLMo 2 (norms after attention and MLP, norm of all
 * queries and keys).
 *
 *   before  m = x + attention(norm₁(x)),  y = m + mlp(norm₂(m))        Llama, Mistral, Qwen2, Qwen3
 *   after   m = x + norm₁(attention(x)),  y = m + norm₂(mlp(m))        OLMo 2
 *
 * RMS norm, rotary embedding of whole heads, grouped-query attention, gated MLP, output matrix tied or not.
 * Source: Hugging Face transformers, models/{llama,mistral,qwen2,qwen3,olmo2}/modeling_*.py.
 */
import * as v from 'valibot';
import { Positive } from '../../protocol/values.ts';
import type { TensorReader } from '../source/checkpoint-files.ts';
import type { Architecture } from './architecture.ts';
import {
  activationOf,
  count,
  headWidthOf,
  notNegative,
  parseConfig,
  refuseIf,
  SPECIAL_TOKENS,
  size,
  specialTokens,
} from './config-json.ts';
import { ROPE_KEYS, rotaryFrequencies } from './rope.ts';
import { type ModelWeights, readStored, readTensor, readUnembedding, type StoredNames } from './weights.ts';

/** In which words a family differs from Llama. What a family's model does not have, its configuration cannot ask for. */
type Variant = {
  readonly family: string;
  readonly normPlacement: 'before' | 'after';
  readonly queryKeyNorm: Architecture['attention']['queryKeyNorm'];
  /** Of query, key, value and output, as `attention_bias` says; of query, key and value always; or none. */
  readonly attentionBias: 'configured' | 'query-key-value' | 'none';
  /** Biases of the MLP, as `mlp_bias` says. */
  readonly mlpBias: 'configured' | 'none';
  /** `rms_norm_eps` where the configuration does not say. */
  readonly epsilon: number;
  /** Which layers attend to a sliding window: all, those the configuration names if it says so at all, or none. */
  readonly slidingWindow: 'all' | 'named' | 'none';
};

export const LLAMA: Variant = {
  family: 'llama',
  normPlacement: 'before',
  queryKeyNorm: 'none',
  attentionBias: 'configured',
  mlpBias: 'configured',
  epsilon: 1e-6,
  slidingWindow: 'none',
};
const WITHOUT_MLP_BIAS: Variant = { ...LLAMA, mlpBias: 'none' };
export const MISTRAL: Variant = {
  ...WITHOUT_MLP_BIAS,
  family: 'mistral',
  attentionBias: 'none',
  slidingWindow: 'all',
};
export const QWEN2: Variant = {
  ...WITHOUT_MLP_BIAS,
  family: 'qwen2',
  attentionBias: 'query-key-value',
  slidingWindow: 'named',
};
export const QWEN3: Variant = {
  ...WITHOUT_MLP_BIAS,
  family: 'qwen3',
  queryKeyNorm: 'head',
  slidingWindow: 'named',
};
export const OLMO2: Variant = {
  ...WITHOUT_MLP_BIAS,
  family: 'olmo2',
  normPlacement: 'after',
  queryKeyNorm: 'all',
  epsilon: 1e-5,
};

const Config = v.object({
  hidden_size: size,
  num_attention_heads: count,
  num_key_value_heads: v.nullish(count),
  head_dim: v.nullish(size),
  num_hidden_layers: count,
  intermediate_size: size,
  vocab_size: size,
  max_position_embeddings: size,
  rms_norm_eps: v.optional(Positive),
  hidden_act: v.optional(v.string(), 'silu'),
  attention_bias: v.optional(v.boolean(), false),
  mlp_bias: v.optional(v.boolean(), false),
  tie_word_embeddings: v.optional(v.boolean(), false),
  sliding_window: v.optional(v.nullable(size), 4_096),
  use_sliding_window: v.optional(v.boolean(), false),
  max_window_layers: v.optional(notNegative, 28),
  layer_types: v.nullish(v.array(v.string())),
  ...ROPE_KEYS,
  ...SPECIAL_TOKENS,
});

export function llamaArchitecture(variant: Variant, json: unknown): Architecture {
  const { family } = variant;
  const config = parseConfig(family, Config, json);
  const problems: string[] = [];
  const [D, H, F] = [config.hidden_size, config.num_attention_heads, config.intermediate_size];
  const K = config.num_key_value_heads ?? H;
  const d = config.head_dim ?? headWidthOf(D, H, problems);
  if (H % K !== 0) problems.push(`${H} heads do not divide among ${K} key/value heads`);
  const rotary = rotaryFrequencies(config, d, 1, problems);
  const activation = activationOf('hidden_act', config.hidden_act, problems);
  refuseIf(family, problems);
  const outputBias = variant.attentionBias === 'configured' && config.attention_bias;
  const projectionBias = outputBias || variant.attentionBias === 'query-key-value';
  const mlpBias = variant.mlpBias === 'configured' && config.mlp_bias;
  const norms: Readonly<Record<Variant['queryKeyNorm'], Architecture['blockShapes']>> = {
    none: {},
    head: { query_norm_weight: [d], key_norm_weight: [d] },
    all: { query_norm_weight: [H * d], key_norm_weight: [K * d] },
  };
  return {
    family,
    layers: config.num_hidden_layers,
    heads: H,
    keyValueHeads: K,
    width: D,
    headWidth: d,
    mlpWidth: F,
    vocabulary: config.vocab_size,
    // Within its window, attention over a sliding window is full attention; longer probes are refused.
    positionsMax: Math.min(config.max_position_embeddings, windowOf(variant, config)),
    residual: 'sequential',
    norm: { kind: 'rms', epsilon: config.rms_norm_eps ?? variant.epsilon, placement: variant.normPlacement },
    attention: { scale: 1 / Math.sqrt(d), queryKeyNorm: variant.queryKeyNorm },
    mlp: { gated: true, activation },
    rotaryFrequencies: rotary,
    embedding: { positions: null, tied: config.tie_word_embeddings },
    matrices: 'outputs-first',
    blockShapes: {
      attention_norm_weight: [D],
      query_weight: [H * d, D],
      key_weight: [K * d, D],
      value_weight: [K * d, D],
      ...(projectionBias && { query_bias: [H * d], key_bias: [K * d], value_bias: [K * d] }),
      ...norms[variant.queryKeyNorm],
      output_weight: [D, H * d],
      ...(outputBias && { output_bias: [D] }),
      mlp_norm_weight: [D],
      gate_weight: [F, D],
      up_weight: [F, D],
      down_weight: [D, F],
      ...(mlpBias && { gate_bias: [F], up_bias: [F], down_bias: [D] }),
    },
    specialTokens: specialTokens(config),
  };
}

/** The narrowest window that a layer attends to; infinite where all layers attend to everything. */
function windowOf({ slidingWindow }: Variant, config: v.InferOutput<typeof Config>): number {
  const window = config.sliding_window ?? Number.POSITIVE_INFINITY;
  switch (slidingWindow) {
    case 'none':
      return Number.POSITIVE_INFINITY;
    case 'all':
      return window;
    case 'named': {
      const isNamed = config.layer_types
        ? config.layer_types.includes('sliding_attention')
        : config.max_window_layers < config.num_hidden_layers;
      return config.use_sliding_window && isNamed ? window : Number.POSITIVE_INFINITY;
    }
  }
}

/** Where each weight of a block is stored, below `model.layers.{layer}.`. */
const STORED: StoredNames = {
  attention_norm_weight: 'input_layernorm.weight',
  attention_norm_bias: 'input_layernorm.bias',
  query_weight: 'self_attn.q_proj.weight',
  query_bias: 'self_attn.q_proj.bias',
  key_weight: 'self_attn.k_proj.weight',
  key_bias: 'self_attn.k_proj.bias',
  value_weight: 'self_attn.v_proj.weight',
  value_bias: 'self_attn.v_proj.bias',
  query_norm_weight: 'self_attn.q_norm.weight',
  key_norm_weight: 'self_attn.k_norm.weight',
  output_weight: 'self_attn.o_proj.weight',
  output_bias: 'self_attn.o_proj.bias',
  mlp_norm_weight: 'post_attention_layernorm.weight',
  mlp_norm_bias: 'post_attention_layernorm.bias',
  gate_weight: 'mlp.gate_proj.weight',
  gate_bias: 'mlp.gate_proj.bias',
  up_weight: 'mlp.up_proj.weight',
  up_bias: 'mlp.up_proj.bias',
  down_weight: 'mlp.down_proj.weight',
  down_bias: 'mlp.down_proj.bias',
};
/** The same for norms that stand after attention and MLP. */
const STORED_AFTER: StoredNames = {
  attention_norm_weight: 'post_attention_layernorm.weight',
  mlp_norm_weight: 'post_feedforward_layernorm.weight',
};

export function llamaWeights(architecture: Architecture, tensors: TensorReader): ModelWeights {
  const { width: D, vocabulary: V } = architecture;
  const prefix = tensors.has('embed_tokens.weight') ? '' : 'model.';
  const read = (name: string, ...shape: number[]) => readTensor(tensors, name, shape);
  const stored = { ...STORED, ...(architecture.norm.placement === 'after' && STORED_AFTER) };

  return {
    embedding: async () => ({ tokens: await read(`${prefix}embed_tokens.weight`, V, D), positions: null }),

    block: (layer) => readStored(tensors, architecture, `${prefix}layers.${layer}`, stored),

    async readout() {
      return {
        normWeight: await read(`${prefix}norm.weight`, D),
        normBias: null,
        unembedding: await readUnembedding(architecture, tensors, `${prefix}embed_tokens.weight`),
      };
    },
  };
}
