/** What the tests of the demo share: a plain reader of safetensors and an empty directory. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Tensor } from '../../server/demo/architecture.ts';

type HeaderEntry = {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
};

export function readSafetensors(path: string): {
  readonly metadata: unknown;
  readonly tensors: ReadonlyMap<string, Tensor & { readonly dtype: string }>;
} {
  const file = readFileSync(path);
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header: Record<string, unknown> = JSON.parse(file.toString('utf8', 8, 8 + headerBytes));
  const { __metadata__: metadata, ...entries } = header;
  const tensors = new Map<string, Tensor & { readonly dtype: string }>();
  for (const [name, entry] of Object.entries(entries as Record<string, HeaderEntry>)) {
    const [begin, end] = entry.data_offsets;
    // A copy of its own: typed arrays want an offset that is a multiple of 4.
    const data = new Float32Array(
      new Uint8Array(file.subarray(8 + headerBytes + begin, 8 + headerBytes + end)).buffer,
    );
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, data });
  }
  return { metadata, tensors };
}

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Removed after the last test of the file that asked for it. */
export function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'phasewatch-demo-'));
  directories.push(directory);
  return directory;
}
