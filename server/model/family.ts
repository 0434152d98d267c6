/**
 * The families of models that can be read, by the `model_type` of their config.json.
 * A new family is one file like `gpt-neox.ts` and one line here.
 */
import { CheckpointFailure } from '../base/failure.ts';
import { shown } from '../base/json-value.ts';
import type { TensorReader } from '../source/checkpoint-files.ts';
import type { Architecture } from './architecture.ts';
import { gptNeoArchitecture, gptNeoWeights } from './gpt-neo.ts';
import { gptNeoxArchitecture, gptNeoxWeights } from './gpt-neox.ts';
import { gpt2Architecture, gpt2Weights } from './gpt2.ts';
import { LLAMA, llamaArchitecture, llamaWeights, MISTRAL, OLMO2, QWEN2, QWEN3 } from './llama.ts';
import type { ModelWeights } from './weights.ts';

type Family = {
  readonly architecture: (config: unknown) => Architecture;
  readonly weights: (architecture: Architecture, tensors: TensorReader) => ModelWeights;
};

const FAMILIES: Readonly<Record<string, Family>> = {
  gpt_neox: { architecture: gptNeoxArchitecture, weights: gptNeoxWeights },
  gpt2: { architecture: gpt2Architecture, weights: gpt2Weights },
  ...Object.fromEntries(
    [LLAMA, MISTRAL, QWEN2, QWEN3, OLMO2].map((variant) => [
      variant.family,
      { architecture: (config: unknown) => llamaArchitecture(variant, config), weights: llamaWeights },
    ]),
  ),
  gpt_neo: { architecture: gptNeoArchitecture, weights: gptNeoWeights },
};

/**
 * @param config parsed config.json
 * @throws CheckpointFailure unsupported-model
 */
export function familyOf(config: unknown): Family {
  const type =
    typeof config === 'object' && config !== null && 'model_type' in config ? config.model_type : undefined;
  const family = typeof type === 'string' && Object.hasOwn(FAMILIES, type) ? FAMILIES[type] : undefined;
  if (!family)
    throw new CheckpointFailure(
      'unsupported-model',
      `config.json: expected model_type to be one of ${Object.keys(FAMILIES).join(', ')}, found ${shown(type)}`,
    );
  return family;
}

/**
 * @param config parsed config.json
 * @throws CheckpointFailure unsupported-model
 */
export function readModel(
  config: unknown,
  tensors: TensorReader,
): { readonly architecture: Architecture; readonly weights: ModelWeights } {
  const family = familyOf(config);
  const architecture = family.architecture(config);
  return { architecture, weights: family.weights(architecture, tensors) };
}
