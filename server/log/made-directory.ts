/**
 * Makes a directory and those above it, for nobody but the own user. By hand, since Node's `recursive` says ENOENT where
 * a file system is read-only (seen with 20.20).
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWN_MODE = 0o700;

export async function madeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: OWN_MODE });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    // Where it is no directory, whoever uses it says so.
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(directory) === directory) throw error;
    await madeDirectory(dirname(directory));
    await mkdir(directory, { mode: OWN_MODE });
  }
}
