/**
 * Where the records of a zip archive lie in its file, for archives as torch.save writes them: every record stored as
 * it is, never compressed, so that its bytes can be read in place.
 *
 * Read from the end, as the format is: end record (22 bytes, and a comment up to the end of the file), with its 64-bit
 * form before it where numbers are larger; directory, one entry a record; local header before each record's bytes.
 * The end is written last, so an archive that has one, and whose directory lies right before it, is whole.
 * Source: APPNOTE.TXT 6.3 of PKWARE.
 *
 * Limits: directory of 16 MiB, some 200,000 records. Nothing is ever decompressed: a compressed or encrypted record that
 * is asked for is refused by its name.
 */
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { shownName } from '../base/json-value.ts';
import { readFully } from './tensor-file.ts';

const DIRECTORY_BYTES_MAX = 16 * 2 ** 20;

const END = { signature: 0x06054b50, bytes: 22, commentMax: 0xffff };
const LOCATOR_64 = { signature: 0x07064b50, bytes: 20 };
const END_64 = { signature: 0x06064b50, bytes: 56 };
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
/** In the place of a number that stands in the 64-bit extra field of an entry. */
const ELSEWHERE = 0xffff_ffff;
const EXTRA_64 = 1;
const ENCRYPTED = 1;
/** Records whose local headers are read at the same time. */
const RECORDS_AT_ONCE = 16;

export type ZipRecord = {
  readonly name: string;
  readonly bytes: number;
  /** Of its local header. */
  readonly headerBegin: number;
  /** Where the directory begins, and so all records have ended. */
  readonly endMax: number;
  /** How it is packed; null where its bytes are stored as they are. */
  readonly packing: string | null;
};

type Directory = { readonly begin: number; readonly bytes: number; readonly records: number };

/**
 * The records by name, each of a size that has room before the directory.
 * @throws CheckpointFailure `truncated`, `corrupt`, `too-large`
 */
export async function zipRecords(
  file: string,
  handle: FileHandle,
  fileBytes: number,
): Promise<ReadonlyMap<string, ZipRecord>> {
  const place = await directoryOf(file, handle, fileBytes);
  if (place.bytes > DIRECTORY_BYTES_MAX)
    throw new CheckpointFailure(
      'too-large',
      `${basename(file)}: expected a zip directory of at most ${count(DIRECTORY_BYTES_MAX)} bytes, found ${count(place.bytes)}`,
    );
  const directory = new DataView(new ArrayBuffer(place.bytes));
  await readFully(file, handle, new Uint8Array(directory.buffer), place.begin);
  const records = new Map<string, ZipRecord>();
  let at = 0;
  while (at + ENTRY.bytes <= place.bytes && directory.getUint32(at, true) === ENTRY.signature) {
    const { record, end } = entryAt(file, directory, at, place.begin);
    checkEnd(file, record, record.headerBegin + LOCAL.bytes);
    if (records.has(record.name))
      throw corrupt(file, `expected every record once, found ${shownName(record.name)} twice`);
    records.set(record.name, record);
    at = end;
  }
  if (at !== place.bytes || records.size !== place.records)
    throw corrupt(
      file,
      `expected ${count(place.records)} records in a zip directory of ${count(place.bytes)} bytes, ` +
        `found ${count(records.size)} in ${count(at)}`,
    );
  return records;
}

/**
 * Where the bytes of each record begin: behind its local header, which has a length of its own.
 * @throws CheckpointFailure `truncated`, `corrupt`, `unsupported-file`
 */
export async function recordBegins(
  file: string,
  handle: FileHandle,
  records: readonly ZipRecord[],
): Promise<ReadonlyMap<ZipRecord, number>> {
  const begins = new Map<ZipRecord, number>();
  for (let at = 0; at < records.length; at += RECORDS_AT_ONCE) {
    const batch = records.slice(at, at + RECORDS_AT_ONCE);
    const found = await Promise.all(batch.map((record) => recordBegin(file, handle, record)));
    batch.forEach((record, index) => {
      begins.set(record, found[index]);
    });
  }
  return begins;
}

async function recordBegin(file: string, handle: FileHandle, record: ZipRecord): Promise<number> {
  if (record.packing !== null)
    throw new CheckpointFailure(
      'unsupported-file',
      `${basename(file)}: expected records stored as they are, as torch.save writes them, found ` +
        `${shownName(record.name)} ${record.packing}; save it again with torch.save`,
    );
  const header = new DataView(new ArrayBuffer(LOCAL.bytes));
  await readFully(file, handle, new Uint8Array(header.buffer), record.headerBegin);
  if (header.getUint32(0, true) !== LOCAL.signature)
    throw corrupt(
      file,
      `expected the header of record ${shownName(record.name)} at byte ${count(record.headerBegin)}, found something else`,
    );
  const begin = record.headerBegin + LOCAL.bytes + header.getUint16(26, true) + header.getUint16(28, true);
  checkEnd(file, record, begin);
  return begin;
}

function checkEnd(file: string, { name, bytes, endMax }: ZipRecord, begin: number): void {
  if (begin + bytes > endMax)
    throw corrupt(
      file,
      `expected record ${shownName(name)} to end before the zip directory at byte ${count(endMax)}, ` +
        `it says to be ${count(bytes)} bytes from ${count(begin)} on`,
    );
}

async function directoryOf(file: string, handle: FileHandle, fileBytes: number): Promise<Directory> {
  const tailBytes = Math.min(fileBytes, LOCATOR_64.bytes + END.bytes + END.commentMax);
  const tailBegin = fileBytes - tailBytes;
  const tail = new DataView(new ArrayBuffer(tailBytes));
  await readFully(file, handle, new Uint8Array(tail.buffer), tailBegin);
  const at = endIn(tail);
  if (at === null)
    throw new CheckpointFailure(
      'truncated',
      `${basename(file)}: expected a zip archive with its directory at the end, found none in ${count(fileBytes)} bytes; ` +
        'the file is cut short or still being written',
    );
  const locatorAt = at - LOCATOR_64.bytes;
  const is64 = locatorAt >= 0 && tail.getUint32(locatorAt, true) === LOCATOR_64.signature;
  const found = is64
    ? await directoryFrom64(file, handle, tail, locatorAt)
    : {
        records: tail.getUint16(at + 10, true),
        bytes: tail.getUint32(at + 12, true),
        begin: tail.getUint32(at + 16, true),
        end: tailBegin + at,
      };
  if (found.begin + found.bytes !== found.end)
    throw corrupt(
      file,
      `expected the zip directory to end at byte ${count(found.end)}, where its end record begins, ` +
        `it says to be ${count(found.bytes)} bytes from ${count(found.begin)} on`,
    );
  return found;
}

/** Where the end record begins: the last one whose comment reaches to the end of the file. */
function endIn(tail: DataView): number | null {
  for (let at = tail.byteLength - END.bytes; at >= 0; at -= 1)
    if (
      tail.getUint32(at, true) === END.signature &&
      at + END.bytes + tail.getUint16(at + 20, true) === tail.byteLength
    )
      return at;
  return null;
}

async function directoryFrom64(file: string, handle: FileHandle, tail: DataView, locatorAt: number) {
  const end = safeNumber(file, tail, locatorAt + 8);
  const record = new DataView(new ArrayBuffer(END_64.bytes));
  await readFully(file, handle, new Uint8Array(record.buffer), end);
  if (record.getUint32(0, true) !== END_64.signature)
    throw corrupt(
      file,
      `expected the 64-bit end record of a zip archive at byte ${count(end)}, found something else`,
    );
  const [records, bytes, begin] = [32, 40, 48].map((at) => safeNumber(file, record, at));
  return { records, bytes, begin, end };
}

function entryAt(
  file: string,
  directory: DataView,
  at: number,
  endMax: number,
): { record: ZipRecord; end: number } {
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
    directory.getUint16(at + field, true),
  );
  const nameAt = at + ENTRY.bytes;
  const extraAt = nameAt + nameBytes;
  const end = extraAt + extraBytes + commentBytes;
  if (end > directory.byteLength)
    throw corrupt(
      file,
      `expected the zip directory to hold its entries, the one at byte ${count(at)} of it is cut`,
    );
  const name = new TextDecoder().decode(new Uint8Array(directory.buffer, nameAt, nameBytes));
  const isEncrypted = (directory.getUint16(at + 8, true) & ENCRYPTED) !== 0;
  const method = directory.getUint16(at + 10, true);
  const packing = isEncrypted ? 'encrypted' : method !== 0 ? `compressed by method ${method}` : null;
  const [packed, bytes, headerBegin] = [20, 24, 42].map((field) => directory.getUint32(at + field, true));
  const extra = new DataView(directory.buffer, extraAt, extraBytes);
  const large = wideNumbers(file, extra, [bytes, packed, headerBegin]);
  const record = { name, bytes: large[0], headerBegin: large[2], endMax, packing };
  if (packing === null && large[0] !== large[1])
    throw corrupt(
      file,
      `expected record ${shownName(name)} stored in its ${count(large[0])} bytes, found it in ${count(large[1])}`,
    );
  return { record, end };
}

/** The same numbers, those that stand in the extra field read from there, in this order. */
function wideNumbers(file: string, extra: DataView, numbers: readonly number[]): readonly number[] {
  if (!numbers.includes(ELSEWHERE)) return numbers;
  let at = 0;
  while (at + 4 <= extra.byteLength && extra.getUint16(at, true) !== EXTRA_64)
    at += 4 + extra.getUint16(at + 2, true);
  at += 4;
  return numbers.map((number) => {
    if (number !== ELSEWHERE) return number;
    if (at + 8 > extra.byteLength)
      throw corrupt(file, 'expected 64-bit sizes in the zip directory, found none');
    at += 8;
    return safeNumber(file, extra, at - 8);
  });
}

/** Beyond 2^53 sums of numbers are not exact any more, and no file is that large. */
function safeNumber(file: string, view: DataView, at: number): number {
  const number = view.getBigUint64(at, true);
  if (number > 2n ** 52n) throw corrupt(file, `expected sizes and places below 2^52, found ${count(number)}`);
  return Number(number);
}

function corrupt(file: string, problem: string): CheckpointFailure {
  return new CheckpointFailure('corrupt', `${basename(file)}: ${problem}`);
}

function count(number: number | bigint): string {
  return number.toLocaleString('en-US');
}
