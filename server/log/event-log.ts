/**
 * A run's deltas on disk, in order and for good: a LevelDB (classic-level) of its own directory.
 *
 *   key    0                  the header: JSON · checksum
 *          1 · offset         a delta: kind (1 byte) · MessagePack of [milliseconds since 1970, delta] · checksum,
 *                             or, where that is smaller, kind · length of the MessagePack (4 bytes) · it deflated · checksum
 *   offset 8 bytes, big-endian, dense from 1;  checksum 4 bytes, little-endian like all lengths, CRC-32 of all before it
 *
 * A write is on disk when its promise resolves: LevelDB's own log is synced. LevelDB locks its directory for one process
 * and gives the lock up when that process dies. It verifies its checksums only while it compacts, hence ours.
 * Bounds: LevelDB keeps 1 MiB of writes and 2 MiB of read blocks in memory; of the disk it takes what was appended and,
 * while it compacts, as much again at most. `bytesMax` bounds what is appended.
 */
import { statfs } from 'node:fs/promises';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { decodePacked, encodePacked } from '../../protocol/packed.ts';
import type { Delta, RunInfo } from '../../protocol/state.ts';
import { MIB } from '../base/config.ts';
import type { Epoch } from './epochs.ts';
import { LogProblem, logProblemFrom } from './log-problem.ts';
import { madeDirectory } from './made-directory.ts';

/** Raised when what is written could no longer be read by the version before. */
export const LOG_FORMAT = 1;

const HEADER_KEY = Buffer.of(0);
const EVENT_PREFIX = 1;
/** Bits of a record's kind. */
const KIND_EDGES = 1;
const KIND_DEFLATED = 2;
/** Below this deflating saves less than it costs. */
const DEFLATED_BYTES_MIN = 512;
const LENGTH_BYTES = 4;
const CHECKSUM_BYTES = 4;
/** What LevelDB itself writes when it is opened: at most what was in its memory, and its lists of files. */
const OPENING_BYTES = 2 * MIB;
const LEVEL_OPTIONS = {
  keyEncoding: 'buffer',
  valueEncoding: 'buffer',
  writeBufferSize: MIB,
  cacheSize: 2 * MIB,
} as const;

export type LogHeader = {
  readonly format: number;
  readonly run: RunInfo;
  readonly epochs: readonly Epoch[];
};

/** A delta as it is stored. */
export type LogRecord = {
  readonly offset: number;
  readonly bytes: Buffer;
};

export type LoggedDelta = {
  readonly offset: number;
  /** Milliseconds since 1970 at which it happened. */
  readonly at: number;
  readonly delta: Delta;
};

export type EventLogOptions = {
  readonly directory: string;
  /** Bytes of deltas at most. */
  readonly bytesMax: number;
};

export class EventLog {
  readonly directory: string;
  readonly #bytesMax: number;
  #db: ClassicLevel<Buffer, Buffer>;
  #bytes = 0;
  /** A write has failed, and LevelDB takes none until it is opened anew. */
  #isBroken = false;
  /** The last time that it was opened anew. */
  #opening: Promise<void> = Promise.resolve();

  private constructor({ directory, bytesMax }: EventLogOptions) {
    this.directory = directory;
    this.#bytesMax = bytesMax;
    this.#db = new ClassicLevel(directory, LEVEL_OPTIONS);
  }

  /** @throws LogProblem */
  static async open(options: EventLogOptions): Promise<EventLog> {
    try {
      await madeDirectory(options.directory);
      const log = new EventLog(options);
      await log.#db.open();
      return log;
    } catch (error) {
      throw logProblemFrom(options.directory, error);
    }
  }

  /** Null for a log that has just begun. @throws LogProblem */
  async header(): Promise<LogHeader | null> {
    return this.#guarded(async () => {
      const bytes = await this.#db.get(HEADER_KEY);
      if (bytes === undefined) return null;
      const header: LogHeader = JSON.parse(checked(bytes, 'the header').toString('utf8'));
      if (header.format <= LOG_FORMAT) return header;
      throw new LogProblem(
        'newer',
        `${this.directory}: expected a log of format ${LOG_FORMAT} or older, found ${header.format}; it was written by a later phasewatch`,
      );
    });
  }

  /** Appends, all or nothing; resolves when it is on disk. @throws LogProblem, after which it has to be reopened */
  async append(records: readonly LogRecord[], header: LogHeader | null = null): Promise<void> {
    const bytes = records.reduce((sum, record) => sum + record.bytes.length, 0);
    if (this.#bytes + bytes > this.#bytesMax)
      throw new LogProblem(
        'full',
        `${this.directory}: the log has its ${Math.round(this.#bytesMax / MIB)} MiB; allow more with --data-mib`,
      );
    const writes = records.map((record) => put(keyOf(record.offset), record.bytes));
    if (header) writes.push(put(HEADER_KEY, sealed(Buffer.from(JSON.stringify(header)))));
    try {
      await this.#db.batch(writes, { sync: true });
    } catch (error) {
      this.#isBroken = true;
      throw logProblemFrom(this.directory, error);
    }
    this.#bytes += bytes;
  }

  /** Every record in order. @throws LogProblem `damaged` where one is missing */
  async *records(): AsyncGenerator<LogRecord> {
    let offset = 0;
    let bytesInAll = 0;
    try {
      for await (const [key, bytes] of this.#db.iterator({
        gte: keyOf(0),
        lte: keyOf(Number.MAX_SAFE_INTEGER),
      })) {
        offset += 1;
        if (offsetOf(key) !== offset)
          throw new Error(`Corruption: expected offset ${offset}, found ${offsetOf(key)}`);
        bytesInAll += bytes.length;
        checked(bytes, `offset ${offset}`);
        yield { offset, bytes };
      }
    } catch (error) {
      throw logProblemFrom(this.directory, error);
    }
    this.#bytes = bytesInAll;
  }

  /** Records from one offset on, up to another or up to a size, at least one. @throws LogProblem */
  async read(from: number, to: number, bytesMax = Number.POSITIVE_INFINITY): Promise<LogRecord[]> {
    const opening = this.#opening;
    await opening;
    try {
      const records: LogRecord[] = [];
      let bytes = 0;
      for await (const [key, value] of this.#db.iterator({ gte: keyOf(from), lte: keyOf(to) })) {
        const offset = offsetOf(key);
        checked(value, `offset ${offset}`);
        records.push({ offset, bytes: value });
        bytes += plainLength({ offset, bytes: value });
        if (bytes >= bytesMax) break;
      }
      return records;
    } catch (error) {
      // Opened anew in the middle, which is nothing that a reader should hear of.
      if (opening !== this.#opening) return this.read(from, to, bytesMax);
      throw logProblemFrom(this.directory, error);
    }
  }

  /**
   * Makes writing possible after a write failed; what was written before is there. Opening needs room, and a log that
   * could not be opened could not be read either: without room it is left as it is.
   * @param bytes that are going to be written
   * @throws LogProblem
   */
  async reopen(bytes: number): Promise<void> {
    if (!this.#isBroken) return;
    await this.#guarded(async () => {
      const { bavail, bsize } = await statfs(this.directory);
      if (bavail * bsize < bytes + OPENING_BYTES) throw new Error('ENOSPC');
    });
    this.#opening = this.#guarded(async () => {
      await this.close();
      this.#db = new ClassicLevel(this.directory, LEVEL_OPTIONS);
      await this.#db.open();
    });
    await this.#opening;
    this.#isBroken = false;
  }

  async close(): Promise<void> {
    // What cannot be closed is given up: all that matters was synced when it was written.
    await this.#db.close().catch(() => {});
  }

  async #guarded<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      throw logProblemFrom(this.directory, error);
    }
  }
}

export function recordOf(offset: number, at: number, delta: Delta): LogRecord {
  const plain = encodePacked([at, delta]);
  const deflated = plain.length < DEFLATED_BYTES_MIN ? plain : deflateRawSync(plain);
  const isSmaller = LENGTH_BYTES + deflated.length < plain.length;
  const kind = (delta.type === 'edges' ? KIND_EDGES : 0) | (isSmaller ? KIND_DEFLATED : 0);
  const parts = isSmaller ? [lengthBytes(plain.length), deflated] : [plain];
  return { offset, bytes: sealed(Buffer.concat([Buffer.of(kind), ...parts])) };
}

/** What the delta takes in memory and on the wire, as far as that is known without inflating it. */
export function plainLength({ bytes }: LogRecord): number {
  return isDeflated(bytes) ? bytes.readUInt32LE(1) : bytes.length - 1 - CHECKSUM_BYTES;
}

/** Whether a record holds edges, which are most of a log and seldom needed: without decoding it. */
export function holdsEdges({ bytes }: LogRecord): boolean {
  return (bytes[0] & KIND_EDGES) !== 0;
}

/** The log is our own file under a checksum, so what it decodes to is what was encoded. */
export function deltaOf({ offset, bytes }: LogRecord): LoggedDelta {
  const plain = isDeflated(bytes)
    ? inflateRawSync(bytes.subarray(1 + LENGTH_BYTES, -CHECKSUM_BYTES))
    : bytes.subarray(1, -CHECKSUM_BYTES);
  const [at, delta] = decodePacked(plain) as [number, Delta];
  return { offset, at, delta };
}

function isDeflated(bytes: Buffer): boolean {
  return (bytes[0] & KIND_DEFLATED) !== 0;
}

function lengthBytes(length: number): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt32LE(length);
  return bytes;
}

function put(key: Buffer, value: Buffer) {
  return { type: 'put', key, value } as const;
}

function sealed(bytes: Buffer): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(bytes));
  return Buffer.concat([bytes, checksum]);
}

/** What was sealed. @throws Error where it is not that any more */
function checked(bytes: Buffer, what: string): Buffer {
  const contents = bytes.subarray(0, -CHECKSUM_BYTES);
  if (bytes.length > CHECKSUM_BYTES && bytes.readUInt32LE(contents.length) === crc32(contents))
    return contents;
  throw new Error(`Corruption: the checksum of ${what} is wrong`);
}

function keyOf(offset: number): Buffer {
  const key = Buffer.alloc(9);
  key[0] = EVENT_PREFIX;
  key.writeBigUInt64BE(BigInt(offset), 1);
  return key;
}

function offsetOf(key: Buffer): number {
  return Number(key.readBigUInt64BE(1));
}
