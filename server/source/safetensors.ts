/**
 * A safetensors file, open for reading tensor by tensor in any order.
 *
 * Opening reads and checks the header only (safetensors-header.ts). Reading a tensor allocates its float32
 * values and nothing else of its size: F32 goes straight from the file into them, F16 and BF16 through one
 * chunk of 1 MiB. Other formats may stand in the header (masks, counters) but are not read.
 *
 * Limits: float32 values of 8 GiB a tensor (the embedding of 128,256 × 16,384 of the largest open models);
 * little-endian machines, as the format is.
 * A file that is overwritten while it is open gives old and new bytes mixed; the watcher sees the change and
 * has it read again.
 */
import type { FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { basename } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { shownName } from '../base/json-value.ts';
import { widenBF16, widenF16 } from './half-precision.ts';
import { fileFailure, openRegularFile, readInto } from './regular-file.ts';
import {
  headerBytesFrom,
  LENGTH_BYTES,
  type TensorEntry,
  tensorsFromHeader,
  tooShort,
} from './safetensors-header.ts';

const TENSOR_BYTES_MAX = 8 * 2 ** 30;
const CHUNK_BYTES = 2 ** 20;

if (endianness() !== 'LE') throw new Error('safetensors files are read on little-endian machines only');

export type SafetensorsFile = {
  /** In the order in which they lie in the file. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /**
   * Values of a tensor as float32, row-major, in a buffer of their own; the caller may keep and change them.
   * @throws CheckpointFailure `missing-tensor`, `unsupported-dtype`, `too-large`, `truncated`, `unreadable`
   */
  read(name: string): Promise<Float32Array>;
  /**
   * Fills `bytes` from the tensor's stored ones, `from` on, whatever its dtype; they have to be that many.
   * @throws CheckpointFailure `missing-tensor`, `truncated`, `unreadable`
   */
  readStored(name: string, from: number, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
};

/**
 * @param root the directory that the file has to lie in, after all links
 * @throws CheckpointFailure `incomplete`, `leads-out`, `unreadable`, `truncated`, `corrupt`
 */
export async function openSafetensors(file: string, root: string): Promise<SafetensorsFile> {
  const handle = await openRegularFile(file, root);
  try {
    const tensors = await readHeader(file, handle);
    return {
      tensors,
      read: (name) => readTensor(file, handle, name, tensors.get(name)),
      readStored: (name, from, bytes) => readStored(file, handle, name, tensors.get(name), from, bytes),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw fileFailure(file, error);
  }
}

async function readHeader(file: string, handle: FileHandle): Promise<ReadonlyMap<string, TensorEntry>> {
  const { size: fileBytes } = await handle.stat();
  const prefix = new Uint8Array(Math.min(LENGTH_BYTES, fileBytes));
  await readFully(file, handle, prefix, 0);
  const header = new Uint8Array(headerBytesFrom(file, prefix, fileBytes));
  await readFully(file, handle, header, LENGTH_BYTES);
  return tensorsFromHeader(file, header, fileBytes);
}

async function readTensor(
  file: string,
  handle: FileHandle,
  name: string,
  entry: TensorEntry | undefined,
): Promise<Float32Array> {
  if (!entry) throw withoutTensor(file, name);
  const { dtype, begin, end } = entry;
  const itemBytes = dtype === 'F32' ? 4 : 2;
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16')
    throw new CheckpointFailure(
      'unsupported-dtype',
      `${basename(file)}: expected tensor ${shownName(name)} in F32, F16 or BF16, found ${dtype}`,
    );
  const values = allocated((end - begin) / itemBytes, `${basename(file)}: tensor ${shownName(name)}`);
  try {
    if (dtype === 'F32') await readFully(file, handle, new Uint8Array(values.buffer), begin);
    else await readHalves(file, handle, values, begin, dtype === 'F16' ? widenF16 : widenBF16);
  } catch (error) {
    throw fileFailure(file, error);
  }
  return values;
}

async function readStored(
  file: string,
  handle: FileHandle,
  name: string,
  entry: TensorEntry | undefined,
  from: number,
  bytes: Uint8Array,
): Promise<void> {
  if (!entry) throw withoutTensor(file, name);
  if (from < 0 || entry.begin + from + bytes.length > entry.end)
    throw new Error(`${name}: ${bytes.length} bytes from ${from} on are asked for, it has fewer`);
  try {
    await readFully(file, handle, bytes, entry.begin + from);
  } catch (error) {
    throw fileFailure(file, error);
  }
}

function withoutTensor(file: string, name: string): CheckpointFailure {
  return new CheckpointFailure('missing-tensor', `${basename(file)}: has no tensor ${shownName(name)}`);
}

function allocated(items: number, what: string): Float32Array<ArrayBuffer> {
  const bytes = items * Float32Array.BYTES_PER_ELEMENT;
  const tooLarge = (reason: string) =>
    new CheckpointFailure(
      'too-large',
      `${what} takes ${bytes.toLocaleString('en-US')} bytes as float32; ${reason}`,
    );
  if (bytes > TENSOR_BYTES_MAX)
    throw tooLarge(`expected at most ${TENSOR_BYTES_MAX.toLocaleString('en-US')}`);
  try {
    return new Float32Array(items);
  } catch {
    throw tooLarge('this machine has no room for it');
  }
}

async function readHalves(
  file: string,
  handle: FileHandle,
  values: Float32Array<ArrayBuffer>,
  begin: number,
  widen: (halves: Uint16Array, bits: Uint32Array) => void,
): Promise<void> {
  const bits = new Uint32Array(values.buffer);
  const chunk = new Uint16Array(Math.min(bits.length, CHUNK_BYTES / 2));
  for (let done = 0; done < bits.length; done += chunk.length) {
    const halves = chunk.subarray(0, Math.min(chunk.length, bits.length - done));
    await readFully(file, handle, new Uint8Array(halves.buffer, 0, halves.byteLength), begin + 2 * done);
    widen(halves, bits.subarray(done, done + halves.length));
  }
}

/** Fills `bytes` from `position` on. */
async function readFully(
  file: string,
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  const bytesRead = await readInto(handle, bytes, position);
  if (bytesRead < bytes.length) throw tooShort(file, position + bytes.length, position + bytesRead);
}
