/**
 * One model.safetensors on its way from a connection to the disk: written as it comes, each piece before the next is
 * asked for, with its SHA-256; its header is judged as soon as it is there, and the rest of a broken one is not waited
 * for. Where it ends in anything but a whole file, the caller throws away what was written.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { MIB, UPLOAD_HEADER_BYTES_MAX } from '../base/config.ts';
import { CheckpointFailure } from '../base/failure.ts';
import { UploadRefusal } from '../base/upload-refusal.ts';

/** What is known of the format; @throws CheckpointFailure of either */
export type FormatReader = {
  /** Bytes that the length of the header takes, at the beginning of a file. */
  readonly lengthBytes: number;
  /** Length of the header that follows. */
  readonly headerBytes: (prefix: Uint8Array, fileBytes: number | null) => number;
  /** Length of the file, as its header has it. */
  readonly fileBytes: (header: Uint8Array, fileBytes: number | null) => number;
};

export type Incoming = {
  /** As the sender says, null where it does not. */
  readonly bytes: number | null;
  readonly pieces: () => AsyncIterable<Uint8Array>;
};

export type IncomingOptions = {
  readonly format: FormatReader;
  readonly bytesMax: number;
  /** Asked before a piece of a body of unknown length is written. @throws UploadRefusal where there is no room */
  readonly reserve: (bytes: number) => Promise<void>;
};

export type Received = { readonly bytes: number; readonly sha256: string };

/** Writes a file that is not there yet. @throws UploadRefusal; the error of the file system */
export async function receive(file: string, incoming: Incoming, options: IncomingOptions): Promise<Received> {
  const handle = await open(file, 'wx', 0o600);
  try {
    const received = await written(handle, incoming, options);
    await handle.sync();
    return received;
  } finally {
    await handle.close();
  }
}

async function written(
  handle: FileHandle,
  { bytes: promised, pieces }: Incoming,
  { format, bytesMax, reserve }: IncomingOptions,
): Promise<Received> {
  const hash = createHash('sha256');
  const header = new HeaderWatch(format, promised);
  let bytes = 0;
  for await (const piece of pieces()) {
    bytes += piece.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    const expected = header.take(piece);
    if (expected !== null && bytes > expected)
      throw new UploadRefusal(
        400,
        `model.safetensors: expected ${shownCount(expected)} bytes, more came; no tensor lies in the last ones`,
      );
    if (promised === null) await reserve(piece.length);
    hash.update(piece);
    await writeAll(handle, piece);
  }
  const expected = header.expected;
  if (expected === null || bytes < expected)
    throw new UploadRefusal(
      400,
      `model.safetensors: expected ${expected === null ? 'a whole header' : `${shownCount(expected)} bytes`}, ` +
        `${shownCount(bytes)} bytes came; the file is cut short`,
    );
  return { bytes, sha256: hash.digest('hex') };
}

export function tooLarge(bytesMax: number): UploadRefusal {
  const mib = shownCount(Math.floor(bytesMax / MIB));
  return new UploadRefusal(
    413,
    `expected a checkpoint of at most ${mib} MiB, got more; start the server with a larger --upload-mib to take it`,
  );
}

/** Collects the first bytes of a file until they are its header, and judges that. */
class HeaderWatch {
  readonly #format: FormatReader;
  readonly #fileBytes: number | null;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #headerBytes: number | null = null;
  /** Length of the file as its header has it, null before that is known. */
  expected: number | null = null;

  constructor(format: FormatReader, fileBytes: number | null) {
    this.#format = format;
    this.#fileBytes = fileBytes;
  }

  /** @returns `expected` */
  take(piece: Uint8Array): number | null {
    if (this.expected !== null) return this.expected;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    const { lengthBytes, headerBytes, fileBytes } = this.#format;
    try {
      if (this.#headerBytes === null && this.#bytes >= lengthBytes) {
        this.#headerBytes = headerBytes(this.#start(lengthBytes), this.#fileBytes);
        if (this.#headerBytes > UPLOAD_HEADER_BYTES_MAX)
          throw new UploadRefusal(
            400,
            `model.safetensors: expected a header of at most ${shownCount(UPLOAD_HEADER_BYTES_MAX)} bytes, ` +
              `its first eight bytes say ${shownCount(this.#headerBytes)}`,
          );
      }
      if (this.#headerBytes !== null && this.#bytes >= lengthBytes + this.#headerBytes) {
        const header = this.#start(lengthBytes + this.#headerBytes).subarray(lengthBytes);
        this.expected = fileBytes(header, this.#fileBytes);
        this.#pieces = [];
      }
    } catch (error) {
      if (error instanceof CheckpointFailure) throw new UploadRefusal(400, error.message, { cause: error });
      throw error;
    }
    return this.expected;
  }

  #start(bytes: number): Buffer {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all.subarray(0, bytes);
  }
}

async function writeAll(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await handle.write(piece, done);
    done += bytesWritten;
  }
}

function shownCount(number: number): string {
  return number.toLocaleString('en-US');
}
