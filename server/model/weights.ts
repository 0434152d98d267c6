/**
 * The weights of a model in the one layout that the block graph reads, whatever the family stores.
 *
 * Matrices are [outputs, inputs], row-major. Query, key and value stack the heads: row h·d + i is element i of
 * head h. The columns of `output` are stacked the same way. Sizes: D residual width, H·d all heads, F MLP width.
 */
import { CheckpointFailure } from '../base/failure.ts';
import type { TensorReader } from '../source/checkpoint-files.ts';

/** Weights of one block. Shapes: vectors [D], [H·d] or [F]; matrices as named beside them. */
export type BlockWeights = {
  readonly attention_norm_weight: Float32Array;
  readonly attention_norm_bias: Float32Array;
  /** [H·d, D], as key and value */
  readonly query_weight: Float32Array;
  readonly query_bias: Float32Array;
  readonly key_weight: Float32Array;
  readonly key_bias: Float32Array;
  readonly value_weight: Float32Array;
  readonly value_bias: Float32Array;
  /** [D, H·d] */
  readonly output_weight: Float32Array;
  readonly output_bias: Float32Array;
  readonly mlp_norm_weight: Float32Array;
  readonly mlp_norm_bias: Float32Array;
  /** [F, D] */
  readonly up_weight: Float32Array;
  readonly up_bias: Float32Array;
  /** [D, F] */
  readonly down_weight: Float32Array;
  readonly down_bias: Float32Array;
};

/** The unembedding: final norm [D], [D] and matrix [V,D]. */
export type ReadoutWeights = {
  readonly normWeight: Float32Array;
  readonly normBias: Float32Array;
  readonly unembedding: Float32Array;
};

/** A checkpoint whose weights can be read part by part, each part when its turn comes. */
export type ModelWeights = {
  /** [V,D] */
  embedding(): Promise<Float32Array>;
  block(layer: number): Promise<BlockWeights>;
  readout(): Promise<ReadoutWeights>;
};

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

/** Index of the first NaN or infinity, −1 without one. */
function firstNotFinite(values: Float32Array): number {
  // x·0 is 0 for every finite x and NaN otherwise, so one sum answers for the whole tensor.
  let poison = 0;
  for (let i = 0; i < values.length; i += 1) poison += values[i] * 0;
  return poison === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
}
