/**
 * The files of a checkpoint. Either a directory, as `save_pretrained` of transformers writes it, with `config.json`
 * (in it, or else in the watched directory, once for all) and with the tensors (checkpoint-tensors.ts); or one file of
 * torch.save in the watched directory, with `config.json` beside it.
 *
 * A checkpoint opens only if all of it is there, the configuration in JSON. Its files may be links to anywhere in the
 * watched directory; one that leads out of that is refused. Limit: configuration 1 MiB.
 */
import { dirname, join } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { shownName } from '../base/json-value.ts';
import { holdsTensors, openTensorFile, openTensors } from './checkpoint-tensors.ts';
import { fingerprint } from './fingerprint.ts';
import { jsonFrom, readSmallFile } from './json-file.ts';
import { isThere } from './regular-file.ts';
import type { TensorFile } from './tensor-file.ts';

export const CONFIG_FILE = 'config.json';

const CONFIG_BYTES_MAX = 2 ** 20;

/** A checkpoint that was found; nothing of it is open. */
export type CheckpointRef = {
  /** Name of its entry in the watched directory, unique there. */
  readonly id: string;
  readonly step: number;
  /** Where its files are. */
  readonly directory: string;
  /** The name of the one file there that it is; absent where it is all of the directory. */
  readonly file?: string;
  /** Its own `config.json`, or the one of the watched directory. */
  readonly configFile: string;
  /** Fingerprint of its contents (fingerprint.ts); null where nobody has looked, as for one named on the command line. */
  readonly content: string | null;
  /**
   * True for files that this program fetched and nothing else writes: they do not change while they are read, and
   * `content` says what they were fetched from.
   */
  readonly isSealed?: boolean;
};

/** What keeps a checkpoint from being complete, or the fingerprint of its contents. */
export type Inspection =
  | { readonly problem: CheckpointFailure }
  /** `notes`: sentences on what else lies in its files and is left alone. */
  | { readonly content: string; readonly notes?: readonly string[] };

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
  /** Sentences on what else lies in its files and is left alone. */
  readonly notes: readonly string[];
  /** Fingerprint of the open files as they are now. @throws CheckpointFailure */
  content(): Promise<string>;
  /** To be called once, after the last read. */
  close(): Promise<void>;
};

/** Whether a file of this name is part of the model, so that a change of it makes another checkpoint. */
export function isModelFile(name: string): boolean {
  return name === CONFIG_FILE || holdsTensors(name);
}

/** The directory that no file of a checkpoint may lie outside of: the watched one. */
export function rootOf({ directory, file }: CheckpointRef): string {
  return file === undefined ? dirname(directory) : directory;
}

/** @throws CheckpointFailure that says what is missing or wrong */
export async function openCheckpoint(ref: CheckpointRef): Promise<OpenCheckpoint> {
  const bytes = await readConfig(ref);
  const config = jsonFrom(ref.configFile, bytes);
  const { id, directory, file } = ref;
  const root = rootOf(ref);
  const { places, notes, close } = await (file === undefined
    ? openTensors(id, directory, root)
    : openTensorFile(join(directory, file), root));
  return { config, tensors: readerOf(places, id), notes, content: () => fingerprint(bytes, places), close };
}

/** Opens all of a checkpoint, and reads samples of its tensors. */
export async function inspect(ref: CheckpointRef): Promise<Inspection> {
  try {
    const { content, notes, close } = await openCheckpoint(ref);
    try {
      return { content: await content(), notes };
    } finally {
      await close();
    }
  } catch (error) {
    if (error instanceof CheckpointFailure) return { problem: error };
    throw error;
  }
}

/** `places`: the file of each tensor, which has it. */
function readerOf(places: ReadonlyMap<string, TensorFile>, id: string): TensorReader {
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

async function readConfig(ref: CheckpointRef): Promise<Uint8Array> {
  if (!(await isThere(ref.configFile)))
    throw new CheckpointFailure(
      'incomplete',
      `${ref.id}: expected a ${CONFIG_FILE} ${ref.file === undefined ? 'in it or in the directory above' : 'beside it'}, found none`,
    );
  return readSmallFile(ref.configFile, rootOf(ref), CONFIG_BYTES_MAX);
}
