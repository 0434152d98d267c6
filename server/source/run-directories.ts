/**
 * Which directories are runs, of the paths that somebody wants to watch: those that are there, and those to come.
 *
 * - A path that holds checkpoints (an entry whose name gives a step, a config.json, a model.safetensors or a
 *   pytorch_model.bin) is a run; what else lies in it is not looked at.
 * - A path that is missing, empty, or has no sub-directories is not decided. It is reported as a run at once, so
 *   that somebody is seen to wait for it.
 * - Any other path is a parent: each of its sub-directories that holds an entry whose name gives a step is a run, as
 *   soon as it does. It becomes a run itself should it come to hold checkpoints.
 * Nothing is ever taken back: a path that was reported while undecided and then turns out to be a parent stays, an
 * empty run beside those that are found in it.
 *
 * Hidden and unfinished names are passed over, links out of the parent are not followed, and what several links lead
 * to is found once. Limit of the rule: runs whose own names give a step (`runs/1`, `lr3-steps1000`) look
 * like checkpoints of a run `runs`; such ones are to be named one by one.
 *
 * Polling, as in directory.ts. A poll lists each path and those of its sub-directories that are no runs yet.
 */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { concatMap, defer, EMPTY, type Observable, repeat, timer } from 'rxjs';
import { RUNS_MAX, SUBDIRECTORIES_MAX } from '../base/config.ts';
import { CONFIG_FILE } from './checkpoint-files.ts';
import { MODEL_FILE, TORCH_FILE } from './checkpoint-tensors.ts';
import { isWithin, systemCode } from './regular-file.ts';
import { type NamedPath, RunNames } from './run-names.ts';
import { candidateFrom } from './scan.ts';
import { isPrivateName, stepFromName, stepFromTorchName } from './step-name.ts';

export type RunDirectoryEvent =
  /** Once a directory. `name` is unique, and the same whenever the same paths are watched (run-names.ts). */
  | { readonly type: 'run'; readonly directory: string; readonly name: string }
  /** A sentence for people: no run yet in a parent, or more than are watched. Once a sentence. */
  | { readonly type: 'note'; readonly message: string }
  /** After the first look: what is there has been reported, and what comes now is new. */
  | { readonly type: 'looked' };

export type WatchRunsOptions = {
  readonly pollMillis?: number;
  /** False: complete after one look. */
  readonly follow?: boolean;
  readonly runsMax?: number;
};

/** Completes when all paths are runs themselves, because no other can come then. */
export function watchRunDirectories(
  paths: readonly (string | NamedPath)[],
  { pollMillis = 3000, follow = true, runsMax = RUNS_MAX }: WatchRunsOptions = {},
): Observable<RunDirectoryEvent> {
  return defer(() => {
    const search = new RunSearch(paths, runsMax);
    return defer(() => search.look()).pipe(
      concatMap((events) => events),
      repeat({ delay: () => (follow && !search.isOver ? timer(pollMillis) : EMPTY) }),
    );
  });
}

class RunSearch {
  readonly #paths: readonly string[];
  readonly #names: RunNames;
  readonly #runsMax: number;
  /** Paths that hold checkpoints. */
  readonly #runs = new Set<string>();
  /** Paths that had sub-directories and no checkpoints. */
  readonly #parents = new Set<string>();
  /** Those of them in which a run was found. */
  readonly #parentsWithRuns = new Set<string>();
  /** Every reported directory, by its path and by where it really is. */
  readonly #reported = new Set<string>();
  readonly #notes = new Set<string>();
  #reports = 0;
  #hasLooked = false;
  #events: RunDirectoryEvent[] = [];

  constructor(paths: readonly (string | NamedPath)[], runsMax: number) {
    this.#names = new RunNames(paths);
    this.#paths = this.#names.paths;
    this.#runsMax = runsMax;
  }

  get isOver(): boolean {
    return this.#runs.size === this.#paths.length;
  }

  async look(): Promise<readonly RunDirectoryEvent[]> {
    this.#events = [];
    // All paths first, so that one that also lies in another one goes by its own name.
    const parents: [path: string, places: readonly string[]][] = [];
    for (const path of this.#paths) {
      if (this.#runs.has(path)) continue;
      const entries = await entriesOf(path);
      if (await holdsCheckpoints(path, entries)) {
        this.#runs.add(path);
        await this.#report(path, this.#names.ofPath(path));
        continue;
      }
      const places = await this.#placesIn(path, entries);
      if (places.length > 0) this.#parents.add(path);
      if (this.#parents.has(path)) parents.push([path, places]);
      else await this.#report(path, this.#names.ofPath(path));
    }
    for (const [path, places] of parents) await this.#lookInto(path, places);
    if (!this.#hasLooked) this.#events.push({ type: 'looked' });
    this.#hasLooked = true;
    return this.#events;
  }

  /** Where runs are looked for in a path. */
  async #placesIn(path: string, entries: readonly Dirent[]): Promise<readonly string[]> {
    const looked = entries.filter(isLookedInto);
    if (looked.length > SUBDIRECTORIES_MAX)
      this.#note(
        `${path}: expected at most ${SUBDIRECTORIES_MAX} sub-directories, found ${looked.length}; ` +
          'runs are looked for in the first ones by name. Name the others yourself',
      );
    const places: string[] = [];
    for (const entry of looked.slice(0, SUBDIRECTORIES_MAX))
      if (entry.isDirectory() || (await leadsToPlace(join(path, entry.name), path)))
        places.push(join(path, entry.name));
    return places;
  }

  async #lookInto(parent: string, places: readonly string[]): Promise<void> {
    for (const directory of places) {
      if (this.#reported.has(directory)) this.#parentsWithRuns.add(parent);
      else if (await holdsCandidate(directory, await entriesOf(directory))) {
        this.#parentsWithRuns.add(parent);
        if (this.#reported.has(await realOf(directory))) continue;
        await this.#report(directory, this.#names.ofSubdirectory(parent, directory));
      }
    }
    if (!this.#parentsWithRuns.has(parent))
      this.#note(
        `${parent}: expected checkpoints in it or in its sub-directories, found none yet; ` +
          'a run is shown as soon as it has one',
      );
  }

  async #report(directory: string, name: string): Promise<void> {
    if (this.#reported.has(directory)) return;
    if (this.#reports >= this.#runsMax) {
      this.#note(
        `expected at most ${this.#runsMax} runs, found more; those found last are not watched. Name those that matter`,
      );
      return;
    }
    this.#reports += 1;
    this.#reported.add(directory).add(await realOf(directory));
    this.#events.push({ type: 'run', directory, name });
  }

  #note(message: string): void {
    if (this.#notes.has(message)) return;
    this.#notes.add(message);
    this.#events.push({ type: 'note', message });
  }
}

async function holdsCheckpoints(path: string, entries: readonly Dirent[]): Promise<boolean> {
  return (
    entries.some(({ name }) => [CONFIG_FILE, MODEL_FILE, TORCH_FILE].includes(name)) ||
    (await holdsCandidate(path, entries))
  );
}

async function holdsCandidate(directory: string, entries: readonly Dirent[]): Promise<boolean> {
  for (const entry of entries) {
    if (stepFromName(entry.name) === null && stepFromTorchName(entry.name) === null) continue;
    const candidate = await candidateFrom(entry, directory, await realOf(directory));
    if (candidate !== null && typeof candidate !== 'string') return true;
  }
  return false;
}

function isLookedInto(entry: Dirent): boolean {
  return !isPrivateName(entry.name) && (entry.isDirectory() || entry.isSymbolicLink());
}

/** Whether a link leads to a directory inside `parent` that is not looked into anyway. */
async function leadsToPlace(link: string, parent: string): Promise<boolean> {
  const [place, root] = [await realOf(link), await realOf(parent)];
  const isLookedIntoAnyway = dirname(place) === root && !isPrivateName(basename(place));
  return isWithin(root, place) && !isLookedIntoAnyway && (await isDirectory(place));
}

/** By name; empty where there is no such directory, or where it cannot be listed. */
async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return false;
  }
}

/** Where it really is; the path itself where nothing is there. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return path;
  }
}
