/**
 * The weights of a model in the one layout that the block graph reads, whatever the family stores: names and
 * shapes are those of `Architecture.blockShapes`, matrices stored as `Architecture.matrices` says.
 */
import { CheckpointFailure } from '../base/failure.ts';
import type { TensorReader } from '../source/checkpoint-files.ts';
import type { Architecture, BlockWeightName } from './architecture.ts';

export type BlockWeights = Readonly<Partial<Record<BlockWeightName, Float32Array>>>;

export type EmbeddingWeights = {
  /** [V,D] */
  readonly tokens: Float32Array;
  /** [positions,D], added to the tokens' rows; null where the model has none */
  readonly positions: Float32Array | null;
};

/** The unembedding: final norm [D], its bias [D] or null, and matrix [V,D]. */
export type ReadoutWeights = {
  readonly normWeight: Float32Array;
  readonly normBias: Float32Array | null;
  readonly unembedding: Float32Array;
};

/** A checkpoint whose weights can be read part by part, each part when its turn comes. */
export type ModelWeights = {
  embedding(): Promise<EmbeddingWeights>;
  block(layer: number): Promise<BlockWeights>;
  readout(): Promise<ReadoutWeights>;
};

/** Where a family stores a block's weights, below the block's path; no entry for what is not stored by itself. */
export type StoredNames = Readonly<Partial<Record<BlockWeightName, string>>>;

/**
 * The weights of one block that are stored by themselves.
 * @param at path of the block, such as `model.layers.3`
 * @throws CheckpointFailure missing-tensor, wrong-shape, not-finite
 */
export async function readStored(
  tensors: TensorReader,
  { blockShapes }: Architecture,
  at: string,
  stored: StoredNames,
): Promise<BlockWeights> {
  const weights: Partial<Record<BlockWeightName, Float32Array>> = {};
  for (const [name, shape] of Object.entries(blockShapes) as [BlockWeightName, readonly number[]][]) {
    const tensor = stored[name];
    if (tensor !== undefined) weights[name] = await readTensor(tensors, `${at}.${tensor}`, shape);
  }
  return weights;
}

/**
 * Reads a tensor and vouches for it.
 * @throws CheckpointFailure missing-tensor, wrong-shape, not-finite
 */
export async function readTensor(
  tensors: TensorReader,
  name: string,
  shape: readonly number[],
): Promise<Float32Array> {
  if (!tensors.has(name))
    throw new CheckpointFailure('missing-tensor', `expected a tensor ${name} [${shape}], found none`);
  const found = tensors.shape(name);
  if (found.length !== shape.length || found.some((size, axis) => size !== shape[axis]))
    throw new CheckpointFailure('wrong-shape', `${name}: expected shape [${shape}], found [${found}]`);
  const values = await tensors.read(name);
  const bad = firstNotFinite(values);
  if (bad >= 0)
    throw new CheckpointFailure(
      'not-finite',
      `${name}: expected finite weights, found ${values[bad]} at element ${bad}`,
    );
  return values;
}

/** Learned positions [positions,D] stored under `name`; null where the model has none. */
export async function readPositions(
  { embedding, width: D }: Architecture,
  tensors: TensorReader,
  name: string,
): Promise<Float32Array | null> {
  return embedding.positions === null ? null : readTensor(tensors, name, [embedding.positions, D]);
}

/** The matrix [V,D] that is stored as `lm_head.weight`, or else the token embedding under `name` where both are tied. */
export function readUnembedding(
  { embedding, vocabulary: V, width: D }: Architecture,
  tensors: TensorReader,
  name: string,
): Promise<Float32Array> {
  const isTied = embedding.tied && !tensors.has('lm_head.weight');
  return readTensor(tensors, isTied ? name : 'lm_head.weight', [V, D]);
}

/** Index of the first NaN or infinity, −1 without one. */
function firstNotFinite(values: Float32Array): number {
  // x·0 is 0 for every finite x and NaN otherwise, so a sum answers for the whole tensor; four of them, because one
  // would wait for itself at every step.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i] * 0;
    b += values[i + 1] * 0;
    c += values[i + 2] * 0;
    d += values[i + 3] * 0;
  }
  for (let i = whole; i < values.length; i += 1) a += values[i] * 0;
  const poison = a + b + c + d;
  return poison === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
}
