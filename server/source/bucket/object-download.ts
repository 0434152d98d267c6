/**
 * One object to a file: streamed, so that memory holds a few chunks of it, and taken up where it was cut, in this
 * process or in an earlier one, as long as the object is the one that was listed. What was written before is under the
 * file's name with `.partial` after it; the name itself appears when all is there, and then nothing is asked for. The
 * folder has to belong to these very objects.
 *
 * A connection that is cut is opened again at once where bytes came since the last time, else after 0.5 s, doubled each
 * time; after five times without a byte it is given up.
 */
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { isGone } from '../regular-file.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import { BucketProblem, diskProblemFrom } from './bucket-problem.ts';

const FRUITLESS_MAX = 5;
const BACKOFF_MILLIS = 500;
const BATCH_BYTES = 2 ** 20;

export type DownloadOptions = {
  readonly signal: AbortSignal;
  /** Bytes that came, or that were there from before. */
  readonly onBytes: (bytes: number) => void;
};

/** @throws BucketProblem */
export async function downloadObject(
  bucket: Bucket,
  object: BucketObject,
  file: string,
  { signal, onBytes }: DownloadOptions,
): Promise<void> {
  if (await hasAll(file, object)) {
    onBytes(object.bytes);
    return;
  }
  const partial = `${file}.partial`;
  const handle = await open(partial, 'a');
  try {
    let written = (await handle.stat()).size;
    onBytes(written);
    for (let fruitless = 0; written < object.bytes; ) {
      const before = written;
      try {
        const { body, from } = await bucket.read(object, written);
        if (from < written) {
          await handle.truncate(from);
          onBytes(from - written);
          written = from;
        }
        for await (const some of batchesOf(body)) {
          const bytes = await writeAll(handle, some);
          written += bytes;
          onBytes(bytes);
        }
      } catch (error) {
        signal.throwIfAborted();
        const problem = bucket.problem(error, object.key);
        if (problem.kind !== 'unreachable') throw problem;
        fruitless = written > before ? 0 : fruitless + 1;
        if (fruitless >= FRUITLESS_MAX) throw problem;
        if (fruitless > 0) await setTimeout(BACKOFF_MILLIS * 2 ** (fruitless - 1), undefined, { signal });
      }
    }
    if (written !== object.bytes) {
      await handle.truncate(0);
      throw new BucketProblem(
        'changed',
        `${object.key}: expected ${object.bytes.toLocaleString('en-US')} bytes as listed, the store gave ${written.toLocaleString('en-US')}`,
      );
    }
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

async function hasAll(file: string, { bytes }: BucketObject): Promise<boolean> {
  try {
    return (await stat(file)).size === bytes;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** What came, some of it at a time: a write for each packet would take longer than the network. */
async function* batchesOf(body: Readable): AsyncGenerator<Uint8Array> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array))
        throw new Error('a stream of an object gave something else than bytes');
      batch.push(chunk);
      bytes += chunk.length;
      if (bytes < BATCH_BYTES) continue;
      yield Buffer.concat(batch);
      batch = [];
      bytes = 0;
    }
  } catch (error) {
    yield Buffer.concat(batch);
    throw error;
  }
  yield Buffer.concat(batch);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<number> {
  try {
    for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
    return bytes.length;
  } catch (error) {
    throw diskProblemFrom(error);
  }
}
