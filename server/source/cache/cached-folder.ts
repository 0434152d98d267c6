/**
 * One cached checkpoint: a folder with its files and `entry.json`, which says what it was fetched from and, for each
 * file, its size and SHA-256 as written. A folder is whole where it and its manifest agree.
 */
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { CheckpointFailure } from '../../base/failure.ts';
import { openRegularFile, readInto } from '../regular-file.ts';

export const MANIFEST_FILE = 'entry.json';

/** A file name and no path, whatever the system. */
const FileName = v.pipe(v.string(), v.regex(/^[^/\\\p{C}]{1,212}$/u));
const Manifest = v.object({
  source: v.string(),
  identity: v.string(),
  files: v.record(FileName, v.object({ bytes: v.number(), sha256: v.string() })),
});

export type Manifest = {
  /** The address that it was fetched from. */
  readonly source: string;
  /** What the source calls these contents: a hash of its own, an ETag. */
  readonly identity: string;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
};

export type Origin = Pick<Manifest, 'source' | 'identity'> & {
  /** SHA-256 in hex by file name, where whoever wrote the file has it already; the others are read for it. */
  readonly sha256?: Readonly<Record<string, string>>;
};

/** Writes the manifest for all files that lie in a folder. */
export async function sealFolder(folder: string, { source, identity, sha256 = {} }: Origin): Promise<void> {
  const files: Record<string, { bytes: number; sha256: string }> = {};
  for (const name of (await readdir(folder)).sort()) {
    if (name === MANIFEST_FILE) continue;
    const { size } = await lstat(join(folder, name));
    files[name] = { bytes: size, sha256: sha256[name] ?? (await hashOf(join(folder, name), folder)) };
  }
  const manifest: Manifest = { source, identity, files };
  await writeFile(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
}

/** Null where there is none that can be read. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    const text = await readFile(join(folder, MANIFEST_FILE), 'utf8');
    const parsed = v.safeParse(Manifest, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

/** Whether every file is there as it was written. Reads all of them. */
export async function isWhole(folder: string, manifest: Manifest): Promise<boolean> {
  try {
    for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
      if ((await lstat(join(folder, name))).size !== bytes) return false;
      if ((await hashOf(join(folder, name), folder)) !== sha256) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof CheckpointFailure || (error instanceof Error && 'syscall' in error)) return false;
    throw error;
  }
}

/** Bytes of all files in a folder; 0 where it has just vanished. */
export async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      lstat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** SHA-256 in hex, through one buffer. */
export async function hashOf(file: string, root: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await openRegularFile(file, root);
  try {
    const buffer = new Uint8Array(2 ** 20);
    for (let at = 0; ; at += buffer.length) {
      const bytes = await readInto(handle, buffer, at);
      hash.update(buffer.subarray(0, bytes));
      if (bytes < buffer.length) return hash.digest('hex');
    }
  } finally {
    await handle.close();
  }
}
