/**
 * The files of a checkpoint, as `save_pretrained` of transformers writes them: a directory with `config.json`
 * (in it, or else in the watched directory, once for all) and with the tensors, either in `model.safetensors`
 * or in shards that `model.safetensors.index.json` lists: `{"weight_map": {tensor name: file name}}`.
 * With both, the single file counts, as it does for transformers.
 *
 * A checkpoint opens only if all of it is there: configuration in JSON, header and length of every file agree,
 * every tensor of the index lies in the shard it names. Its files may be links to anywhere in the watched directory,
 * which is the one that the checkpoint's lies in; one that leads out of that is refused.
 * Limits: configuration 1 MiB, index 64 MiB, 512 shards, all of them open at once.
 */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { isRecord, shown, shownName } from '../base/json-value.ts';
import { fingerprint } from './fingerprint.ts';
import { jsonFrom, readJson, readSmallFile } from './json-file.ts';
import { fileFailure, isThere } from './regular-file.ts';
import { openSafetensors, type SafetensorsFile } from './safetensors.ts';

export const CONFIG_FILE = 'config.json';
export const MODEL_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';

const CONFIG_BYTES_MAX = 2 ** 20;
const INDEX_BYTES_MAX = 64 * 2 ** 20;
/** Half of the 1,024 files that a process may usually open; the largest open models have 191 shards. */
const SHARDS_MAX = 512;
/** Names of a directory that a sentence lists. */
const NAMES_TOLD_MAX = 5;

/** A checkpoint that was found; nothing of it is open. */
export type CheckpointRef = {
  /** Name of its entry in the watched directory, unique there. */
  readonly id: string;
  readonly step: number;
  /** Where its files are. */
  readonly directory: string;
  /** Its own `config.json`, or the one of the watched directory. */
  readonly configFile: string;
  /** Fingerprint of its contents (fingerprint.ts); null where nobody has looked, as for one named on the command line. */
  readonly content: string | null;
};

/** What keeps a checkpoint from being complete, or the fingerprint of its contents. */
export type Inspection = { readonly problem: CheckpointFailure } | { readonly content: string };

/** Tensors by name, whichever file they lie in. */
export interface TensorReader {
  has(name: string): boolean;
  names(): Iterable<string>;
  /** @throws CheckpointFailure `missing-tensor` */
  shape(name: string): readonly number[];
  /**
   * Values as float32, row-major, in a buffer of their own; the caller may keep and change them.
   * @throws CheckpointFailure `missing-tensor`, `unsupported-dtype`, `too-large`, `truncated`, `unreadable`
   */
  read(name: string): Promise<Float32Array>;
}

export type OpenCheckpoint = {
  /** Parsed JSON, not looked at. */
  readonly config: unknown;
  readonly tensors: TensorReader;
  /** Fingerprint of the open files as they are now. @throws CheckpointFailure */
  content(): Promise<string>;
  /** To be called once, after the last read. */
  close(): Promise<void>;
};

/** Whether a file of this name is part of the model, so that a change of it makes another checkpoint. */
export function isModelFile(name: string): boolean {
  return name === CONFIG_FILE || name === INDEX_FILE || name.endsWith('.safetensors');
}

/** The directory that no file of a checkpoint may lie outside of: the watched one. */
export function rootOf(ref: CheckpointRef): string {
  return dirname(ref.directory);
}

/** @throws CheckpointFailure that says what is missing or wrong */
export async function openCheckpoint(ref: CheckpointRef): Promise<OpenCheckpoint> {
  const bytes = await readConfig(ref);
  const config = jsonFrom(ref.configFile, bytes);
  const { places, close } = await openTensors(ref);
  return { config, tensors: readerOf(places, ref.id), content: () => fingerprint(bytes, places), close };
}

/** Opens all of a checkpoint, and reads samples of its tensors. */
export async function inspect(ref: CheckpointRef): Promise<Inspection> {
  try {
    const { content, close } = await openCheckpoint(ref);
    try {
      return { content: await content() };
    } finally {
      await close();
    }
  } catch (error) {
    if (error instanceof CheckpointFailure) return { problem: error };
    throw error;
  }
}

type OpenTensors = {
  /** The file of each tensor, which has it. */
  readonly places: ReadonlyMap<string, SafetensorsFile>;
  close(): Promise<void>;
};

async function openTensors(ref: CheckpointRef): Promise<OpenTensors> {
  const root = rootOf(ref);
  const model = join(ref.directory, MODEL_FILE);
  const index = join(ref.directory, INDEX_FILE);
  if (await isThere(model)) {
    const file = await openSafetensors(model, root);
    return { places: new Map(Array.from(file.tensors.keys(), (name) => [name, file])), close: file.close };
  }
  if (!(await isThere(index))) throw await withoutModel(ref);
  const shardNames = await readIndex(index, root);
  const shards = await openShards(ref.directory, root, new Set(shardNames.values()));
  try {
    return { places: placesOf(shardNames, shards), close: () => closeAll(shards) };
  } catch (error) {
    await closeAll(shards);
    throw error;
  }
}

/** `places`: the file of each tensor, which has it. */
function readerOf(places: ReadonlyMap<string, SafetensorsFile>, id: string): TensorReader {
  const missing = (name: string) =>
    new CheckpointFailure('missing-tensor', `${id}: has no tensor ${shownName(name)}`);
  return {
    has: (name) => places.has(name),
    names: () => places.keys(),
    shape: (name) => {
      const entry = places.get(name)?.tensors.get(name);
      if (!entry) throw missing(name);
      return entry.shape;
    },
    read: async (name) => {
      const file = places.get(name);
      if (!file) throw missing(name);
      return file.read(name);
    },
  };
}

/** The file of each tensor of the index. */
function placesOf(
  shardNames: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, SafetensorsFile>,
): ReadonlyMap<string, SafetensorsFile> {
  const places = new Map<string, SafetensorsFile>();
  for (const [tensor, shardName] of shardNames) {
    const shard = shards.get(shardName);
    if (!shard?.tensors.has(tensor))
      throw new CheckpointFailure(
        'missing-tensor',
        `${shardName}: expected tensor ${shownName(tensor)}, which ${INDEX_FILE} says is here`,
      );
    places.set(tensor, shard);
  }
  return places;
}

async function readConfig(ref: CheckpointRef): Promise<Uint8Array> {
  if (!(await isThere(ref.configFile)))
    throw new CheckpointFailure(
      'incomplete',
      `${ref.id}: expected a ${CONFIG_FILE} in it or in the directory above, found none`,
    );
  return readSmallFile(ref.configFile, rootOf(ref), CONFIG_BYTES_MAX);
}

/** File name of the shard by name of the tensor. */
async function readIndex(file: string, root: string): Promise<ReadonlyMap<string, string>> {
  const index = await readJson(file, root, INDEX_BYTES_MAX);
  const map = isRecord(index) ? index.weight_map : undefined;
  if (!isRecord(map))
    throw new CheckpointFailure(
      'corrupt',
      `${INDEX_FILE}: expected an object weight_map, found ${shown(map)}`,
    );
  const shardNames = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || !isShardName(shard))
      throw new CheckpointFailure(
        'corrupt',
        `${INDEX_FILE}: expected the name of a safetensors file beside it for ${shownName(tensor)}, found ${shown(shard)}`,
      );
    shardNames.set(tensor, shard);
  }
  return shardNames;
}

/** A plain file name: nothing that could lead out of the directory, and nothing that no file can be called. */
function isShardName(name: string): boolean {
  return /^[^/\\\p{C}]{1,200}\.safetensors$/u.test(name) && !name.includes('..');
}

async function openShards(
  directory: string,
  root: string,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, SafetensorsFile>> {
  if (names.size > SHARDS_MAX)
    throw new CheckpointFailure(
      'too-large',
      `${INDEX_FILE}: expected at most ${SHARDS_MAX} shards, found ${names.size}`,
    );
  const missing: string[] = [];
  for (const name of names) if (!(await isThere(join(directory, name)))) missing.push(name);
  if (missing.length > 0)
    throw new CheckpointFailure(
      'incomplete',
      `${INDEX_FILE}: expected ${names.size} shards, not there: ${listed(missing)}`,
    );
  const shards = new Map<string, SafetensorsFile>();
  try {
    for (const name of names) shards.set(name, await openSafetensors(join(directory, name), root));
    return shards;
  } catch (error) {
    await closeAll(shards);
    throw error;
  }
}

async function closeAll(shards: ReadonlyMap<string, SafetensorsFile>): Promise<void> {
  await Promise.all(Array.from(shards.values(), (shard) => shard.close()));
}

/** The failure of a directory without tensors that can be read, which says what is there instead. */
async function withoutModel(ref: CheckpointRef): Promise<unknown> {
  try {
    const names = (await readdir(ref.directory)).sort();
    return new CheckpointFailure(
      'incomplete',
      `${ref.id}: expected ${MODEL_FILE} or ${INDEX_FILE}, found ${names.length > 0 ? listed(names) : 'nothing'}`,
    );
  } catch (error) {
    return fileFailure(ref.directory, error);
  }
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_TOLD_MAX;
  const told = names.slice(0, NAMES_TOLD_MAX).map(shownName).join(', ');
  return more > 0 ? `${told} and ${more} more` : told;
}
