/**
 * A file of JSON, with a limit on its size that is checked before it is read. Of a file that grows while it is
 * read, what was there when it was opened is read.
 */
import { basename } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { fileFailure, openRegularFile, readInto } from './regular-file.ts';

/**
 * @param root the directory that the file has to lie in, after all links
 * @throws CheckpointFailure incomplete, leads-out, unreadable, too-large, corrupt
 */
export async function readJson(file: string, root: string, bytesMax: number): Promise<unknown> {
  return jsonFrom(file, await readSmallFile(file, root, bytesMax));
}

/** All bytes of a file. @throws CheckpointFailure incomplete, leads-out, unreadable, too-large, corrupt */
export async function readSmallFile(file: string, root: string, bytesMax: number): Promise<Uint8Array> {
  const handle = await openRegularFile(file, root);
  try {
    const { size } = await handle.stat();
    if (size > bytesMax)
      throw new CheckpointFailure(
        'too-large',
        `${basename(file)}: expected at most ${bytesMax.toLocaleString('en-US')} bytes, found ${size.toLocaleString('en-US')}`,
      );
    const bytes = new Uint8Array(size);
    return bytes.subarray(0, await readInto(handle, bytes, 0));
  } catch (error) {
    throw fileFailure(file, error);
  } finally {
    await handle.close();
  }
}

/** @throws CheckpointFailure corrupt */
export function jsonFrom(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // The parser's own message would quote the file.
    throw new CheckpointFailure('corrupt', `${basename(file)}: expected JSON, found something else`);
  }
}
