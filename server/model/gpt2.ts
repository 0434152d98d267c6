/**
 * GPT-2: learned positions, LayerNorm, sequential residual, matrices stored [inputs, outputs] (Conv1D), output
 * matrix tied to the token embedding unless it is stored by itself.
 *
 * Its fused c_attn matrix is [D, (query, key, value)·D].
 * Source: Hugging Face transformers, models/gpt2/modeling_gpt2.py.
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
import {
  type BlockWeights,
  type ModelWeights,
  readPositions,
  readStored,
  readTensor,
  readUnembedding,
  type StoredNames,
} from './weights.ts';

const Config = v.object({
  n_embd: size,
  n_head: count,
  n_layer: count,
  n_inner: v.nullish(size),
  n_positions: size,
  vocab_size: size,
  layer_norm_epsilon: v.optional(Positive, 1e-5),
  activation_function: v.optional(v.string(), 'gelu_new'),
  scale_attn_weights: v.optional(v.boolean(), true),
  scale_attn_by_inverse_layer_idx: v.optional(v.boolean(), false),
  tie_word_embeddings: v.optional(v.boolean(), true),
  ...SPECIAL_TOKENS,
});

export function gpt2Architecture(json: unknown): Architecture {
  const config = parseConfig('gpt2', Config, json);
  const problems: string[] = [];
  const [D, H] = [config.n_embd, config.n_head];
  const F = config.n_inner ?? 4 * D;
  const headWidth = headWidthOf(D, H, problems);
  const activation = activationOf('activation_function', config.activation_function, problems);
  if (config.scale_attn_by_inverse_layer_idx)
    problems.push('scale_attn_by_inverse_layer_idx true, expected false');
  refuseIf('gpt2', problems);
  return {
    family: 'gpt2',
    layers: config.n_layer,
    heads: H,
    keyValueHeads: H,
    width: D,
    headWidth,
    mlpWidth: F,
    vocabulary: config.vocab_size,
    positionsMax: config.n_positions,
    residual: 'sequential',
    norm: { kind: 'layer', epsilon: config.layer_norm_epsilon, placement: 'before' },
    attention: { scale: config.scale_attn_weights ? 1 / Math.sqrt(headWidth) : 1, queryKeyNorm: 'none' },
    mlp: { gated: false, activation },
    rotaryFrequencies: null,
    embedding: { positions: config.n_positions, tied: config.tie_word_embeddings },
    matrices: 'inputs-first',
    blockShapes: {
      attention_norm_weight: [D],
      attention_norm_bias: [D],
      query_weight: [D, D],
      query_bias: [D],
      key_weight: [D, D],
      key_bias: [D],
      value_weight: [D, D],
      value_bias: [D],
      output_weight: [D, D],
      output_bias: [D],
      mlp_norm_weight: [D],
      mlp_norm_bias: [D],
      up_weight: [D, F],
      up_bias: [F],
      down_weight: [F, D],
      down_bias: [D],
    },
    specialTokens: specialTokens(config),
  };
}

/** Query, key and value are stored together. */
const STORED: StoredNames = {
  attention_norm_weight: 'ln_1.weight',
  attention_norm_bias: 'ln_1.bias',
  output_weight: 'attn.c_proj.weight',
  output_bias: 'attn.c_proj.bias',
  mlp_norm_weight: 'ln_2.weight',
  mlp_norm_bias: 'ln_2.bias',
  up_weight: 'mlp.c_fc.weight',
  up_bias: 'mlp.c_fc.bias',
  down_weight: 'mlp.c_proj.weight',
  down_bias: 'mlp.c_proj.bias',
};

export function gpt2Weights(architecture: Architecture, tensors: TensorReader): ModelWeights {
  const { width: D, vocabulary: V } = architecture;
  const prefix = tensors.has('wte.weight') ? '' : 'transformer.';
  const read = (name: string, ...shape: number[]) => readTensor(tensors, name, shape);

  return {
    embedding: async () => ({
      tokens: await read(`${prefix}wte.weight`, V, D),
      positions: await readPositions(architecture, tensors, `${prefix}wpe.weight`),
    }),

    async block(layer): Promise<BlockWeights> {
      const at = `${prefix}h.${layer}`;
      const fusedWeight = await read(`${at}.attn.c_attn.weight`, D, 3 * D);
      const fusedBias = await read(`${at}.attn.c_attn.bias`, 3 * D);
      return {
        ...(await readStored(tensors, architecture, at, STORED)),
        query_weight: columns(fusedWeight, D, 0),
        query_bias: columns(fusedBias, D, 0),
        key_weight: columns(fusedWeight, D, 1),
        key_bias: columns(fusedBias, D, 1),
        value_weight: columns(fusedWeight, D, 2),
        value_bias: columns(fusedBias, D, 2),
      };
    },

    async readout() {
      return {
        normWeight: await read(`${prefix}ln_f.weight`, D),
        normBias: await read(`${prefix}ln_f.bias`, D),
        unembedding: await readUnembedding(architecture, tensors, `${prefix}wte.weight`),
      };
    },
  };
}

/** Columns which·D … (which + 1)·D − 1 of a row-major matrix with 3·D columns. */
function columns(fused: Float32Array, D: number, which: number): Float32Array {
  const rows = fused.length / (3 * D);
  const taken = new Float32Array(rows * D);
  for (let row = 0; row < rows; row += 1)
    taken.set(fused.subarray((3 * row + which) * D, (3 * row + which + 1) * D), row * D);
  return taken;
}
