/**
 * A file that is there, regular, inside a directory and open, or the failure of the checkpoint that needs it:
 * `incomplete` where it is not there, `leads-out` where a link on the way leads out of the directory,
 * `unreadable` where the operating system refuses it, `corrupt` where it is no regular file.
 *
 * Links are resolved first, what they lead to is opened, and what was opened is compared with what lies there
 * then: a link that is changed in between is seen. Limit: hard links lead nowhere, so they cannot lead out.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, relative, sep } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';

/** Does not wait for somebody to write into a pipe, and follows no link that has come instead of the file. */
const READ_ONLY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
/** A writer that renames a file into place is met at most now and then. */
const OPENINGS_MAX = 3;
/** Node takes at most 2^31 − 1 bytes a read, and the kernel may give fewer. */
const READ_BYTES_MAX = 2 ** 30;

/** @param root the directory that the file has to lie in, after all links */
export async function openRegularFile(file: string, root: string): Promise<FileHandle> {
  try {
    for (let opening = 0; opening < OPENINGS_MAX; opening++) {
      const place = await placeOf(file, root);
      const handle = await open(place, READ_ONLY);
      try {
        if (!(await handle.stat()).isFile())
          throw new CheckpointFailure(
            'corrupt',
            `${basename(file)}: expected a regular file, found something else`,
          );
        if (await isAt(handle, place)) return handle;
      } catch (error) {
        await handle.close();
        throw error;
      }
      await handle.close();
    }
  } catch (error) {
    throw fileFailure(file, error);
  }
  throw new CheckpointFailure(
    'unreadable',
    `${basename(file)}: expected a file that stays, found another one at each of ${OPENINGS_MAX} attempts; it is tried again`,
  );
}

/** Where a file really lies. @throws CheckpointFailure leads-out */
async function placeOf(file: string, root: string): Promise<string> {
  const place = await realpath(file);
  if (isWithin(await realpath(root), place)) return place;
  throw new CheckpointFailure(
    'leads-out',
    `${basename(file)}: expected a file inside ${root}, found a link that leads out of it; ` +
      'copy the file there, or watch the directory that it lies in',
  );
}

/** Whether the open file is the one that lies at `place`, without any link on the way. */
async function isAt(handle: FileHandle, place: string): Promise<boolean> {
  try {
    if ((await realpath(place)) !== place) return false;
    const [opened, there] = [await handle.stat({ bigint: true }), await lstat(place, { bigint: true })];
    return opened.ino === there.ino && opened.dev === there.dev;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Whether `path` lies below `directory`; both after all links. */
export function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way.split(sep)[0] !== '..' && !isAbsolute(way);
}

/** Reads from `position` on until `bytes` are full or the file ends, in as many reads as it takes; how many were read. */
export async function readInto(handle: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const rest = bytes.subarray(done, done + READ_BYTES_MAX);
    const { bytesRead } = await handle.read(rest, 0, rest.length, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
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
