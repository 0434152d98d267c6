/**
 * The tensors of a checkpoint, whichever files they lie in. The first of these that is there counts, as it does for
 * transformers:
 *
 *   model.safetensors                 all of them in one file
 *   model.safetensors.index.json      shards, by `{"weight_map": {tensor name: file name}}`
 *   pytorch_model.bin                 and its index: the same as files of torch.save
 *
 * or the one file of torch.save that the checkpoint is. All of it has to be there: header and length of every file
 * agree, every tensor of the index lies in the shard it names. None may lead out of the watched directory by links.
 * Limits: index 64 MiB, 512 shards, all of them open at once.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { isRecord, shown, shownName } from '../base/json-value.ts';
import { readJson } from './json-file.ts';
import { fileFailure, isThere } from './regular-file.ts';
import { openSafetensors } from './safetensors.ts';
import type { TensorFile } from './tensor-file.ts';
import { openTorch } from './torch-file.ts';

export const MODEL_FILE = 'model.safetensors';
export const TORCH_FILE = 'pytorch_model.bin';

type Format = {
  readonly name: string;
  /** Its file of all tensors. */
  readonly model: string;
  readonly index: string;
  readonly ending: string;
  readonly open: (file: string, root: string) => Promise<TensorFile>;
  readonly openShard: (file: string, root: string) => Promise<TensorFile>;
};

const FORMATS: readonly Format[] = [
  {
    name: 'safetensors',
    model: MODEL_FILE,
    index: `${MODEL_FILE}.index.json`,
    ending: '.safetensors',
    open: openSafetensors,
    openShard: openSafetensors,
  },
  {
    name: 'torch',
    model: TORCH_FILE,
    index: `${TORCH_FILE}.index.json`,
    ending: '.bin',
    open: (file, root) => openTorch(file, root, { unwrap: true }),
    openShard: (file, root) => openTorch(file, root, { unwrap: false }),
  },
];

const INDEX_BYTES_MAX = 64 * 2 ** 20;
/** Half of the 1,024 files that a process may usually open; the largest open models have 191 shards. */
const SHARDS_MAX = 512;
/** Names of a directory that a sentence lists. */
const NAMES_TOLD_MAX = 5;

export type OpenTensors = {
  /** The file of each tensor, which has it. */
  readonly places: ReadonlyMap<string, TensorFile>;
  /** Sentences on what else lies in the files and is left alone. */
  readonly notes: readonly string[];
  close(): Promise<void>;
};

/** Whether a file of this name holds tensors of a model, or lists those that do. */
export function holdsTensors(name: string): boolean {
  return (
    name.endsWith('.safetensors') ||
    FORMATS.some(({ index }) => name === index) ||
    /^pytorch_model.*\.bin$/.test(name)
  );
}

/** @throws CheckpointFailure that says what is missing or wrong */
export async function openTensorFile(file: string, root: string): Promise<OpenTensors> {
  return allOf(await openTorch(file, root, { unwrap: true }));
}

/**
 * @param id the checkpoint, in a sentence
 * @throws CheckpointFailure that says what is missing or wrong
 */
export async function openTensors(id: string, directory: string, root: string): Promise<OpenTensors> {
  for (const format of FORMATS) {
    const model = join(directory, format.model);
    if (await isThere(model)) return allOf(await format.open(model, root));
    if (await isThere(join(directory, format.index))) return openSharded(format, directory, root);
  }
  throw await withoutModel(id, directory);
}

function allOf(file: TensorFile): OpenTensors {
  const places = new Map(Array.from(file.tensors.keys(), (name) => [name, file]));
  return { places, notes: file.notes, close: file.close };
}

async function openSharded(format: Format, directory: string, root: string): Promise<OpenTensors> {
  const shardNames = await readIndex(format, join(directory, format.index), root);
  const shards = await openShards(format, directory, root, new Set(shardNames.values()));
  const notes = [...new Set(Array.from(shards.values()).flatMap((shard) => shard.notes))];
  try {
    return { places: placesOf(format, shardNames, shards), notes, close: () => closeAll(shards) };
  } catch (error) {
    await closeAll(shards);
    throw error;
  }
}

/** The file of each tensor of the index. */
function placesOf(
  format: Format,
  shardNames: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, TensorFile>,
): ReadonlyMap<string, TensorFile> {
  const places = new Map<string, TensorFile>();
  for (const [tensor, shardName] of shardNames) {
    const shard = shards.get(shardName);
    if (!shard?.tensors.has(tensor))
      throw new CheckpointFailure(
        'missing-tensor',
        `${shardName}: expected tensor ${shownName(tensor)}, which ${format.index} says is here`,
      );
    places.set(tensor, shard);
  }
  return places;
}

/** File name of the shard by name of the tensor. */
async function readIndex(format: Format, file: string, root: string): Promise<ReadonlyMap<string, string>> {
  const index = await readJson(file, root, INDEX_BYTES_MAX);
  const map = isRecord(index) ? index.weight_map : undefined;
  if (!isRecord(map))
    throw new CheckpointFailure(
      'corrupt',
      `${format.index}: expected an object weight_map, found ${shown(map)}`,
    );
  const shardNames = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || !isShardName(format, shard))
      throw new CheckpointFailure(
        'corrupt',
        `${format.index}: expected the name of a ${format.name} file beside it for ${shownName(tensor)}, found ${shown(shard)}`,
      );
    shardNames.set(tensor, shard);
  }
  return shardNames;
}

/** A plain file name: nothing that could lead out of the directory, and nothing that no file can be called. */
function isShardName({ ending }: Format, name: string): boolean {
  return name.endsWith(ending) && /^[^/\\\p{C}]{1,212}$/u.test(name) && !name.includes('..');
}

async function openShards(
  format: Format,
  directory: string,
  root: string,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, TensorFile>> {
  if (names.size > SHARDS_MAX)
    throw new CheckpointFailure(
      'too-large',
      `${format.index}: expected at most ${SHARDS_MAX} shards, found ${names.size}`,
    );
  const missing: string[] = [];
  for (const name of names) if (!(await isThere(join(directory, name)))) missing.push(name);
  if (missing.length > 0)
    throw new CheckpointFailure(
      'incomplete',
      `${format.index}: expected ${names.size} shards, not there: ${listed(missing)}`,
    );
  const shards = new Map<string, TensorFile>();
  try {
    for (const name of names) shards.set(name, await format.openShard(join(directory, name), root));
    return shards;
  } catch (error) {
    await closeAll(shards);
    throw error;
  }
}

async function closeAll(shards: ReadonlyMap<string, TensorFile>): Promise<void> {
  await Promise.all(Array.from(shards.values(), (shard) => shard.close()));
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_TOLD_MAX;
  const told = names.slice(0, NAMES_TOLD_MAX).map(shownName).join(', ');
  return more > 0 ? `${told} and ${more} more` : told;
}

/** The failure of a directory without tensors that can be read, which says what is there instead. */
async function withoutModel(id: string, directory: string): Promise<unknown> {
  try {
    const names = (await readdir(directory)).sort();
    return new CheckpointFailure(
      'incomplete',
      `${id}: expected ${FORMATS.map(({ model }) => model).join(' or ')}, or an index of shards, found ${names.length > 0 ? listed(names) : 'nothing'}`,
    );
  } catch (error) {
    return fileFailure(directory, error);
  }
}
