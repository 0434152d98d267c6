/** Where results, and what was fetched for them, are kept. */
import { resolve } from 'node:path';
import process from 'node:process';
import envPaths from 'env-paths';

/** As asked, as the environment says, or where the system keeps user data. */
export function dataDirectory(asked: string | null): string {
  return resolve(asked ?? process.env.PHASEWATCH_DATA ?? envPaths('phasewatch', { suffix: '' }).data);
}
