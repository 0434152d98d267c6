/**
 * GPT-Neo, the family of TinyStories: learned positions, LayerNorm, sequential residual; queries and keys are compared
 * as they are, without the factor 1/√d; query, key and value have no bias. Layers attend to everything or, `local`, to
 * the last `window_size` positions. Output matrix tied to the token embedding unless it is stored by itself.
 *
 * Source: Hugging Face transformers, models/gpt_neo/modeling_gpt_neo.py.
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
import {
  type ModelWeights,
  readPositions,
  readStored,
  readTensor,
  readUnembedding,
  type StoredNames,
} from './weights.ts';

const LAYER_KINDS = ['global', 'local'] as const;

const Config = v.object({
  hidden_size: size,
  num_heads: count,
  num_layers: count,
  intermediate_size: v.nullish(size),
  vocab_size: size,
  max_position_embeddings: size,
  window_size: v.optional(size, 256),
  /** Kinds of consecutive layers, and how often they are repeated. */
  attention_types: v.nullish(v.array(v.strictTuple([v.array(v.picklist(LAYER_KINDS)), notNegative])), [
    [[...LAYER_KINDS], 12],
  ]),
  layer_norm_epsilon: v.optional(Positive, 1e-5),
  activation_function: v.optional(v.string(), 'gelu_new'),
  tie_word_embeddings: v.optional(v.boolean(), true),
  ...SPECIAL_TOKENS,
});

export function gptNeoArchitecture(json: unknown): Architecture {
  const config = parseConfig('gpt_neo', Config, json);
  const problems: string[] = [];
  const [D, H, L] = [config.hidden_size, config.num_heads, config.num_layers];
  const F = config.intermediate_size ?? 4 * D;
  const headWidth = headWidthOf(D, H, problems);
  const activation = activationOf('activation_function', config.activation_function, problems);
  const described = config.attention_types.reduce((count, [kinds, times]) => count + kinds.length * times, 0);
  if (described !== L) problems.push(`attention_types of ${described} layers, expected ${L}`);
  const isLocal = config.attention_types.some(([kinds, times]) => times > 0 && kinds.includes('local'));
  refuseIf('gpt_neo', problems);
  return {
    family: 'gpt_neo',
    layers: L,
    heads: H,
    keyValueHeads: H,
    width: D,
    headWidth,
    mlpWidth: F,
    vocabulary: config.vocab_size,
    // Within its window, local attention is full attention; longer probes are refused.
    positionsMax: Math.min(
      config.max_position_embeddings,
      isLocal ? config.window_size : Number.POSITIVE_INFINITY,
    ),
    residual: 'sequential',
    norm: { kind: 'layer', epsilon: config.layer_norm_epsilon, placement: 'before' },
    attention: { scale: 1, queryKeyNorm: 'none' },
    mlp: { gated: false, activation },
    rotaryFrequencies: null,
    embedding: { positions: config.max_position_embeddings, tied: config.tie_word_embeddings },
    matrices: 'outputs-first',
    blockShapes: {
      attention_norm_weight: [D],
      attention_norm_bias: [D],
      query_weight: [D, D],
      key_weight: [D, D],
      value_weight: [D, D],
      output_weight: [D, D],
      output_bias: [D],
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

const STORED: StoredNames = {
  attention_norm_weight: 'ln_1.weight',
  attention_norm_bias: 'ln_1.bias',
  query_weight: 'attn.attention.q_proj.weight',
  key_weight: 'attn.attention.k_proj.weight',
  value_weight: 'attn.attention.v_proj.weight',
  output_weight: 'attn.attention.out_proj.weight',
  output_bias: 'attn.attention.out_proj.bias',
  mlp_norm_weight: 'ln_2.weight',
  mlp_norm_bias: 'ln_2.bias',
  up_weight: 'mlp.c_fc.weight',
  up_bias: 'mlp.c_fc.bias',
  down_weight: 'mlp.c_proj.weight',
  down_bias: 'mlp.c_proj.bias',
};

export function gptNeoWeights(architecture: Architecture, tensors: TensorReader): ModelWeights {
  const { width: D, vocabulary: V } = architecture;
  const prefix = tensors.has('wte.weight') ? '' : 'transformer.';
  const read = (name: string, ...shape: number[]) => readTensor(tensors, name, shape);

  return {
    embedding: async () => ({
      tokens: await read(`${prefix}wte.weight`, V, D),
      positions: await readPositions(architecture, tensors, `${prefix}wpe.weight`),
    }),

    block: (layer) => readStored(tensors, architecture, `${prefix}h.${layer}`, STORED),

    async readout() {
      return {
        normWeight: await read(`${prefix}ln_f.weight`, D),
        normBias: await read(`${prefix}ln_f.bias`, D),
        unembedding: await readUnembedding(architecture, tensors, `${prefix}wte.weight`),
      };
    },
  };
}
