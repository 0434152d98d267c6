/**
 * A file that is there, regular and open, or the failure of the checkpoint that needs it: `incomplete` where
 * it is not there, `unreadable` where the operating system refuses it, `corrupt` where it is no regular file.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';

export async function openRegularFile(file: string): Promise<FileHandle> {
  try {
    // Asked first, because opening a pipe waits until somebody writes into it.
    if (!(await stat(file)).isFile())
      throw new CheckpointFailure(
        'corrupt',
        `${basename(file)}: expected a regular file, found something else`,
      );
    return await open(file, 'r');
  } catch (error) {
    throw fileFailure(file, error);
  }
}

export async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw fileFailure(file, error);
  }
}

/** What to throw for `error`, met at `file`: a failure for an error of the file system, any other error as it is. */
export function fileFailure(file: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === null) return error;
  return isGone(error)
    ? new CheckpointFailure('incomplete', `${basename(file)}: expected this file, it is not there`, {
        cause: error,
      })
    : new CheckpointFailure('unreadable', `${basename(file)}: cannot be read (${code})`, { cause: error });
}

/** Whether the path, or a directory on the way to it, does not exist. */
export function isGone(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The code of a system call that failed (`EACCES`), `null` for any other error. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
