/**
 * A file that grows at its end, read from where the last reading ended. Whoever reads says how many bytes were whole;
 * the rest comes again. A file that is another one now, shorter, or other just before that place was written anew, and
 * is read from its beginning.
 *
 * Limit: CURVE_FILE_BYTES_MAX of one file; what follows is not read, which is said once.
 */
import { basename } from 'node:path';
import { CURVE_CHUNK_BYTES, CURVE_FILE_BYTES_MAX } from '../../base/config.ts';
import { CheckpointFailure } from '../../base/failure.ts';
import { fileFailure, openRegularFile, readInto } from '../regular-file.ts';

/** Of the bytes before the place, to see that they are still the same. */
const TAIL_BYTES = 64;

export type Appended = {
  readonly bytes: Uint8Array;
  /** They are the beginning of the file, for the first time or again. */
  readonly isAnew: boolean;
  /** There is more of the file than fits into one reading. */
  readonly isFull: boolean;
};

export class AppendedFile {
  readonly #file: string;
  readonly #root: string;
  #inode: bigint | null = null;
  #offset = 0;
  #tail: Buffer = Buffer.alloc(0);
  #isOver = false;

  /** @param root the directory that the file has to lie in, after all links */
  constructor(file: string, root: string) {
    this.#file = file;
    this.#root = root;
  }

  get name(): string {
    return basename(this.#file);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nothing more is read. */
  end(): void {
    this.#isOver = true;
  }

  /** @throws CheckpointFailure incomplete, leads-out, unreadable, corrupt, too-large */
  async read(): Promise<Appended> {
    const handle = await openRegularFile(this.#file, this.#root);
    try {
      const { ino, size } = await handle.stat({ bigint: true });
      const before = Buffer.alloc(this.#tail.length);
      if (ino === this.#inode && size >= this.#offset)
        await readInto(handle, before, this.#offset - before.length);
      const isSame = ino === this.#inode && size >= this.#offset && before.equals(this.#tail);
      this.#inode = ino;
      if (!isSame) {
        this.#offset = 0;
        this.#tail = Buffer.alloc(0);
      }
      if (this.#offset >= CURVE_FILE_BYTES_MAX) {
        this.end();
        throw new CheckpointFailure(
          'too-large',
          `${this.name}: expected a log of at most ${CURVE_FILE_BYTES_MAX.toLocaleString('en-US')} bytes; what follows is not read`,
        );
      }
      const left = Number(size) - this.#offset;
      const bytes = Buffer.alloc(Math.max(0, Math.min(left, CURVE_CHUNK_BYTES)));
      const length = await readInto(handle, bytes, this.#offset);
      return { bytes: bytes.subarray(0, length), isAnew: this.#offset === 0, isFull: left > bytes.length };
    } catch (error) {
      throw fileFailure(this.#file, error);
    } finally {
      await handle.close();
    }
  }

  /** The first `length` of the bytes read last need not come again. */
  take(bytes: Uint8Array, length: number): void {
    this.#offset += length;
    const taken = Buffer.concat([this.#tail, bytes.subarray(Math.max(0, length - TAIL_BYTES), length)]);
    this.#tail = Buffer.from(taken.subarray(-TAIL_BYTES));
  }
}
