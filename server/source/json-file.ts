/**
 * A file of JSON, with a limit on its size that is checked before it is read.
 */
import { basename } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { fileFailure, openRegularFile } from './regular-file.ts';

/** @throws CheckpointFailure incomplete, unreadable, too-large, corrupt */
export async function readJson(file: string, bytesMax: number): Promise<unknown> {
  const handle = await openRegularFile(file);
  try {
    const { size } = await handle.stat();
    if (size > bytesMax)
      throw new CheckpointFailure(
        'too-large',
        `${basename(file)}: expected at most ${bytesMax.toLocaleString('en-US')} bytes, found ${size.toLocaleString('en-US')}`,
      );
    return JSON.parse(await handle.readFile('utf8'));
  } catch (error) {
    // The parser's own message would quote the file.
    if (error instanceof SyntaxError)
      throw new CheckpointFailure('corrupt', `${basename(file)}: expected JSON, found something else`);
    throw fileFailure(file, error);
  } finally {
    await handle.close();
  }
}
