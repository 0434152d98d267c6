/**
 * Small models of every family with random weights, as real checkpoints: names, shapes and configuration keys are
 * those that `save_pretrained` of transformers writes. Weights are seeded normal values, scaled so that activations
 * neither vanish nor explode and attention is neither uniform nor one-hot; no weight is zero.
 */
import { join } from 'node:path';
import { seededRandom } from '../../server/base/random.ts';
import type { CheckpointRef, TensorReader } from '../../server/source/checkpoint-files.ts';
import { putFiles, refTo, safetensorsBytes, temporaryDirectory } from '../source/made-files.ts';
import {
  D,
  F,
  gpt2Shapes,
  gptNeoShapes,
  H,
  L,
  llamaShapes,
  neoxShapes,
  POSITIONS,
  type Shapes,
  V,
} from './made-shapes.ts';

type NumberFormat = 'F32' | 'F16' | 'BF16';
export type MadeTensor = { readonly shape: readonly number[]; readonly values: Float32Array };
export type MadeModel = {
  readonly config: Readonly<Record<string, unknown>>;
  /** Values are exactly those that `format` can hold. */
  readonly tensors: ReadonlyMap<string, MadeTensor>;
  readonly format: NumberFormat;
  /** How many files the tensors are spread over. */
  readonly files: number;
};

type Recipe = {
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Shapes;
  readonly format?: NumberFormat;
  readonly files?: number;
};

/** Tokens of no text. */
const IDS = { bos_token_id: 0, eos_token_id: 0 };

const NEOX = {
  model_type: 'gpt_neox',
  hidden_size: D,
  num_attention_heads: H,
  num_hidden_layers: L,
  intermediate_size: F,
  vocab_size: V,
  max_position_embeddings: POSITIONS,
  hidden_act: 'gelu',
  layer_norm_eps: 1e-5,
  tie_word_embeddings: false,
  ...IDS,
};
const GPT2 = {
  model_type: 'gpt2',
  n_embd: D,
  n_head: H,
  n_layer: L,
  n_positions: POSITIONS,
  vocab_size: V,
  activation_function: 'gelu_new',
  layer_norm_epsilon: 1e-5,
  ...IDS,
};
const LLAMA = {
  model_type: 'llama',
  hidden_size: D,
  num_attention_heads: H,
  num_key_value_heads: H,
  num_hidden_layers: L,
  intermediate_size: F,
  vocab_size: V,
  max_position_embeddings: POSITIONS,
  hidden_act: 'silu',
  rms_norm_eps: 1e-6,
  tie_word_embeddings: false,
  ...IDS,
};
const GROUPED = { ...LLAMA, num_key_value_heads: 2 };

/** By a name that says what is special. */
const RECIPES = {
  gpt_neox: {
    config: { ...NEOX, rotary_pct: 0.5, rotary_emb_base: 100, torch_dtype: 'float32' },
    shapes: neoxShapes(true),
  },
  'gpt_neox, sequential, no attention bias, F16': {
    config: {
      ...NEOX,
      use_parallel_residual: false,
      attention_bias: false,
      rope_parameters: { rope_type: 'default', rope_theta: 100, partial_rotary_factor: 0.25 },
      dtype: 'float16',
    },
    shapes: neoxShapes(false),
    format: 'F16',
  },
  gpt2: { config: GPT2, shapes: gpt2Shapes(4 * D, false) },
  'gpt2, untied, unscaled, relu, 2 files': {
    config: {
      ...GPT2,
      n_inner: F,
      tie_word_embeddings: false,
      scale_attn_weights: false,
      activation_function: 'relu',
    },
    shapes: gpt2Shapes(F, true),
    files: 2,
  },
  'gpt_neo, BF16': {
    config: {
      model_type: 'gpt_neo',
      hidden_size: D,
      num_heads: H,
      num_layers: L,
      intermediate_size: F,
      vocab_size: V,
      max_position_embeddings: POSITIONS,
      window_size: 16,
      attention_types: [
        [['global', 'local'], 1],
        [['global'], 1],
      ],
      activation_function: 'gelu_new',
      layer_norm_epsilon: 1e-5,
      torch_dtype: 'bfloat16',
      ...IDS,
    },
    shapes: gptNeoShapes(),
    format: 'BF16',
  },
  'llama, tied': {
    config: { ...LLAMA, tie_word_embeddings: true, rope_theta: 100 },
    shapes: llamaShapes({ tied: true }),
  },
  'llama, grouped, linear rope, 3 files': {
    config: { ...GROUPED, rope_theta: 100, rope_scaling: { type: 'linear', factor: 2 } },
    shapes: llamaShapes({ K: 2 }),
    files: 3,
  },
  'llama, grouped, llama3 rope, biases': {
    config: {
      ...GROUPED,
      attention_bias: true,
      mlp_bias: true,
      rope_parameters: {
        rope_type: 'llama3',
        rope_theta: 100,
        factor: 4,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 64,
      },
    },
    shapes: llamaShapes({ K: 2, biases: ['q', 'k', 'v', 'o', 'gate', 'up', 'down'] }),
  },
  'mistral, BF16': {
    config: { ...GROUPED, model_type: 'mistral', sliding_window: 16, rope_theta: 100 },
    shapes: llamaShapes({ K: 2 }),
    format: 'BF16',
  },
  qwen2: {
    config: {
      ...GROUPED,
      model_type: 'qwen2',
      use_sliding_window: false,
      sliding_window: null,
      max_window_layers: 2,
      layer_types: ['full_attention', 'full_attention', 'full_attention'],
      rope_parameters: { rope_type: 'default', rope_theta: 100 },
    },
    shapes: llamaShapes({ K: 2, biases: ['q', 'k', 'v'] }),
  },
  'qwen3, wide heads, tied': {
    config: { ...GROUPED, model_type: 'qwen3', head_dim: 12, tie_word_embeddings: true, rope_theta: 100 },
    shapes: llamaShapes({ K: 2, d: 12, tied: true, norms: 'qwen3' }),
  },
  olmo2: {
    config: { ...GROUPED, model_type: 'olmo2', rope_theta: 100 },
    shapes: llamaShapes({ K: 2, norms: 'olmo2' }),
  },
} satisfies Readonly<Record<string, Recipe>>;

export type MadeName = keyof typeof RECIPES;
export const MADE_NAMES = Object.keys(RECIPES) as MadeName[];

export function madeModel(name: MadeName, seed = 1): MadeModel {
  const { config, shapes, format = 'F32', files = 1 }: Recipe = RECIPES[name];
  const random = seededRandom(seed);
  const tensors = new Map<string, MadeTensor>();
  for (const [tensor, shape] of Object.entries(shapes)) {
    const [center, deviation] = distributionOf(tensor, shape, config);
    const count = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length: count }, () =>
      rounded(center + deviation * normal(random), format),
    );
    tensors.set(tensor, { shape, values });
  }
  return { config, tensors, format, files };
}

/** The model with other tensors in the place of its own of those names. */
export function withTensors(model: MadeModel, others: Readonly<Record<string, MadeTensor>>): MadeModel {
  return { ...model, tensors: new Map([...model.tensors, ...Object.entries(others)]) };
}

/** The model with one tensor's values changed. */
export function withValues(
  model: MadeModel,
  name: string,
  change: (value: number, at: number) => number,
): MadeModel {
  const { shape, values } = tensorOf(model, name);
  return withTensors(model, { [name]: { shape, values: values.map(change) } });
}

/** @throws Error without such a tensor */
export function tensorOf({ tensors }: Pick<MadeModel, 'tensors'>, name: string): MadeTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the made model has no tensor ${name}`);
  return tensor;
}

/** Writes the checkpoint into a directory that vanishes with the test. */
export function putModel({ config, tensors, format, files }: MadeModel): CheckpointRef {
  const directory = temporaryDirectory();
  const names = [...tensors.keys()];
  const file = (at: number) =>
    files === 1 ? 'model.safetensors' : `model-${at + 1}-of-${files}.safetensors`;
  for (let at = 0; at < files; at += 1) {
    const own = names.filter((_, place) => place % files === at);
    putFiles(directory, { [file(at)]: fileBytes(own, tensors, format) });
  }
  putFiles(directory, {
    'config.json': config,
    ...(files > 1 && {
      'model.safetensors.index.json': {
        metadata: {},
        weight_map: Object.fromEntries(names.map((name, place) => [name, file(place % files)])),
      },
    }),
  });
  return { ...refTo(directory), configFile: join(directory, 'config.json') };
}

/** The tensors without a file; `onRead` hears of every tensor whose values are asked for. */
export function readerOf(model: MadeModel, onRead: (name: string) => void = () => {}): TensorReader {
  return {
    has: (name) => model.tensors.has(name),
    names: () => model.tensors.keys(),
    shape: (name) => tensorOf(model, name).shape,
    async read(name) {
      onRead(name);
      return tensorOf(model, name).values.slice();
    },
  };
}

/** Center and standard deviation of a tensor's values. */
function distributionOf(
  name: string,
  shape: readonly number[],
  config: Readonly<Record<string, unknown>>,
): readonly [number, number] {
  if (name.endsWith('.bias')) return [0, 0.3];
  if (shape.length === 1) return [1, 0.25];
  if (/wte|embed_tokens|embed_in/.test(name)) return [0, 0.7];
  if (name.includes('wpe')) return [0, 0.4];
  const inputs = config.model_type === 'gpt2' && name.includes('.h.') ? shape[0] : shape[1];
  const isUnscaled = config.model_type === 'gpt_neo' && /[qk]_proj/.test(name);
  return [0, (isUnscaled ? 0.8 : 1.3) / Math.sqrt(inputs)];
}

/** By Box and Muller's method. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const SIGNIFICANT_BITS: Readonly<Record<NumberFormat, number>> = { F32: 24, F16: 11, BF16: 8 };
/** The smallest normal number of F16. */
const F16_LEAST = 2 ** -14;

/** The nearest number that the format holds; for F16 none that is denormal. */
function rounded(value: number, format: NumberFormat): number {
  const magnitude = format === 'F16' ? Math.max(Math.abs(value), F16_LEAST) : Math.abs(value);
  const unit = 2 ** (Math.floor(Math.log2(magnitude)) + 1 - SIGNIFICANT_BITS[format]);
  return Math.sign(value) * Math.round(magnitude / unit) * unit;
}

function fileBytes(
  names: readonly string[],
  tensors: ReadonlyMap<string, MadeTensor>,
  format: NumberFormat,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let begin = 0;
  for (const name of names) {
    const { shape, values } = tensorOf({ tensors }, name);
    const bytes = encoded(values, format);
    header[name] = { dtype: format, shape, data_offsets: [begin, begin + bytes.length] };
    parts.push(bytes);
    begin += bytes.length;
  }
  return safetensorsBytes(header, Buffer.concat(parts));
}

/** Little-endian bytes of values that the format holds exactly. */
function encoded(values: Float32Array, format: NumberFormat): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  if (format === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const halves = Uint16Array.from(bits, (word) =>
    format === 'BF16'
      ? word >>> 16
      : // The sign, an exponent less the difference of both biases, and the upper 10 bits of the fraction.
        ((word >>> 16) & 0x8000) | ((((word >>> 23) & 0xff) - 112) << 10) | ((word >>> 13) & 0x3ff),
  );
  return new Uint8Array(halves.buffer);
}
