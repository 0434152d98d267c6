/**
 * Which files of a checkpoint on the hub are wanted: its configuration, the tokenizer where the probe needs it, and the
 * tensors in the first format that is there, in the order that a checkpoint on disk has them (checkpoint-tensors.ts).
 *
 * Its contents, in one short string, are what the hub says of these files without fetching any of them: SHA-256 over the
 * name and hash of the configuration and of each file of tensors. The tokenizer is left out, as on disk.
 */
import { createHash } from 'node:crypto';
import { CheckpointFailure } from '../../base/failure.ts';
import { shownName } from '../../base/json-value.ts';
import { CONFIG_FILE } from '../checkpoint-files.ts';
import { holdsTensors, MODEL_FILE, TORCH_FILE } from '../checkpoint-tensors.ts';
import type { HubFile } from './hub-listing.ts';

export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json'];
const NAMES_TOLD_MAX = 5;

export type ModelFiles = {
  readonly format: 'safetensors' | 'torch';
  readonly config: HubFile;
  readonly tokenizer: readonly HubFile[];
  /** Says which of `weights` holds which tensor; null where there is one file. */
  readonly shardIndex: HubFile | null;
  readonly weights: readonly HubFile[];
  readonly content: string;
};

/**
 * @param id the checkpoint, in a sentence
 * @throws CheckpointFailure incomplete
 */
export function modelFilesFrom(id: string, files: readonly HubFile[]): ModelFiles {
  const byName = new Map(files.map((file) => [file.name, file]));
  const config = byName.get(CONFIG_FILE);
  const chosen = weightsOf(files, byName);
  const names = [...byName.keys()].sort();
  const told = names.slice(0, NAMES_TOLD_MAX).map(shownName).join(', ');
  const found =
    names.length === 0
      ? 'nothing'
      : names.length > NAMES_TOLD_MAX
        ? `${told} and ${names.length - NAMES_TOLD_MAX} more`
        : told;
  if (!chosen)
    throw new CheckpointFailure(
      'incomplete',
      `${id}: expected ${MODEL_FILE} or ${TORCH_FILE}, or an index of shards, found ${found}`,
    );
  if (!config) throw new CheckpointFailure('incomplete', `${id}: expected a ${CONFIG_FILE}, found ${found}`);
  const tokenizer = TOKENIZER_FILES.flatMap((name) => byName.get(name) ?? []);
  return { ...chosen, config, tokenizer, content: contentOf([config, ...chosen.weights]) };
}

function weightsOf(files: readonly HubFile[], byName: ReadonlyMap<string, HubFile>) {
  for (const [format, name, ending] of [
    ['safetensors', MODEL_FILE, '.safetensors'],
    ['torch', TORCH_FILE, '.bin'],
  ] as const) {
    const whole = byName.get(name);
    if (whole) return { format, shardIndex: null, weights: [whole] };
    const shardIndex = byName.get(`${name}.index.json`);
    const shards = files.filter((file) => holdsTensors(file.name) && file.name.endsWith(ending));
    if (shardIndex) return { format, shardIndex, weights: shards };
  }
  return null;
}

function contentOf(files: readonly HubFile[]): string {
  const hashes = files.map(({ name, sha256, oid }) => JSON.stringify([name, sha256 ?? oid]));
  return createHash('sha256').update(hashes.sort().join('\n')).digest('base64url');
}
