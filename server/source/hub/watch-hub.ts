/**
 * The checkpoints of a repository on the hub: those that are there, by step, then those that are pushed.
 *
 *   refs  ──poll──> pending ──list──> done? ready at once
 *                                     else ──wait for room──> fetch ──> ready ──through──> room
 *
 * One checkpoint is fetched at a time, straight to disk; at most `ahead` are fetched and not through, so that memory
 * holds a few MiB of one and the disk what the cache allows. What was fetched stays in the cache for the next start.
 * A revision that moved is listed again, and is news where its files are other ones.
 *
 * What cannot be reached is `missing` and tried again at the next poll; what is wrong with one checkpoint is its failure.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Observable } from 'rxjs';
import { HUB_AHEAD_MAX, HUB_LISTS_AT_ONCE, HUB_POLL_MILLIS } from '../../base/config.ts';
import { CheckpointFailure } from '../../base/failure.ts';
import { FetchProgress } from '../cache/fetch-progress.ts';
import type { FileCache } from '../cache/file-cache.ts';
import { type CheckpointRef, CONFIG_FILE } from '../checkpoint-files.ts';
import type { Source, Taker } from '../source.ts';
import type { SourceEvent } from '../source-event.ts';
import { type Needs, planOf } from './fetch-plan.ts';
import { fetchFile } from './fetched-file.ts';
import { type HubAddress, hubAddressFrom } from './hub-address.ts';
import { HubClient, type HubPatience, HubUnreachable } from './hub-client.ts';
import { type ModelFiles, modelFilesFrom } from './hub-files.ts';
import { type Found, foldersWithSteps, HubRepository, matching, revisionsWithSteps } from './hub-listing.ts';

export type HubWatchOptions = {
  readonly cache: FileCache;
  readonly needs: Needs;
  /** Whether the probe needs a tokenizer. */
  readonly withTokenizer?: boolean;
  readonly endpoint?: string;
  readonly token?: string | null;
  /** A pattern for names of revisions, or of folders; `*` stands for anything. */
  readonly revisions?: string | null;
  /** Which steps are wanted. */
  readonly isWanted?: (step: number) => boolean;
  /** False: complete when all that is there is ready or failed. */
  readonly follow?: boolean;
  readonly pollMillis?: number;
  readonly ahead?: number;
  readonly patience?: Partial<HubPatience>;
  readonly random?: () => number;
};

export const HUB_ENDPOINT = 'https://huggingface.co';

/** @throws Error for a word that is no address of the hub: hubAddressFrom says so beforehand */
export function watchHub(word: string, options: HubWatchOptions): Source {
  const address = hubAddressFrom(word);
  if (address === null) throw new Error(`expected an address such as hf://owner/name, got "${word}"`);
  return (taker) =>
    new Observable<SourceEvent>((subscriber) => {
      const abort = new AbortController();
      const watch = new HubWatch(address, options, taker, abort.signal, (event) => subscriber.next(event));
      watch.run().then(
        () => subscriber.complete(),
        (error: unknown) => {
          if (!abort.signal.aborted) subscriber.error(error);
        },
      );
      return () => {
        abort.abort();
        watch.close();
      };
    });
}

/** A checkpoint that is to be looked at; `files` once it was listed, a failure where it cannot be had. */
type Pending = { readonly found: Found; look: ModelFiles | CheckpointFailure | null };

class HubWatch {
  readonly #address: HubAddress;
  readonly #options: HubWatchOptions;
  readonly #taker: Taker;
  readonly #signal: AbortSignal;
  readonly #emit: (event: SourceEvent) => void;
  readonly #client: HubClient;
  readonly #repository: HubRepository;
  readonly #progress: FetchProgress;
  readonly #pending = new Map<string, Pending>();
  /** By id: the commit that was looked at last, and what was said of it. */
  readonly #seen = new Map<string, { readonly commit: string; readonly told: string | null }>();
  /** Fetched and not through, by id: keys in the cache. */
  readonly #ahead = new Set<string>();
  readonly #keys = new Map<string, string[]>();
  readonly #through: { unsubscribe(): void };
  #wake: () => void = () => {};
  #folders: { readonly commit: string; readonly found: readonly Found[] } | null = null;
  #missing: string | null = null;
  #nextPoll = 0;

  constructor(
    address: HubAddress,
    options: HubWatchOptions,
    taker: Taker,
    signal: AbortSignal,
    emit: (event: SourceEvent) => void,
  ) {
    const { endpoint = HUB_ENDPOINT, token = null, patience, random } = options;
    this.#address = address;
    this.#options = options;
    this.#taker = taker;
    this.#signal = signal;
    this.#emit = (event) => {
      if (!signal.aborted) emit(event);
    };
    this.#client = new HubClient({ endpoint: new URL(endpoint), token, signal, patience, random });
    this.#repository = new HubRepository(this.#client, address);
    this.#progress = new FetchProgress(this.#emit);
    this.#through = taker.through.subscribe((id) => this.#letGo(id));
  }

  async run(): Promise<void> {
    const { follow = true, ahead = HUB_AHEAD_MAX } = this.#options;
    for (;;) {
      this.#signal.throwIfAborted();
      try {
        if (performance.now() >= this.#nextPoll) await this.#poll();
        const next = await this.#next();
        if (next === null) {
          if (!follow) return;
          await this.#untilPoll();
        } else if (next.look instanceof CheckpointFailure) this.#fail(next, next.look);
        else if (next.look && this.#seen.get(next.found.id)?.told === next.look.content)
          this.#settle(next, next.look.content);
        else if (next.look && this.#taker.isDone(next.found.id, next.look.content))
          this.#passOver(next, next.look);
        else if (this.#ahead.size >= ahead) await this.#untilPoll();
        else if (next.look) await this.#take(next, next.look);
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!(error instanceof HubUnreachable)) throw error;
        this.#progress.end();
        this.#miss(error.message);
        if (!follow) return;
        this.#nextPoll = performance.now() + this.#pollMillis;
        await this.#untilPoll();
      }
    }
  }

  close(): void {
    this.#through.unsubscribe();
    for (const keys of this.#keys.values()) for (const key of keys) void this.#options.cache.release(key);
  }

  get #pollMillis(): number {
    return this.#options.pollMillis ?? HUB_POLL_MILLIS;
  }

  async #poll(): Promise<void> {
    this.#nextPoll = performance.now() + this.#pollMillis;
    let found: readonly Found[];
    try {
      found = await this.#found();
    } catch (error) {
      if (!(error instanceof CheckpointFailure)) throw error;
      return this.#miss(error.message);
    }
    const isNamed = matching(this.#options.revisions ?? '*');
    const { isWanted = () => true } = this.#options;
    const wanted = found.filter(({ id, step }) => isNamed(id) && isWanted(step));
    for (const one of wanted) {
      const known = this.#pending.get(one.id)?.found.commit ?? this.#seen.get(one.id)?.commit;
      if (known !== one.commit) this.#pending.set(one.id, { found: one, look: null });
    }
    const names = new Set(wanted.map(({ id }) => id));
    for (const id of this.#pending.keys()) if (!names.has(id)) this.#pending.delete(id);
    if (wanted.length === 0 && this.#seen.size === 0) return this.#miss(this.#nothing(found.length));
    this.#reach();
  }

  async #found(): Promise<readonly Found[]> {
    const { revision, folder } = this.#address;
    const revisions = await this.#repository.revisions();
    if (revision === null && folder === '') {
      const found = revisionsWithSteps(revisions);
      if (found.length > 0) return found;
    }
    const name = revision ?? 'main';
    const at = revisions.find((one) => one.name === name);
    // A commit may be named too.
    const commit = at?.commit ?? (/^[0-9a-f]{40}$/.test(name) ? name : null);
    if (commit === null)
      throw new CheckpointFailure(
        'refused',
        `${this.#address.text}: there is no branch or tag ${name} in it`,
      );
    if (commit === this.#folders?.commit) return this.#folders.found;
    const files = await this.#repository.files(commit, folder, { recursive: true });
    this.#folders = { commit, found: foldersWithSteps(files, folder, commit) };
    return this.#folders.found;
  }

  /** The first by step, looked at; the ones after it are looked at along with it. */
  async #next(): Promise<Pending | null> {
    const inOrder = [...this.#pending.values()].sort((a, b) => a.found.step - b.found.step);
    const unseen = inOrder.slice(0, HUB_LISTS_AT_ONCE).filter(({ look }) => look === null);
    if (unseen.length > 0 && unseen[0] === inOrder[0])
      await Promise.all(
        unseen.map(async (pending) => {
          const { found } = pending;
          try {
            const files = found.files ?? (await this.#repository.files(found.commit, found.folder));
            pending.look = modelFilesFrom(found.id, files);
          } catch (error) {
            if (!(error instanceof CheckpointFailure)) throw error;
            pending.look = error;
          }
        }),
      );
    return inOrder[0] ?? null;
  }

  #fail(pending: Pending, { code, message }: CheckpointFailure): void {
    const { id, step } = pending.found;
    if (this.#settle(pending, `${code} ${message}`))
      this.#emit({ type: 'failed', id, step, failure: { code, message } });
  }

  #passOver(pending: Pending, { content }: ModelFiles): void {
    const { id, step } = pending.found;
    const directory = join(this.#options.cache.root, 'ready', id);
    if (this.#settle(pending, content)) this.#ready({ id, step, directory, content });
  }

  async #take(pending: Pending, files: ModelFiles): Promise<void> {
    const { id, step } = pending.found;
    const { content } = files;
    const key = JSON.stringify([
      this.#client.endpoint.origin,
      this.#address.repo,
      content,
      this.#options.withTokenizer === true && files.tokenizer.map(({ sha256, oid }) => sha256 ?? oid),
    ]);
    try {
      const directory =
        (await this.#options.cache.find(key))?.directory ?? (await this.#fetch(key, pending, files));
      if (this.#signal.aborted) return void this.#options.cache.release(key);
      this.#keys.set(id, [...(this.#keys.get(id) ?? []), key]);
      this.#ahead.add(id);
      this.#reach();
      this.#settle(pending, content);
      this.#ready({ id, step, directory, content });
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof CheckpointFailure)) throw error;
      this.#fail(pending, error);
    } finally {
      this.#progress.end();
    }
  }

  async #fetch(key: string, { found }: Pending, files: ModelFiles): Promise<string> {
    const { cache, needs, withTokenizer = false } = this.#options;
    const urlOf = (file: Parameters<HubRepository['fileUrl']>[1]) =>
      this.#repository.fileUrl(found.commit, file);
    const plan = await planOf(files, { client: this.#client, urlOf, needs, withTokenizer });
    const bytes = plan.reduce((sum, file) => sum + file.bytes, 0);
    const draft = await cache.begin(key, { bytes, signal: this.#signal });
    try {
      this.#progress.begin(`${found.id} from ${this.#address.text}`, bytes);
      const sha256: Record<string, string> = {};
      const options = {
        client: this.#client,
        directory: draft.directory,
        onBytes: (some: number) => this.#progress.add(some),
      };
      for (const file of plan) sha256[file.name] = await fetchFile(file, options);
      const source = `${this.#address.text}@${found.commit}${found.folder === '' ? '' : `/${found.folder}`}`;
      return (await draft.commit({ source, identity: files.content, sha256 })).directory;
    } catch (error) {
      await draft.abandon();
      throw error;
    }
  }

  #ready(checkpoint: Pick<CheckpointRef, 'id' | 'step' | 'directory' | 'content'>): void {
    const configFile = join(checkpoint.directory, CONFIG_FILE);
    this.#emit({ type: 'ready', checkpoint: { ...checkpoint, configFile, isSealed: true } });
  }

  /** True where it is news. */
  #settle({ found }: Pending, told: string): boolean {
    const before = this.#seen.get(found.id)?.told;
    this.#seen.set(found.id, { commit: found.commit, told });
    if (this.#pending.get(found.id)?.found.commit === found.commit) this.#pending.delete(found.id);
    return before !== told;
  }

  #letGo(id: string): void {
    this.#ahead.delete(id);
    // Files that came since may be read next.
    const keys = this.#keys.get(id) ?? [];
    const over = keys.length > 1 ? keys.splice(0, keys.length - 1) : keys.splice(0);
    for (const key of over) void this.#options.cache.release(key);
    this.#wake();
  }

  #nothing(found: number): string {
    const { text } = this.#address;
    return found > 0
      ? `${text}: none of its ${found} checkpoints has the names and steps that were asked for`
      : `${text}: no branch, tag or folder of it has a name that gives a step, such as step1000`;
  }

  #miss(message: string): void {
    if (this.#missing !== message) this.#emit({ type: 'missing', message });
    this.#missing = message;
  }

  #reach(): void {
    if (this.#missing !== null) this.#emit({ type: 'present' });
    this.#missing = null;
  }

  /** Until something is through, or it is time to look again. */
  async #untilPoll(): Promise<void> {
    const wake = new AbortController();
    this.#wake = () => wake.abort();
    const millis = Math.max(0, this.#nextPoll - performance.now());
    const signal = AbortSignal.any([wake.signal, this.#signal]);
    await sleep(millis, undefined, { signal }).catch(() => {});
  }
}
