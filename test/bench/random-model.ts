/**
 * A GPT-NeoX model of a stated shape with random weights, for measuring time: seeded normal values with the
 * standard deviation 0.02 of Hugging Face's initialisation; norms at weight 1 and bias 0.
 */
import { seededRandom } from '../../server/base/random.ts';
import type { Architecture } from '../../server/model/architecture.ts';
import { readModel } from '../../server/model/family.ts';
import type { ModelWeights } from '../../server/model/weights.ts';
import type { TensorReader } from '../../server/source/checkpoint-files.ts';

export type Shape = {
  readonly name: string;
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly vocabulary: number;
};

export const PYTHIA_14M: Shape = { name: 'Pythia-14M', layers: 6, heads: 4, width: 128, vocabulary: 50_304 };

export const PYTHIA_160M: Shape = {
  name: 'Pythia-160M',
  layers: 12,
  heads: 12,
  width: 768,
  vocabulary: 50_304,
};
export const PYTHIA_410M: Shape = {
  name: 'Pythia-410M',
  layers: 24,
  heads: 16,
  width: 1_024,
  vocabulary: 50_304,
};

export function randomModel(shape: Shape): { architecture: Architecture; weights: ModelWeights } {
  return readModel(configOf(shape), randomTensors(shape));
}

/** config.json of the shape. */
export function configOf(shape: Shape) {
  return {
    model_type: 'gpt_neox',
    hidden_size: shape.width,
    num_attention_heads: shape.heads,
    num_hidden_layers: shape.layers,
    intermediate_size: 4 * shape.width,
    vocab_size: shape.vocabulary,
    max_position_embeddings: 2_048,
    rotary_pct: 0.25,
  };
}

function randomTensors(shape: Shape): TensorReader {
  const made = new Map<string, Float32Array>();
  return {
    has: (name) => name !== 'embed_in.weight',
    names: () => tensorNames(shape),
    shape: (name) => shapeOf(shape, name),
    async read(name) {
      // All layers share one set of values: only time is measured, and 410M of them would take a minute to draw.
      const key = name.replace(/layers\.\d+/, 'layers');
      const known = made.get(key) ?? randomTensor(shape, name);
      made.set(key, known);
      return known;
    },
  };
}

/** Names of all tensors of a gpt_neox checkpoint. */
export function tensorNames({ layers }: Shape): string[] {
  const block = [
    'attention.query_key_value',
    'attention.dense',
    'mlp.dense_h_to_4h',
    'mlp.dense_4h_to_h',
    'input_layernorm',
    'post_attention_layernorm',
  ];
  const both = (name: string) => [`${name}.weight`, `${name}.bias`];
  return [
    'gpt_neox.embed_in.weight',
    ...Array.from({ length: layers }, (_, layer) =>
      block.flatMap((name) => both(`gpt_neox.layers.${layer}.${name}`)),
    ).flat(),
    ...both('gpt_neox.final_layer_norm'),
    'embed_out.weight',
  ];
}

export function shapeOf({ width: D, vocabulary: V }: Shape, name: string): number[] {
  if (name.includes('query_key_value.weight')) return [3 * D, D];
  if (name.includes('query_key_value.bias')) return [3 * D];
  if (name.includes('h_to_4h.weight')) return [4 * D, D];
  if (name.includes('h_to_4h.bias')) return [4 * D];
  if (name.includes('4h_to_h.weight')) return [D, 4 * D];
  if (name.includes('attention.dense.weight')) return [D, D];
  if (name.includes('embed')) return [V, D];
  return [D];
}

/** @param seed another one gives other values, but for norms */
export function randomTensor(shape: Shape, name: string, seed = 0): Float32Array {
  const count = shapeOf(shape, name).reduce((product, size) => product * size, 1);
  return name.includes('norm')
    ? new Float32Array(count).fill(name.endsWith('weight') ? 1 : 0)
    : normal(count, 0.02, seed);
}

/** Normal values by Box and Muller's method. */
function normal(count: number, deviation: number, seed: number): Float32Array {
  const random = seededRandom(count + seed);
  return Float32Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}
