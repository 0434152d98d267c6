/** `phasewatch runs`: what has been recorded, one line a run, newest last. */
import process from 'node:process';
import { dataDirectory } from '../data-directory.ts';
import { runFolders } from '../log/run-folder.ts';
import type { Command } from '../terminal/options.ts';
import { EXIT, say } from './person.ts';

export async function listRuns(command: Command & { readonly name: 'runs' }): Promise<number> {
  const data = dataDirectory(command.data);
  const folders = await runFolders(data);
  const width = Math.max(0, ...folders.map(({ id }) => id.length));
  for (const { id, description } of folders)
    process.stdout.write(`${id.padEnd(width)}  ${description.created.slice(0, 16)}  ${description.source}\n`);
  if (folders.length === 0) say(`nothing has been recorded in ${data}`);
  return EXIT.ok;
}
