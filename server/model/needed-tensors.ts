/**
 * Which tensors of a checkpoint are read, by their names alone: for who fetches them from elsewhere and would rather
 * leave the others. What is left out are buffers that older versions of transformers stored beside the weights (the
 * causal mask, what masks, the frequencies of rotary embeddings), which each family computes itself, and what an
 * optimizer kept.
 */
import { familyOf } from './family.ts';

const BUFFERS = [
  /(?:^|\.)(?:attn|attention)\.(?:bias|masked_bias)$/,
  /(?:^|\.)rotary_emb\.inv_freq$/,
  /^(?:optimizer|optim|optimizer_state|exp_avg|exp_avg_sq)\b/,
];

/**
 * @param config parsed config.json
 * @throws CheckpointFailure unsupported-model
 */
export function neededTensors(config: unknown, names: readonly string[]): readonly string[] {
  familyOf(config);
  return names.filter((name) => !BUFFERS.some((buffer) => buffer.test(name)));
}
