/**
 * Where a run's log lies: a folder of the data directory for each pair of source and settings, so that the same command
 * takes up the same log, and another probe or ablation begins one of its own.
 *
 *   DATA/my-model-3f9a0c12/run.json     what it is, to be read without opening the log
 *                          log/         the log itself (event-log.ts)
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { logProblemFrom } from './log-problem.ts';
import { madeDirectory } from './made-directory.ts';

const DESCRIPTION_FILE = 'run.json';
const NAME_LENGTH_MAX = 60;

const Description = v.object({
  name: v.string(),
  source: v.string(),
  settings: v.optional(v.unknown()),
  created: v.string(),
});
export type Description = v.InferOutput<typeof Description>;

export type RunFolder = {
  /** Its name in the data directory. */
  readonly id: string;
  readonly logDirectory: string;
  readonly description: Description;
};

/** What has to be the same for results to go on in the same log. */
export type RunKey = {
  readonly name: string;
  readonly source: string;
  /** Of JSON's kinds. */
  readonly settings: unknown;
};

/** The folder of a run, made if it is not there. @throws LogProblem */
export async function runFolder(data: string, key: RunKey, created: Date): Promise<RunFolder> {
  const hash = createHash('sha256').update(JSON.stringify([key.source, key.settings]));
  const plain = key.name.replaceAll(/[^\w.-]+/g, '-').slice(0, NAME_LENGTH_MAX);
  const id = `${plain}-${hash.digest('hex').slice(0, 8)}`;
  const known = await folderAt(data, id);
  if (known) return known;
  const directory = join(data, id);
  const description = { ...key, created: created.toISOString() };
  try {
    await madeDirectory(directory);
    // Whole or not at all, and anew where it cannot be read: a run without one could never be named again.
    const written = join(directory, `${DESCRIPTION_FILE}.${randomUUID()}`);
    await writeFile(written, `${JSON.stringify(description, null, 2)}\n`);
    await rename(written, join(directory, DESCRIPTION_FILE));
  } catch (error) {
    throw logProblemFrom(directory, error);
  }
  return { id, logDirectory: join(directory, 'log'), description };
}

/** The runs of a data directory, newest last; folders that are none are passed over. */
export async function runFolders(data: string): Promise<RunFolder[]> {
  const names = await readdir(data).catch(() => []);
  const folders = await Promise.all(names.map((id) => folderAt(data, id)));
  return folders
    .filter((folder) => folder !== null)
    .sort((a, b) => a.description.created.localeCompare(b.description.created));
}

async function folderAt(data: string, id: string): Promise<RunFolder | null> {
  try {
    const parsed = v.safeParse(
      Description,
      JSON.parse(await readFile(join(data, id, DESCRIPTION_FILE), 'utf8')),
    );
    return parsed.success ? { id, logDirectory: join(data, id, 'log'), description: parsed.output } : null;
  } catch {
    return null;
  }
}
