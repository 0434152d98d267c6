/**
 * Checkpoints of next to nothing for the contract of sources: one layer of GPT-2, four numbers wide, by the names and
 * with the configuration that transformers writes, so that a source that fetches only what a model needs fetches all
 * of it. Two samples of different seeds differ in every number.
 */
import { seededRandom } from '../../server/base/random.ts';
import { torchBytes } from '../support/torch-writer.ts';
import { safetensorsBytes } from './made-files.ts';

const [WIDTH, INNER, POSITIONS, VOCABULARY] = [4, 8, 6, 10];

const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'transformer.wte.weight': [VOCABULARY, WIDTH],
  'transformer.wpe.weight': [POSITIONS, WIDTH],
  'transformer.h.0.ln_1.weight': [WIDTH],
  'transformer.h.0.ln_1.bias': [WIDTH],
  'transformer.h.0.attn.c_attn.weight': [WIDTH, 3 * WIDTH],
  'transformer.h.0.attn.c_attn.bias': [3 * WIDTH],
  'transformer.h.0.attn.c_proj.weight': [WIDTH, WIDTH],
  'transformer.h.0.attn.c_proj.bias': [WIDTH],
  'transformer.h.0.ln_2.weight': [WIDTH],
  'transformer.h.0.ln_2.bias': [WIDTH],
  'transformer.h.0.mlp.c_fc.weight': [WIDTH, INNER],
  'transformer.h.0.mlp.c_fc.bias': [INNER],
  'transformer.h.0.mlp.c_proj.weight': [INNER, WIDTH],
  'transformer.h.0.mlp.c_proj.bias': [WIDTH],
  'transformer.ln_f.weight': [WIDTH],
  'transformer.ln_f.bias': [WIDTH],
};

export type SampleTensor = { readonly shape: readonly number[]; readonly values: readonly number[] };
export type Sample = {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, SampleTensor>>;
};

export function sampleOf(seed: number): Sample {
  const random = seededRandom(seed);
  const valuesOf = (shape: readonly number[]) =>
    Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () =>
      Math.fround(random() - 0.5),
    );
  return {
    config: {
      architectures: ['GPT2LMHeadModel'],
      model_type: 'gpt2',
      n_embd: WIDTH,
      n_head: 1,
      n_inner: INNER,
      n_layer: 1,
      n_positions: POSITIONS,
      vocab_size: VOCABULARY,
      activation_function: 'gelu_new',
      layer_norm_epsilon: 1e-5,
      bos_token_id: 0,
      eos_token_id: 0,
    },
    tensors: Object.fromEntries(
      Object.entries(SHAPES).map(([name, shape]) => [name, { shape, values: valuesOf(shape) }]),
    ),
  };
}

/** Its tensors as a safetensors file. */
export function safetensorsOf({ tensors }: Sample): Buffer {
  const header: Record<string, unknown> = {};
  const payload: Buffer[] = [];
  let at = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const bytes = bytesOf(values);
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + bytes.length] };
    payload.push(bytes);
    at += bytes.length;
  }
  return Buffer.from(safetensorsBytes(header, Buffer.concat(payload)));
}

/** Its tensors as torch.save writes a state dict. */
export function torchOf({ tensors }: Sample): Buffer {
  const saved = Object.entries(tensors).map(
    ([name, { shape, values }]) => [name, { dtype: 'F32', shape, bytes: bytesOf(values) }] as const,
  );
  return torchBytes(new Map(saved));
}

function bytesOf(values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}
