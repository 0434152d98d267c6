/**
 * A file of tensors, open for reading tensor by tensor in any order, whichever format says where they lie in it.
 *
 * Reading a tensor allocates its float32 values and nothing else of its size: F32 goes straight from the file into
 * them, F16, BF16 and F64 (rounded to the nearest) through one chunk of 1 MiB. Only one that does not lie row by row,
 * as a transposed one in a torch file, takes what it spans once more. Other formats may stand in the file (masks,
 * counters) but are not read.
 *
 * Limits: float32 values of 8 GiB a tensor (the embedding of 128,256 × 16,384 of the largest open models);
 * little-endian machines, as the formats are.
 * A file that is overwritten while it is open gives old and new bytes mixed; the watcher sees the change and
 * has it read again.
 */
import type { FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { basename } from 'node:path';
import { unreachable } from '../../protocol/unreachable.ts';
import { CheckpointFailure } from '../base/failure.ts';
import { shownName } from '../base/json-value.ts';
import { widenBF16, widenF16 } from './half-precision.ts';
import { fileFailure, readInto } from './regular-file.ts';

const TENSOR_BYTES_MAX = 8 * 2 ** 30;
const CHUNK_BYTES = 2 ** 20;

/** Bytes of a number of each format that is read. */
const ITEM_BYTES = { F32: 4, F16: 2, BF16: 2, F64: 8 } as const;
type ReadDtype = keyof typeof ITEM_BYTES;

if (endianness() !== 'LE') throw new Error('checkpoints are read on little-endian machines only');

export type TensorEntry = {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Offsets in the file. */
  readonly begin: number;
  readonly end: number;
  /** From one index of each axis to the next, in numbers; absent where the tensor lies row by row. */
  readonly strides?: readonly number[];
};

export type TensorFile = {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Sentences on what else lies in the file and is left alone. */
  readonly notes: readonly string[];
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

/** @param tensors where each of them lies; checked to be inside of the file */
export function tensorFile(
  file: string,
  handle: FileHandle,
  tensors: ReadonlyMap<string, TensorEntry>,
  notes: readonly string[] = [],
): TensorFile {
  return {
    tensors,
    notes,
    read: (name) => readTensor(file, handle, name, tensors.get(name)),
    readStored: (name, from, bytes) => readStored(file, handle, name, tensors.get(name), from, bytes),
    close: () => handle.close(),
  };
}

/** The failure of a file that ends too early. */
export function tooShort(file: string, expectedBytes: number, foundBytes: number): CheckpointFailure {
  return cutShort(file, count(expectedBytes), foundBytes);
}

/** @param expected in words, where more than that is expected to follow */
export function cutShort(file: string, expected: string, foundBytes: number): CheckpointFailure {
  return new CheckpointFailure(
    'truncated',
    `${basename(file)}: expected ${expected} bytes, found ${count(foundBytes)}; ` +
      'the file is cut short or still being written',
  );
}

/** Fills `bytes` from `position` on. */
export async function readFully(
  file: string,
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  const bytesRead = await readInto(handle, bytes, position);
  if (bytesRead < bytes.length) throw tooShort(file, position + bytes.length, position + bytesRead);
}

async function readTensor(
  file: string,
  handle: FileHandle,
  name: string,
  entry: TensorEntry | undefined,
): Promise<Float32Array> {
  if (!entry) throw withoutTensor(file, name);
  const { dtype, begin, end, strides } = entry;
  if (!isRead(dtype))
    throw new CheckpointFailure(
      'unsupported-dtype',
      `${basename(file)}: expected tensor ${shownName(name)} in F32, F16, BF16 or F64, found ${dtype}`,
    );
  const what = `${basename(file)}: tensor ${shownName(name)}`;
  const stored = allocated((end - begin) / ITEM_BYTES[dtype], what);
  try {
    if (dtype === 'F32') await readFully(file, handle, new Uint8Array(stored.buffer), begin);
    else await readChunks(file, handle, dtype, stored, begin);
  } catch (error) {
    throw fileFailure(file, error);
  }
  if (!strides) return stored;
  const items = entry.shape.reduce((product, size) => product * size, 1);
  return gathered(stored, entry.shape, strides, allocated(items, what));
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

async function readChunks(
  file: string,
  handle: FileHandle,
  dtype: Exclude<ReadDtype, 'F32'>,
  values: Float32Array<ArrayBuffer>,
  begin: number,
): Promise<void> {
  const itemBytes = ITEM_BYTES[dtype];
  const bits = new Uint32Array(values.buffer);
  const chunk = new ArrayBuffer(Math.min(itemBytes * values.length, CHUNK_BYTES));
  const chunkItems = CHUNK_BYTES / itemBytes;
  for (let done = 0; done < values.length; done += chunkItems) {
    const items = Math.min(chunkItems, values.length - done);
    await readFully(file, handle, new Uint8Array(chunk, 0, itemBytes * items), begin + itemBytes * done);
    switch (dtype) {
      case 'F16':
        widenF16(new Uint16Array(chunk, 0, items), bits.subarray(done, done + items));
        break;
      case 'BF16':
        widenBF16(new Uint16Array(chunk, 0, items), bits.subarray(done, done + items));
        break;
      case 'F64':
        values.set(new Float64Array(chunk, 0, items), done);
        break;
      default:
        unreachable(dtype);
    }
  }
}

/** Writes the numbers of `stored` that the strides lead to into `values`, row by row. */
function gathered(
  stored: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
  values: Float32Array,
): Float32Array {
  const index = shape.map(() => 0);
  let from = 0;
  for (let at = 0; at < values.length; at += 1) {
    values[at] = stored[from];
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis] += 1;
      from += strides[axis];
      if (index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return values;
}

function isRead(dtype: string): dtype is ReadDtype {
  return Object.hasOwn(ITEM_BYTES, dtype);
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
