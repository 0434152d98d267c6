/**
 * Files for the tests of the source: directories that vanish with the test, safetensors files made by hand
 * from a header and a payload, and copies of the real checkpoints.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { CheckpointFailure } from '../../server/base/failure.ts';
import type { CheckpointRef } from '../../server/source/checkpoint-files.ts';
import { openSafetensors } from '../../server/source/safetensors.ts';
import type { TensorFile } from '../../server/source/tensor-file.ts';

export const SAMPLE_RUN = fileURLToPath(new URL('../fixtures/sample-run', import.meta.url));
export const SAMPLE_FILE = join(SAMPLE_RUN, 'checkpoint-512', 'model.safetensors');
/** Length of the real model file, and of its header. */
export const SAMPLE_BYTES = 637_328;
export const SAMPLE_HEADER_BYTES = 4232;

/** A directory of its own for the test that asks. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'phasewatch-source-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Copies a real checkpoint to `directory`; like a fresh one it is a few milliseconds old. */
export function putCheckpoint(directory: string, step: 0 | 512 | 4000 = 512): void {
  cpSync(join(SAMPLE_RUN, `checkpoint-${step}`), directory, { recursive: true });
}

/** Makes a directory with its files, or a single file, look as if nobody had touched it for an hour. */
export function age(path: string): void {
  const then = Date.now() / 1000 - 3600;
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) age(join(path, name));
  utimesSync(path, then, then);
}

/** Bytes of a safetensors file with this header, given as a value or as text. */
export function safetensorsBytes(header: unknown, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, payload]);
}

/** A float32 tensor as a header describes it; what is given may be nonsense. */
export function f32(shape: unknown, begin: unknown, end: unknown) {
  return { dtype: 'F32', shape, data_offsets: [begin, end] };
}

/** Writes `bytes` to a new `model.safetensors`; `fileBytes` gives the file another length, filled with zeros. */
export function putModelFile(bytes: Uint8Array, fileBytes = bytes.length): string {
  const file = join(temporaryDirectory(), 'model.safetensors');
  writeFileSync(file, bytes);
  truncateSync(file, fileBytes);
  return file;
}

/** Writes several files: bytes and text as they are, anything else as JSON. */
export function putFiles(directory: string, files: Readonly<Record<string, unknown>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(directory, name);
    mkdirSync(dirname(file), { recursive: true });
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(file, isRaw ? content : JSON.stringify(content));
  }
}

/** One tensor of float32 zeros under `name`, as a whole file. */
export function shardOf(name: string, items = 2): Uint8Array {
  return safetensorsBytes({ [name]: f32([items], 0, 4 * items) }, new Uint8Array(4 * items));
}

export function refTo(directory: string): CheckpointRef {
  return {
    id: 'checkpoint-512',
    step: 512,
    directory,
    configFile: join(directory, 'config.json'),
    content: null,
  };
}

/** Opens a safetensors file that may lie anywhere in its own directory. */
export function openFile(file: string): Promise<TensorFile> {
  return openSafetensors(file, dirname(file));
}

/** The failure that `promise` ends with; anything else is an error. */
export async function failureOf(promise: Promise<unknown>): Promise<CheckpointFailure> {
  const error = await promise.catch((reason: unknown) => reason);
  if (!(error instanceof CheckpointFailure)) throw new Error(`expected a failure, got ${error}`);
  return error;
}
