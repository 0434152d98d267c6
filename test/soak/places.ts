/** Where the package lies, whether these files run as they are or compiled into dist/. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PACKAGE = upwards(dirname(fileURLToPath(import.meta.url)));
export const SERVER = join(PACKAGE, 'dist', 'server', 'main.js');
export const SAMPLE = join(PACKAGE, 'test', 'fixtures', 'sample-run', 'checkpoint-512');

function upwards(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const above = dirname(directory);
  if (above === directory) throw new Error('expected package.json above this file, found none');
  return upwards(above);
}
