/**
 * Names of runs. A run's name is a function of the set of watched paths and of its directory, and of nothing else
 * (not of when it appeared), so that it is the same after a restart.
 *
 * - A path that somebody named has that name; others are named by their last part (`exp`); those of which this is the same by their last two (`a/exp`).
 * - A run found in the only path is named by its last part, a run found in one of several, or in one that somebody
 *   named, by the path's name and its own (`exp/seed-1`): which others will be found there cannot be known, so it does not depend on them.
 * - What is still taken gets `~2`, `~3` …, paths in the order of their characters.
 */
import { basename, dirname, resolve } from 'node:path';

export type NamedPath = { readonly path: string; readonly name: string | null };

export class RunNames {
  /** Absolute, each once, in the order given. */
  readonly paths: readonly string[];
  /** Paths that somebody named. */
  readonly #given = new Set<string>();
  readonly #directories = new Map<string, string>();
  readonly #names = new Map<string, string>();

  /** @param given null names, and those of bare paths, follow from the paths; of a path given twice the first counts */
  constructor(given: readonly (string | NamedPath)[]) {
    const named = new Map<string, string | null>();
    for (const one of given) {
      const { path, name } = typeof one === 'string' ? { path: one, name: null } : one;
      if (!named.has(resolve(path))) named.set(resolve(path), name);
    }
    this.paths = [...named.keys()];
    const sorted = [...this.paths].sort();
    for (const path of sorted) {
      const name = named.get(path) ?? null;
      if (name === null) continue;
      this.#given.add(path);
      this.#take(path, name);
    }
    const others = sorted.filter((path) => !this.#given.has(path));
    const lasts = others.map(lastPart);
    const isShared = (last: string) => lasts.indexOf(last) !== lasts.lastIndexOf(last);
    for (const path of others) {
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
    const isAlone = this.paths.length === 1 && own !== parent && !this.#given.has(path);
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
