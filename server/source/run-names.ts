/**
 * Names of runs. A run's name is a function of the set of watched paths and of its directory, and of nothing else
 * (not of when it appeared), so that it is the same after a restart.
 *
 * - A path is named by its last part (`exp`); paths of which this is the same by their last two (`a/exp`).
 * - A run found in the only path is named by its last part, a run found in one of several by the path's name and its
 *   own (`exp/seed-1`): which others will be found there cannot be known, so it does not depend on them.
 * - What is still taken gets `~2`, `~3` …, paths in the order of their characters.
 */
import { basename, dirname, resolve } from 'node:path';

export class RunNames {
  /** Absolute, each once, in the order given. */
  readonly paths: readonly string[];
  readonly #directories = new Map<string, string>();
  readonly #names = new Map<string, string>();

  constructor(paths: readonly string[]) {
    this.paths = [...new Set(paths.map((path) => resolve(path)))];
    const lasts = this.paths.map(lastPart);
    const isShared = (last: string) => lasts.indexOf(last) !== lasts.lastIndexOf(last);
    for (const path of [...this.paths].sort()) {
      const last = lastPart(path);
      this.#take(path, isShared(last) ? `${lastPart(dirname(path))}/${last}` : last);
    }
  }

  /** @param path one of `paths` */
  ofPath(path: string): string {
    const name = this.#names.get(path);
    if (name === undefined) throw new Error(`${path} is none of the paths that are named`);
    return name;
  }

  /** @param directory in `path`, which is one of `paths` */
  ofSubdirectory(path: string, directory: string): string {
    const parent = this.ofPath(path);
    const own = lastPart(directory);
    const isAlone = this.paths.length === 1 && own !== parent;
    return this.#names.get(directory) ?? this.#take(directory, isAlone ? own : `${parent}/${own}`);
  }

  #take(directory: string, wanted: string): string {
    let name = wanted;
    for (let more = 2; this.#directories.has(name); more++) name = `${wanted}~${more}`;
    this.#directories.set(name, directory);
    this.#names.set(directory, name);
    return name;
  }
}

function lastPart(path: string): string {
  return basename(path) || path;
}
