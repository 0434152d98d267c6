/**
 * The families of models that can be read, by the `model_type` of their config.json.
 * A new family is one file like `gpt-neox.ts` and one line here.
 */
import { CheckpointFailure } from '../base/failure.ts';
import type { TensorReader } from '../source/checkpoint-files.ts';
import type { Architecture } from './architecture.ts';
import { gptNeoxArchitecture, gptNeoxWeights } from './gpt-neox.ts';
import type { ModelWeights } from './weights.ts';

type Family = {
  readonly architecture: (config: unknown) => Architecture;
  readonly weights: (architecture: Architecture, tensors: TensorReader) => ModelWeights;
};

const FAMILIES: Readonly<Record<string, Family>> = {
  gpt_neox: { architecture: gptNeoxArchitecture, weights: gptNeoxWeights },
};

/**
 * @param config parsed config.json
 * @throws CheckpointFailure unsupported-model
 */
export function readModel(
  config: unknown,
  tensors: TensorReader,
): { readonly architecture: Architecture; readonly weights: ModelWeights } {
  const type =
    typeof config === 'object' && config !== null && 'model_type' in config ? config.model_type : undefined;
  const family = typeof type === 'string' && Object.hasOwn(FAMILIES, type) ? FAMILIES[type] : undefined;
  if (!family)
    throw new CheckpointFailure(
      'unsupported-model',
      `config.json: expected model_type to be one of ${Object.keys(FAMILIES).join(', ')}, found ${JSON.stringify(type)}`,
    );
  const architecture = family.architecture(config);
  return { architecture, weights: family.weights(architecture, tensors) };
}
