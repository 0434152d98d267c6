/**
 * What a page loads before it shows anything, compressed as a server would: a plugin that prints it after the build and
 * fails where it is above its budget. Counted is a script with all that it imports statically; what is loaded when
 * somebody asks for it (a table, a picture to save) is not.
 */
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

export type Budget = {
  /** For people. */
  readonly name: string;
  /** The scripts that it begins with, by the files that they were built from, relative to the client. */
  readonly entries: readonly string[];
  readonly bytesMax: number;
};

type Chunk = {
  readonly type: 'chunk';
  readonly fileName: string;
  /** Files that it was made of; of a page, its script. */
  readonly moduleIds: readonly string[];
  readonly imports: readonly string[];
  readonly code: string;
};

/** @throws Error from the build where a budget is exceeded, or names a file that is not in it */
export function weights(budgets: readonly Budget[]): Plugin {
  return {
    name: 'phasewatch-weights',
    apply: 'build',
    writeBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === 'chunk') as readonly Chunk[];
      const rows = budgets.map((budget) => ({ ...budget, bytes: weightOf(budget, chunks) }));
      for (const { name, bytes, bytesMax } of rows)
        console.log(`${name.padEnd(32)} ${kilobytes(bytes)} of ${kilobytes(bytesMax)}`);
      const heavy = rows.filter(({ bytes, bytesMax }) => bytes > bytesMax);
      if (heavy.length > 0)
        this.error(
          `expected every page within its budget; too heavy: ${heavy.map(({ name }) => name).join(', ')}`,
        );
    },
  };
}

function weightOf({ entries }: Budget, chunks: readonly Chunk[]): number {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const loaded = new Set<Chunk>();
  const add = (chunk: Chunk) => {
    if (loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const file of chunk.imports) {
      const imported = byFile.get(file);
      if (imported !== undefined) add(imported);
    }
  };
  for (const entry of entries) {
    const found = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(`/client/${entry}`)));
    if (found === undefined) throw new Error(`expected ${entry} in the build, found none`);
    add(found);
  }
  return [...loaded].reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(6)} kB`;
}
