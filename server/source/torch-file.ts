/**
 * A file of torch.save (`pytorch_model.bin`, `.pt`, `.pth`, `.ckpt`), open for reading tensor by tensor in any order
 * (tensor-file.ts). It is a zip archive (torch-zip.ts) of records below one name:
 *
 *   archive/data.pkl    pickle of what was saved, with a reference in the place of each run of numbers (torch-pickle.ts)
 *   archive/data/0 …    the runs, each a tensor's or several tensors' (torch-state-dict.ts)
 *   archive/byteorder   little or big, since torch 2.1
 *
 * Opening reads the directory, the pickle and the headers of the records that the model's tensors lie in, and executes
 * nothing. Refused with a sentence: what torch wrote before 1.6, which is no archive; TorchScript, which is a program;
 * numbers of big-endian machines. Of tensors that take more room than they have numbers, such as expanded ones, only
 * those that the model asks for are.
 * Source: torch/serialization.py and caffe2/serialize/inline_container.cc of PyTorch 2.14.
 */
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { shownName } from '../base/json-value.ts';
import { fileFailure, openRegularFile } from './regular-file.ts';
import { cutShort, readFully, type TensorEntry, type TensorFile, tensorFile } from './tensor-file.ts';
import { PICKLE_BYTES_MAX, unpickled } from './torch-pickle.ts';
import { stateDictIn, unwrapped } from './torch-state-dict.ts';
import { DTYPE_BYTES, type Tensor } from './torch-values.ts';
import { recordBegins, type ZipRecord, zipRecords } from './torch-zip.ts';

const PICKLE = 'data.pkl';
const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** How a file of before torch 1.6 begins: a pickle of protocol 2 that is the number 0x1950a86a20f9469cfc6c. */
const OLD = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/** `little` or `big`. */
const BYTE_ORDER_BYTES_MAX = 16;
/** Globals that a note lists, and records that a sentence does. */
const NAMES_TOLD_MAX = 5;

export type TorchOptions = {
  /** Whether names lose what wrappers put before them; in a shard they are those of the index. */
  readonly unwrap: boolean;
};

/**
 * The tensors in the order of the state dict.
 * @param root the directory that the file has to lie in, after all links
 * @throws CheckpointFailure `incomplete`, `leads-out`, `unreadable`, `truncated`, `corrupt`, `too-large`, `unsupported-file`
 */
export async function openTorch(file: string, root: string, { unwrap }: TorchOptions): Promise<TensorFile> {
  const handle = await openRegularFile(file, root);
  try {
    const { size: fileBytes } = await handle.stat();
    await checkFormat(file, handle, fileBytes);
    const archive = archiveIn(file, await zipRecords(file, handle, fileBytes));
    await checkByteOrder(file, handle, archive);
    const pickle = await readRecord(file, handle, archive.pickle, PICKLE_BYTES_MAX);
    const { value, strangers } = unpickled(`${basename(file)}: ${PICKLE}`, pickle);
    const stored = stateDictIn(file, value);
    const entries = await entriesOf(file, handle, archive, unwrap ? unwrapped(stored) : stored);
    return tensorFile(file, handle, entries, notesOn(strangers));
  } catch (error) {
    await handle.close();
    throw fileFailure(file, error);
  }
}

type Archive = {
  readonly pickle: ZipRecord;
  /** By the name below that of the archive. */
  readonly record: (name: string) => ZipRecord | undefined;
};

/** @throws CheckpointFailure `truncated`, `corrupt`, `unsupported-file` */
async function checkFormat(file: string, handle: FileHandle, fileBytes: number): Promise<void> {
  const begin = new Uint8Array(Math.min(fileBytes, OLD.length));
  await readFully(file, handle, begin, 0);
  const isLike = (bytes: readonly number[]) => bytes.every((byte, at) => begin[at] === byte);
  if (isLike(ZIP)) return;
  if (isLike(OLD))
    throw new CheckpointFailure(
      'unsupported-file',
      `${basename(file)}: expected the zip format of torch 1.6 and later, found the older one; ` +
        'load it with a new torch and save it again, with torch.save(model.state_dict(), path) ' +
        'or model.save_pretrained(path, safe_serialization=True)',
    );
  if (begin.length < ZIP.length) throw cutShort(file, `at least ${ZIP.length}`, fileBytes);
  throw new CheckpointFailure(
    'corrupt',
    `${basename(file)}: expected a zip archive, as torch.save writes it, found a file that begins with other bytes`,
  );
}

/** @throws CheckpointFailure `corrupt`, `unsupported-file` */
function archiveIn(file: string, records: ReadonlyMap<string, ZipRecord>): Archive {
  const pickles = Array.from(records.values()).filter(({ name }) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    const names = Array.from(records.keys()).slice(0, NAMES_TOLD_MAX).map(shownName);
    throw new CheckpointFailure(
      'corrupt',
      `${basename(file)}: expected one record archive/${PICKLE}, as torch.save writes it, found ${names.join(', ') || 'none'}`,
    );
  }
  const [pickle] = pickles;
  const prefix = pickle.name.slice(0, -PICKLE.length);
  const isProgram =
    records.has(`${prefix}constants.pkl`) ||
    Array.from(records.keys()).some((name) => name.startsWith(`${prefix}code/`));
  if (isProgram)
    throw new CheckpointFailure(
      'unsupported-file',
      `${basename(file)}: expected tensors, found a TorchScript program; ` +
        'save the tensors of its model, with torch.save(model.state_dict(), path)',
    );
  return { pickle, record: (name) => records.get(`${prefix}${name}`) };
}

async function checkByteOrder(file: string, handle: FileHandle, { record }: Archive): Promise<void> {
  const stated = record('byteorder');
  if (!stated) return;
  const order = new TextDecoder().decode(await readRecord(file, handle, stated, BYTE_ORDER_BYTES_MAX));
  if (order !== 'little')
    throw new CheckpointFailure(
      'unsupported-file',
      `${basename(file)}: expected numbers in the byte order little, found ${shownName(order)}; ` +
        'save it again on a little-endian machine',
    );
}

async function readRecord(
  file: string,
  handle: FileHandle,
  record: ZipRecord,
  bytesMax: number,
): Promise<Uint8Array> {
  if (record.bytes > bytesMax)
    throw new CheckpointFailure(
      'too-large',
      `${basename(file)}: expected a record ${shownName(record.name)} of at most ${count(bytesMax)} bytes, found ${count(record.bytes)}`,
    );
  const begin = (await recordBegins(file, handle, [record])).get(record) ?? 0;
  const bytes = new Uint8Array(record.bytes);
  await readFully(file, handle, bytes, begin);
  return bytes;
}

async function entriesOf(
  file: string,
  handle: FileHandle,
  { record }: Archive,
  tensors: ReadonlyMap<string, Tensor>,
): Promise<ReadonlyMap<string, TensorEntry>> {
  const runs = new Map<string, ZipRecord>();
  for (const [name, { storage }] of tensors) {
    const run = record(`data/${storage.key}`);
    const bytes = storage.items * DTYPE_BYTES[storage.dtype];
    if (run?.bytes !== bytes)
      throw new CheckpointFailure(
        'corrupt',
        `${basename(file)}: expected a record data/${shownName(storage.key)} of ${count(bytes)} bytes for ` +
          `tensor ${shownName(name)}, found ${run ? `one of ${count(run.bytes)}` : 'none'}`,
      );
    runs.set(storage.key, run);
  }
  const begins = await recordBegins(file, handle, [...new Set(runs.values())]);
  const entries = new Map<string, TensorEntry>();
  for (const [name, tensor] of tensors) {
    const run = runs.get(tensor.storage.key);
    const begin = run && begins.get(run);
    if (begin === undefined) throw new Error(`${name} has a record that was not located`);
    const entry = entryOf(tensor, begin);
    if (entry === null)
      throw new CheckpointFailure(
        'corrupt',
        `${basename(file)}: expected tensor ${shownName(name)} to lie within its ${count(tensor.storage.items)} numbers, it reaches beyond`,
      );
    entries.set(name, entry);
  }
  return entries;
}

/** @param runBegin where its storage begins in the file; null where it reaches beyond that */
function entryOf({ storage, dtype, offset, shape, strides }: Tensor, runBegin: number): TensorEntry | null {
  const itemBytes = DTYPE_BYTES[dtype];
  const room = (storage.items * DTYPE_BYTES[storage.dtype]) / itemBytes;
  const begin = runBegin + offset * itemBytes;
  if (shape.includes(0)) return offset > room ? null : { dtype, shape, begin, end: begin };
  const span = shape.reduce((last, size, axis) => last + (size - 1) * strides[axis], 1);
  // Sums beyond 2^53 are not exact, and larger than any room.
  if (!(offset + span <= room)) return null;
  const items = shape.reduce((product, size) => product * size, 1);
  const end = begin + span * itemBytes;
  if (items > span) return { dtype: `${dtype} with numbers that are repeated`, shape, begin, end };
  return isRowByRow(shape, strides) ? { dtype, shape, begin, end } : { dtype, shape, begin, end, strides };
}

function isRowByRow(shape: readonly number[], strides: readonly number[]): boolean {
  let row = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (shape[axis] !== 1 && strides[axis] !== row) return false;
    row *= shape[axis];
  }
  return true;
}

function notesOn(strangers: readonly string[]): readonly string[] {
  if (strangers.length === 0) return [];
  const told = strangers.slice(0, NAMES_TOLD_MAX).map(shownName).join(', ');
  const more = strangers.length - NAMES_TOLD_MAX;
  return [
    `beside the tensors it holds objects of ${told}${more > 0 ? ` and ${more} more` : ''}, which are neither made nor read`,
  ];
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
