/** The repository's directory, for files of the tests as they are written and as `tsc -b` compiles them. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : rootAbove(dirname(directory));
}
