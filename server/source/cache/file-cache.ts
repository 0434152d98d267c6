/**
 * Fetched checkpoints on disk, up to a limit: what a source fetches is written here once, analysed, and left for the
 * next start until others need the room.
 *
 *   ready/‹key›/               a checkpoint, whole: its files and their manifest (cached-folder.ts)
 *   partial/‹key›.‹owner›/     one that is being fetched; what was left behind is gone on with, or is removed when old
 *   pins/‹key›.‹owner›         says that a process reads it: it is not removed
 *
 * `find` and `commit` pin for the caller until `release`. `begin` makes room first: what nobody has pinned goes, the
 * least recently used first, unfinished ones before those; if that is not enough it waits until something is released.
 * Every change is one rename, so that two processes can share a directory: both may fetch the same, one of them is
 * kept. At worst they are over the limit by what both begin at the same moment. Nothing outside of the root is touched.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CheckpointFailure } from '../../base/failure.ts';
import { systemCode } from '../regular-file.ts';
import {
  bytesIn,
  isWhole,
  MANIFEST_FILE,
  type Manifest,
  type Origin,
  readManifest,
  sealFolder,
} from './cached-folder.ts';
import { isOwned, letGo, ownName, stemOf } from './owner.ts';

/** The own user's alone: checkpoints may be private ones. */
const OWN_MODE = 0o700;
/** Unfinished downloads that nobody has gone on with for three days. */
const PARTIAL_MILLIS_MAX = 3 * 24 * 60 * 60_000;
/** Another process does not say when it releases something. */
const LOOK_AGAIN_MILLIS = 1000;

export type FileCacheOptions = { readonly root: string; readonly bytesMax: number };

export type CachedCheckpoint = { readonly directory: string; readonly manifest: Manifest };

export type BeginOptions = {
  /** What it will take, at most. */
  readonly bytes: number;
  readonly signal?: AbortSignal;
};

/** A checkpoint that is being fetched. Ends with one of `commit` and `abandon`. */
export type Draft = {
  /** To be written into: plain files, no folders. May hold what an earlier attempt has left there. */
  readonly directory: string;
  commit(origin: Origin): Promise<CachedCheckpoint>;
  /** Leaves what is there to a later attempt. */
  abandon(): Promise<void>;
};

type Pin = { readonly name: string; count: number };
type Folder = { readonly path: string; readonly bytes: number; readonly usedMillis: number };

export class FileCache {
  readonly root: string;
  readonly #bytesMax: number;
  /** By key's name. */
  readonly #pins = new Map<string, Pin>();
  /** Hashes were compared once; nothing but the cache writes there. */
  readonly #trusted = new Set<string>();
  /** Bytes that drafts of this process were promised, by the path of their folder. */
  readonly #promised = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  /** One after the other, so that none takes another's room. */
  #beginning: Promise<unknown> = Promise.resolve();

  constructor({ root, bytesMax }: FileCacheOptions) {
    this.root = resolve(root);
    this.#bytesMax = bytesMax;
  }

  /** A whole checkpoint, pinned; null where there is none. A damaged one is removed. */
  async find(key: string): Promise<CachedCheckpoint | null> {
    const name = nameOf(key);
    const directory = this.#ready(name);
    if ((await readManifest(directory)) === null) return null;
    await this.#pin(name);
    // Read again: another process may have removed it before it was pinned.
    const manifest = await readManifest(directory);
    if (manifest !== null && (this.#trusted.has(name) || (await isWhole(directory, manifest)))) {
      this.#trusted.add(name);
      await touch(join(directory, MANIFEST_FILE));
      return { directory, manifest };
    }
    await this.release(key);
    await this.#remove(directory);
    return null;
  }

  /**
   * Begins to fetch a checkpoint, once there is room for it.
   * @throws CheckpointFailure too-large; the signal's reason
   */
  begin(key: string, options: BeginOptions): Promise<Draft> {
    const draft = this.#beginning.then(() => this.#begin(nameOf(key), options));
    this.#beginning = draft.catch(() => {});
    return draft;
  }

  /** What `find` or `commit` gave is not read any more. */
  async release(key: string): Promise<void> {
    const name = nameOf(key);
    const pin = this.#pins.get(name);
    if (!pin) return;
    pin.count -= 1;
    if (pin.count > 0) return;
    this.#pins.delete(name);
    await rm(join(this.root, 'pins', pin.name), { force: true });
    letGo(pin.name);
    this.#wake();
  }

  async #begin(name: string, { bytes, signal }: BeginOptions): Promise<Draft> {
    signal?.throwIfAborted();
    await this.#makeRoom(name, bytes, signal);
    const own = ownName(name);
    const directory = join(this.root, 'partial', own);
    if (!(await this.#takeOver(name, directory))) await mkdir(directory, { recursive: true, mode: OWN_MODE });
    this.#promised.set(directory, bytes);
    const end = () => {
      letGo(own);
      this.#promised.delete(directory);
      this.#wake();
    };
    return {
      directory,
      commit: async (origin) => {
        await this.#pin(name);
        await sealFolder(directory, origin);
        const ready = this.#ready(name);
        await mkdir(join(this.root, 'ready'), { recursive: true, mode: OWN_MODE });
        if ((await readManifest(ready)) === null) await rm(ready, { recursive: true, force: true });
        // One that another process has finished meanwhile may be in use, and is the same.
        await rename(directory, ready).catch(() => rm(directory, { recursive: true, force: true }));
        end();
        const manifest = await readManifest(ready);
        if (manifest === null) throw new Error(`${ready}: a checkpoint was written there and cannot be read`);
        this.#trusted.add(name);
        return { directory: ready, manifest };
      },
      abandon: async () => end(),
    };
  }

  /** Goes on with what an earlier attempt has left. */
  async #takeOver(name: string, directory: string): Promise<boolean> {
    for (const left of await this.#partials()) {
      if (left.isOwned || stemOf(left.name) !== name) continue;
      try {
        await rename(left.path, directory);
        return true;
      } catch {
        // Another process was faster.
      }
    }
    return false;
  }

  async #makeRoom(name: string, bytes: number, signal: AbortSignal | undefined): Promise<void> {
    if (bytes > this.#bytesMax) throw tooLarge(bytes, this.#bytesMax);
    for (;;) {
      // Listens before it looks, so that nothing is released in between unheard.
      const change = this.#change(signal);
      if (await this.#hasRoom(name, bytes)) return change.ignore();
      await change.heard;
      signal?.throwIfAborted();
    }
  }

  /** Something is released, or may have been by another process, or the signal says that it is over. */
  #change(signal: AbortSignal | undefined): { readonly heard: Promise<void>; ignore(): void } {
    let hear = () => {};
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const timer = setTimeout(hear, LOOK_AGAIN_MILLIS);
    this.#waiting.add(hear);
    signal?.addEventListener('abort', hear, { once: true });
    const ignore = () => {
      clearTimeout(timer);
      this.#waiting.delete(hear);
      signal?.removeEventListener('abort', hear);
    };
    return { heard: heard.then(ignore), ignore };
  }

  /** Removes what may go until `bytes` more fit; false where they do not. */
  async #hasRoom(name: string, bytes: number): Promise<boolean> {
    const partials = await this.#partials();
    const free = partials.filter((partial) => !partial.isOwned && stemOf(partial.name) !== name);
    const old = free.filter(({ usedMillis }) => Date.now() - usedMillis > PARTIAL_MILLIS_MAX);
    for (const { path } of old) await this.#remove(path);
    const { loose, kept } = await this.#checkpoints();
    let used = kept;
    for (const { path, bytes: own, isOwned: isTaken } of partials)
      if (isTaken) used += Math.max(own, this.#promised.get(path) ?? 0);
    const left = free.filter((one) => !old.includes(one)).sort(newestFirst);
    const removable = [...loose.sort(newestFirst), ...left];
    for (const folder of removable) used += folder.bytes;
    while (used + bytes > this.#bytesMax) {
      const next = removable.pop();
      if (!next) return false;
      if (await this.#remove(next.path)) used -= next.bytes;
    }
    return true;
  }

  async #partials() {
    const parent = join(this.root, 'partial');
    const names = await readdir(parent).catch(() => []);
    const all = await Promise.all(
      names.map(async (name) => {
        const folder = await folderAt(join(parent, name));
        return folder && { ...folder, name, isOwned: isOwned(name, Date.now() - folder.usedMillis) };
      }),
    );
    return all.filter((partial) => partial !== null);
  }

  /** Whole checkpoints that nobody reads, and the bytes of the others. */
  async #checkpoints(): Promise<{ readonly loose: Folder[]; readonly kept: number }> {
    const pinned = await this.#pinned();
    const loose: Folder[] = [];
    let kept = 0;
    for (const name of await readdir(join(this.root, 'ready')).catch(() => [])) {
      const folder = await folderAt(this.#ready(name));
      if (folder && pinned.has(name)) kept += folder.bytes;
      else if (folder) loose.push(folder);
    }
    return { loose, kept };
  }

  /** What any process reads. Pins of processes that have gone are removed. */
  async #pinned(): Promise<ReadonlySet<string>> {
    const parent = join(this.root, 'pins');
    const pinned = new Set<string>();
    for (const pin of await readdir(parent).catch(() => [])) {
      const file = join(parent, pin);
      const attributes = await stat(file).catch(() => null);
      const stem = stemOf(pin);
      if (attributes && stem !== null && isOwned(pin, Date.now() - attributes.mtimeMs)) pinned.add(stem);
      else await rm(file, { force: true });
    }
    return pinned;
  }

  async #pin(name: string): Promise<void> {
    const pin = this.#pins.get(name);
    if (pin) {
      pin.count += 1;
      return;
    }
    const own = ownName(name);
    this.#pins.set(name, { name: own, count: 1 });
    await mkdir(join(this.root, 'pins'), { recursive: true, mode: OWN_MODE });
    await writeFile(join(this.root, 'pins', own), '');
  }

  /**
   * At once for everybody else, by a rename; then its files. False where somebody began to read it just before: who
   * pins looks whether it is there after that, and here it is the other way about, so that one of the two sees it.
   */
  async #remove(path: string): Promise<boolean> {
    const parent = join(this.root, 'partial');
    const own = ownName('0');
    const away = join(parent, own);
    try {
      await mkdir(parent, { recursive: true, mode: OWN_MODE });
      await rename(path, away);
      if ((await this.#pinned()).has(basename(path))) {
        await rename(away, path);
        return false;
      }
    } catch (error) {
      // Somebody else has removed it, or put it there again.
      if (systemCode(error) === null) throw error;
    } finally {
      await rm(away, { recursive: true, force: true });
      letGo(own);
    }
    return true;
  }

  #ready(name: string): string {
    return join(this.root, 'ready', name);
  }

  #wake(): void {
    for (const hear of this.#waiting) hear();
  }
}

function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 40);
}

function newestFirst(a: Folder, b: Folder): number {
  return b.usedMillis - a.usedMillis;
}

/** Null where it has just vanished. Used: its manifest touched, or one of its files written. */
async function folderAt(path: string): Promise<Folder | null> {
  const names = await readdir(path).catch(() => null);
  if (names === null) return null;
  const used = names.includes(MANIFEST_FILE) ? [MANIFEST_FILE] : ['.', ...names];
  const times = await Promise.all(
    used.map((name) =>
      stat(join(path, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return { path, bytes: await bytesIn(path), usedMillis: Math.max(...times) };
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => {});
}

function tooLarge(bytes: number, bytesMax: number): CheckpointFailure {
  const mib = (number: number) => Math.ceil(number / 2 ** 20).toLocaleString('en-US');
  return new CheckpointFailure(
    'too-large',
    `it takes ${mib(bytes)} MiB of the cache, which is limited to ${mib(bytesMax)}; --cache-mib ${Math.ceil(bytes / 2 ** 20)} makes room for it`,
  );
}
