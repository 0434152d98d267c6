/** A script for a page, built from one file as the site is, kept in memory. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** By name; the first is the script itself. */
export type Bundle = ReadonlyMap<string, string>;

/** @param entry path below `test` */
export async function bundleOf(entry: string): Promise<Bundle> {
  const root = fileURLToPath(new URL('../../client', import.meta.url));
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    base: './',
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: {
        input: fileURLToPath(new URL(`../${entry}`, import.meta.url)),
        output: { entryFileNames: 'page.js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
  const outputs = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  return new Map(outputs.flatMap((part) => (part.type === 'chunk' ? [[part.fileName, part.code]] : [])));
}
