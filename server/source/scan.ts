/**
 * One look at a watched directory: what could be checkpoints, and how each of them looks from outside. Reads
 * names and file attributes, never a file.
 *
 * A candidate is a directory, or a file of torch.save, whose name gives a step. A link to one is followed only if it
 * leads to inside the watched directory, so that a link cannot make this process read elsewhere. What else lies there
 * is passed over in silence, except directories and files of torch.save without a step, and links that are not followed.
 *
 * A marker lies in the directory that it marks; that of a file is called after it: `step_500.pt.DONE`.
 */
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type CheckpointRef, CONFIG_FILE, isModelFile } from './checkpoint-files.ts';
import { MODEL_FILE, TORCH_FILE } from './checkpoint-tensors.ts';
import { isGone, isWithin, systemCode } from './regular-file.ts';
import { isPrivateName, isTorchName, stepFromName, stepFromTorchName } from './step-name.ts';

/** What one look at a candidate shows. */
export type Sight = {
  readonly checkpoint: CheckpointRef;
  /** Names, sizes, modification times and inodes of all that is in it: equal while nothing changes. */
  readonly signature: string;
  /** The same of the model's own files: while it is equal, the model is the same. */
  readonly modelSignature: string;
  /** Time since the last modification, by this machine's clock; the file system may have another one. */
  readonly ageMillis: number;
  /** Whether the marker file is there; false where none is asked for. */
  readonly marked: boolean;
};

export type Ignored = { readonly name: string; readonly message: string };

export type Scan =
  | { readonly type: 'missing'; readonly message: string }
  | {
      readonly type: 'present';
      readonly sights: readonly Sight[];
      /** Candidates that are there and were not looked at. */
      readonly rested: readonly string[];
      readonly ignored: readonly Ignored[];
    };

/** `rests` says which candidates, by name, need no look this time. */
export async function scanDirectory(
  directory: string,
  marker: string | null,
  rests: (name: string) => boolean,
): Promise<Scan> {
  const root = resolve(directory);
  let realRoot: string;
  let entries: Dirent[];
  try {
    realRoot = await realpath(root);
    entries = await readdir(root, { withFileTypes: true });
  } catch (error) {
    return { type: 'missing', message: missingMessage(directory, error) };
  }
  const sharedConfig = entries.some((entry) => entry.name === CONFIG_FILE) ? join(root, CONFIG_FILE) : null;
  const marks = new Set(
    entries.flatMap(({ name }) =>
      marker !== null && name.endsWith(`.${marker}`) ? [name.slice(0, -marker.length - 1)] : [],
    ),
  );
  const sights: Sight[] = [];
  const rested: string[] = [];
  const ignored: Ignored[] = [];
  for (const entry of entries) {
    const { name } = entry;
    const candidate = await candidateFrom(entry, root, realRoot);
    if (candidate === null) continue;
    if (typeof candidate === 'string') ignored.push({ name, message: candidate });
    else if (rests(name)) rested.push(name);
    else {
      const sight = candidate.isFile
        ? await sightOfFile(name, candidate.step, root, marks.has(name))
        : await sightOf(name, candidate.step, join(root, name), sharedConfig, marker);
      if (sight) sights.push(sight);
    }
  }
  return { type: 'present', sights, rested, ignored };
}

export type Candidate = {
  readonly step: number;
  /** Whether it is one file, not a directory. */
  readonly isFile: boolean;
};

/**
 * A candidate; a sentence why an entry is ignored; `null` if it is not worth one.
 * @param realRoot `root` after all links
 */
export async function candidateFrom(
  entry: Dirent,
  root: string,
  realRoot: string,
): Promise<Candidate | string | null> {
  const { name } = entry;
  if (isPrivateName(name)) return null;
  if (name === MODEL_FILE || name === TORCH_FILE)
    return `${name} is here: this directory is a checkpoint itself, to be watched is the one above it`;
  if (entry.isDirectory()) return directoryNamed(name);
  if (entry.isFile()) return fileNamed(name);
  if (!entry.isSymbolicLink()) return null;
  try {
    const target = await realpath(join(root, name));
    const attributes = await stat(target);
    const candidate = attributes.isDirectory()
      ? directoryNamed(name)
      : attributes.isFile()
        ? fileNamed(name)
        : null;
    if (candidate === null || typeof candidate === 'string' || isWithin(realRoot, target)) return candidate;
    return `${name}: expected a link to inside the watched directory, it leads out of it`;
  } catch {
    if (stepFromName(name) === null && stepFromTorchName(name) === null) return null;
    return `${name}: expected a link to a checkpoint, it leads nowhere`;
  }
}

/** What the name of a directory makes it: a candidate, or the sentence why it is none. */
export function directoryNamed(name: string): Candidate | string {
  const step = stepFromName(name);
  return step === null
    ? `${name}: expected a name that gives a step, such as checkpoint-500`
    : { step, isFile: false };
}

/** The same of a file; null where nobody would think so. */
export function fileNamed(name: string): Candidate | string | null {
  if (!isTorchName(name)) return null;
  const step = stepFromTorchName(name);
  return step === null
    ? `${name}: expected a name that gives a step, such as step_500.pt`
    : { step, isFile: true };
}

/** How a candidate looks, `null` if it has just vanished. */
async function sightOf(
  id: string,
  step: number,
  directory: string,
  sharedConfig: string | null,
  marker: string | null,
): Promise<Sight | null> {
  let names: readonly string[];
  let changedMillis: number;
  try {
    names = (await readdir(directory)).sort();
    changedMillis = (await stat(directory)).mtimeMs;
  } catch (error) {
    if (isGone(error)) return null;
    const configFile = join(directory, CONFIG_FILE);
    const signature = `unreadable ${systemCode(error)}`;
    return {
      checkpoint: { id, step, directory, configFile, content: null },
      signature,
      modelSignature: signature,
      ageMillis: 0,
      marked: false,
    };
  }
  const files = await Promise.all(names.map((name) => attributes(directory, name)));
  const ownConfig = names.includes(CONFIG_FILE) || sharedConfig === null;
  const configFile = ownConfig ? join(directory, CONFIG_FILE) : sharedConfig;
  const newestMillis = files.reduce((newest, file) => Math.max(newest, file.changedMillis), changedMillis);
  return {
    checkpoint: { id, step, directory, configFile, content: null },
    signature: digest([configFile, ...files.map((file) => file.line)]),
    modelSignature: digest([
      configFile,
      ...files.filter((file) => isModelFile(file.name)).map((file) => file.line),
    ]),
    ageMillis: Date.now() - newestMillis,
    marked: marker !== null && names.includes(marker),
  };
}

/** How a candidate looks that is one file, with its configuration beside it; `null` if it has just vanished. */
async function sightOfFile(id: string, step: number, root: string, marked: boolean): Promise<Sight | null> {
  const [file, config] = await Promise.all([id, CONFIG_FILE].map((name) => attributes(root, name)));
  if (file.code === 'ENOENT') return null;
  const signature = digest([file.line, config.line]);
  return {
    checkpoint: { id, step, directory: root, file: id, configFile: join(root, CONFIG_FILE), content: null },
    signature,
    modelSignature: signature,
    ageMillis: Date.now() - Math.max(file.changedMillis, config.changedMillis),
    marked,
  };
}

async function attributes(directory: string, name: string) {
  try {
    const { size, mtimeMs, ino } = await stat(join(directory, name));
    return { name, changedMillis: mtimeMs, code: null, line: JSON.stringify([name, size, mtimeMs, ino]) };
  } catch (error) {
    const code = systemCode(error);
    return { name, changedMillis: 0, code, line: JSON.stringify([name, code]) };
  }
}

/** Of fixed length, because one is kept for every checkpoint ever seen. */
function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('base64url');
}

function missingMessage(directory: string, error: unknown): string {
  const code = systemCode(error);
  if (code === null) throw error;
  return isGone(error)
    ? `${directory}: there is no such directory`
    : `${directory}: the directory cannot be read (${code})`;
}
