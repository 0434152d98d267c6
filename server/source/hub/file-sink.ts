/**
 * A file that is written as its bytes come, from where an earlier attempt stopped, and hashed on the way: SHA-256, and
 * on demand the SHA-1 that git gives a blob. Takes two buffers of 1 MiB, one of which is written while the other fills.
 */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { readInto } from '../regular-file.ts';

const BUFFER_BYTES = 2 ** 20;

export type Hashes = { readonly sha256: string; readonly git: string | null };

export type SinkOptions = {
  /** How many bytes it will have. */
  readonly bytes: number;
  /** What it begins with; a file that begins otherwise is begun anew. */
  readonly prefix: Uint8Array;
  readonly asGitBlob: boolean;
};

export class FileSink {
  readonly #handle: FileHandle;
  readonly #sha256: Hash = createHash('sha256');
  readonly #git: Hash | null;
  #filling = Buffer.allocUnsafe(BUFFER_BYTES);
  #spare = Buffer.allocUnsafe(BUFFER_BYTES);
  #filled = 0;
  /** Bytes of the file that were handed to the system. */
  #written = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle, { bytes, asGitBlob }: SinkOptions) {
    this.#handle = handle;
    this.#git = asGitBlob ? createHash('sha1').update(`blob ${bytes}\0`) : null;
  }

  static async open(file: string, options: SinkOptions): Promise<FileSink> {
    const handle = await open(file, 'a+', 0o600).then(async (created) => {
      await created.close();
      return open(file, 'r+');
    });
    const sink = new FileSink(handle, options);
    try {
      await sink.#goOn(options);
      return sink;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes that it has. */
  get bytes(): number {
    return this.#written + this.#filled;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#hash(chunk);
    for (let at = 0; at < chunk.length; ) {
      const room = Math.min(BUFFER_BYTES - this.#filled, chunk.length - at);
      this.#filling.set(chunk.subarray(at, at + room), this.#filled);
      this.#filled += room;
      at += room;
      if (this.#filled === BUFFER_BYTES) await this.#flush();
    }
  }

  /** When all of it is written. */
  async end(): Promise<Hashes> {
    await this.#flush();
    await this.#writing;
    return { sha256: this.#sha256.digest('hex'), git: this.#git?.digest('hex') ?? null };
  }

  /** Keeps what came for a later attempt. */
  async close(): Promise<void> {
    try {
      await this.#flush();
      await this.#writing;
    } finally {
      await this.#handle.close();
    }
  }

  /** Takes what is there, or begins anew. */
  async #goOn({ bytes, prefix }: SinkOptions): Promise<void> {
    const { size } = await this.#handle.stat();
    const start = new Uint8Array(prefix.length);
    const isOwn =
      size >= prefix.length &&
      size <= bytes &&
      (await readInto(this.#handle, start, 0)) === prefix.length &&
      Buffer.compare(start, prefix) === 0;
    if (!isOwn) {
      await this.#handle.truncate(0);
      await this.write(prefix);
      return;
    }
    for (let at = 0; at < size; at += BUFFER_BYTES)
      this.#hash(
        this.#spare.subarray(0, await readInto(this.#handle, this.#spare.subarray(0, size - at), at)),
      );
    this.#written = size;
  }

  #hash(bytes: Uint8Array): void {
    this.#sha256.update(bytes);
    this.#git?.update(bytes);
  }

  async #flush(): Promise<void> {
    if (this.#filled === 0) return;
    // Ends before its buffer is used again.
    await this.#writing;
    const full = this.#filling.subarray(0, this.#filled);
    this.#writing = this.#writeAll(full, this.#written);
    // Whoever flushes or ends next hears of it.
    this.#writing.catch(() => {});
    this.#written += this.#filled;
    this.#filled = 0;
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
  }

  async #writeAll(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }
}
