/**
 * GPT-NeoX, the family of Pythia: parallel residual, LayerNorm, partial rotary embedding, biases everywhere.
 *
 *   y = x + attention(norm₁(x)) + mlp(norm₂(x))
 *
 * Its fused query/key/value matrix is stacked [H, (query, key, value), d]. Configurations before transformers 5
 * write `rotary_pct` and `rotary_emb_base`, later ones `rope_parameters`.
 * Source: Hugging Face transformers, models/gpt_neox/modeling_gpt_neox.py.
 */
import * as z from 'zod';
import { CheckpointFailure } from '../base/failure.ts';
import type { TensorReader } from '../source/checkpoint-files.ts';
import type { Architecture } from './architecture.ts';
import { type BlockWeights, type ModelWeights, readTensor } from './weights.ts';

const size = z.int().positive();
const token = z.union([z.int().nonnegative(), z.array(z.int().nonnegative())]).nullish();

const Config = z.object({
  hidden_size: size,
  num_attention_heads: size,
  num_hidden_layers: size,
  intermediate_size: size,
  vocab_size: size,
  max_position_embeddings: size,
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: z.string().default('gelu'),
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  rotary_pct: z.number().positive().max(1).optional(),
  rotary_emb_base: z.number().positive().optional(),
  rope_theta: z.number().positive().optional(),
  rope_scaling: z.object({ rope_type: z.string().optional(), type: z.string().optional() }).nullish(),
  rope_parameters: z
    .object({
      rope_theta: z.number().positive().optional(),
      partial_rotary_factor: z.number().positive().max(1).optional(),
      rope_type: z.string().default('default'),
    })
    .nullish(),
  bos_token_id: token,
  eos_token_id: token,
  pad_token_id: token,
});

const ACTIVATIONS: Readonly<Record<string, Architecture['activation']>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
};

/** @throws CheckpointFailure unsupported-model, with all that is wrong at once */
export function gptNeoxArchitecture(json: unknown): Architecture {
  const parsed = Config.safeParse(json);
  if (!parsed.success)
    throw refused(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const config = parsed.data;
  const rope = config.rope_parameters;
  const ropeType =
    rope?.rope_type ?? config.rope_scaling?.rope_type ?? config.rope_scaling?.type ?? 'default';
  const activation = ACTIVATIONS[config.hidden_act];
  const headWidth = config.hidden_size / config.num_attention_heads;
  const rotaryDimensions = Math.trunc(headWidth * (rope?.partial_rotary_factor ?? config.rotary_pct ?? 0.25));

  const problems: string[] = [];
  if (!Number.isInteger(headWidth))
    problems.push(
      `hidden_size ${config.hidden_size} is not a multiple of ${config.num_attention_heads} heads`,
    );
  else if (rotaryDimensions % 2 !== 0 || rotaryDimensions < 2)
    problems.push(`rotary embedding over ${rotaryDimensions} dimensions, expected an even number`);
  if (!activation)
    problems.push(
      `hidden_act "${config.hidden_act}", expected one of ${Object.keys(ACTIVATIONS).join(', ')}`,
    );
  if (ropeType !== 'default') problems.push(`rope type "${ropeType}", expected "default"`);
  if (!config.use_parallel_residual) problems.push('use_parallel_residual false, expected true');
  if (!config.attention_bias) problems.push('attention_bias false, expected true');
  if (problems.length > 0) throw refused(problems);

  return {
    family: 'gpt_neox',
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    width: config.hidden_size,
    headWidth,
    mlpWidth: config.intermediate_size,
    vocabulary: config.vocab_size,
    positionsMax: config.max_position_embeddings,
    normEpsilon: config.layer_norm_eps,
    activation,
    rotary: {
      dimensions: rotaryDimensions,
      theta: rope?.rope_theta ?? config.rope_theta ?? config.rotary_emb_base ?? 10_000,
    },
    specialTokens: [config.bos_token_id, config.eos_token_id, config.pad_token_id].flatMap((id) => id ?? []),
  };
}

export function gptNeoxWeights(architecture: Architecture, tensors: TensorReader): ModelWeights {
  const { width: D, mlpWidth: F, vocabulary: V, heads: H, headWidth: d } = architecture;
  // A base model saved without its unembedding leaves the prefix out.
  const prefix = tensors.has('embed_in.weight') ? '' : 'gpt_neox.';
  const read = (name: string, ...shape: number[]) => readTensor(tensors, name, shape);

  return {
    embedding: () => read(`${prefix}embed_in.weight`, V, D),

    async block(layer): Promise<BlockWeights> {
      const at = `${prefix}layers.${layer}`;
      const fusedWeight = await read(`${at}.attention.query_key_value.weight`, 3 * H * d, D);
      const fusedBias = await read(`${at}.attention.query_key_value.bias`, 3 * H * d);
      return {
        attention_norm_weight: await read(`${at}.input_layernorm.weight`, D),
        attention_norm_bias: await read(`${at}.input_layernorm.bias`, D),
        query_weight: everyThird(fusedWeight, d * D, 0),
        query_bias: everyThird(fusedBias, d, 0),
        key_weight: everyThird(fusedWeight, d * D, 1),
        key_bias: everyThird(fusedBias, d, 1),
        value_weight: everyThird(fusedWeight, d * D, 2),
        value_bias: everyThird(fusedBias, d, 2),
        output_weight: await read(`${at}.attention.dense.weight`, D, H * d),
        output_bias: await read(`${at}.attention.dense.bias`, D),
        mlp_norm_weight: await read(`${at}.post_attention_layernorm.weight`, D),
        mlp_norm_bias: await read(`${at}.post_attention_layernorm.bias`, D),
        up_weight: await read(`${at}.mlp.dense_h_to_4h.weight`, F, D),
        up_bias: await read(`${at}.mlp.dense_h_to_4h.bias`, F),
        down_weight: await read(`${at}.mlp.dense_4h_to_h.weight`, D, F),
        down_bias: await read(`${at}.mlp.dense_4h_to_h.bias`, D),
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

function refused(problems: readonly string[]): CheckpointFailure {
  return new CheckpointFailure(
    'unsupported-model',
    `config.json of a gpt_neox model: ${problems.join('; ')}`,
  );
}
