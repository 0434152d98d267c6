/**
 * The fetching of checkpoints that are complete in a bucket: one at a time, by step, at most `aheadMax` ahead of whoever
 * takes them; each is opened then as one in a directory is, and is ready. One that is done already is ready without.
 *
 * What was written again meanwhile, and what the store does not give, is not ready in the bucket after all, and said to
 * be so: it comes back when a later look has found it complete.
 */
import { join } from 'node:path';
import { CheckpointFailure } from '../../base/failure.ts';
import { FetchProgress } from '../cache/fetch-progress.ts';
import type { FileCache } from '../cache/file-cache.ts';
import { type CheckpointRef, CONFIG_FILE, inspect } from '../checkpoint-files.ts';
import type { Taker } from '../source.ts';
import type { SourceEvent } from '../source-event.ts';
import type { Bucket } from './bucket.ts';
import { BucketProblem, diskProblemFrom } from './bucket-problem.ts';
import { digestOf } from './bucket-scan.ts';
import { FetchQueue } from './fetch-queue.ts';
import { downloadObject } from './object-download.ts';
import type { Wanted } from './wanted-objects.ts';

/** A checkpoint that the store refused to give is asked for again after so long. */
const AGAIN_MILLIS = 60_000;

export type Fetch = Wanted & {
  readonly id: string;
  readonly step: number;
  /** The one file that it is, null where it is a folder. */
  readonly file: string | null;
};

export type FetchesOptions = {
  readonly bucket: Bucket;
  readonly cache: FileCache;
  readonly aheadMax: number;
  readonly isDone: Taker['isDone'];
  readonly emit: (event: SourceEvent) => void;
  /** Whether the store is known not to answer, so that it is no news that it does not. */
  readonly isAway: () => boolean;
  /** A checkpoint is to be looked at anew, not before `waitMillis` have passed. */
  readonly unready: (id: string, waitMillis: number) => void;
  /** Whether what the store refuses is asked for again. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
};

export class BucketFetches {
  readonly #options: FetchesOptions;
  readonly #queue: FetchQueue<Fetch>;
  readonly #progress: FetchProgress;
  /** Keys in the cache of what is fetched and not let go of, by the name of the checkpoint. */
  readonly #held = new Map<string, string>();
  /** What was said last of a checkpoint that cannot be fetched. */
  readonly #refused = new Map<string, string>();
  #isAtOne = false;
  #onIdle: () => void = () => {};

  constructor(options: FetchesOptions) {
    this.#options = options;
    this.#queue = new FetchQueue(options.aheadMax, options.isDone, options.signal);
    this.#progress = new FetchProgress(options.emit);
  }

  /** Whether all that was added has been reported. */
  get isIdle(): boolean {
    return this.#queue.isEmpty && !this.#isAtOne;
  }

  /** Until all that was added has been reported; forever once the signal says so. */
  async untilIdle(): Promise<void> {
    while (!this.isIdle)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
  }

  add(item: Fetch): void {
    this.#queue.add(item);
  }

  /** It is not complete any more. */
  drop(id: string): void {
    this.#queue.drop(id);
  }

  /** The files of a checkpoint are not read any more. */
  letGo(id: string): void {
    const key = this.#held.get(id);
    if (key === undefined) return;
    this.#held.delete(id);
    this.#queue.letGo(id);
    void this.#options.cache.release(key);
  }

  /** Nobody takes any more. */
  close(): void {
    for (const id of [...this.#held.keys()]) this.letGo(id);
  }

  /** Rejects when the signal says so. */
  async run(): Promise<never> {
    const { bucket, emit } = this.#options;
    for (;;) {
      const { item, isDone } = await this.#queue.next();
      this.#isAtOne = true;
      if (isDone) emit({ type: 'ready', checkpoint: refOf(item, `${bucket.address.text}/${item.id}`) });
      else await this.#fetch(item);
      this.#isAtOne = false;
      if (this.#queue.isEmpty) this.#progress.end();
      if (this.isIdle) this.#onIdle();
    }
  }

  async #fetch(item: Fetch): Promise<void> {
    const { bucket, cache, emit, signal } = this.#options;
    const { id, step } = item;
    const key = JSON.stringify([bucket.place, id, digestOf(item.files)]);
    let directory: string;
    try {
      directory = (await cache.find(key))?.directory ?? (await this.#fetched(item, key));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CheckpointFailure) {
        emit({ type: 'failed', id, step, failure: { code: error.code, message: `${id}: ${error.message}` } });
        return;
      }
      this.#notFetched(item, error instanceof BucketProblem ? error : diskProblemFrom(error));
      return;
    }
    this.#held.set(id, key);
    const checkpoint = refOf(item, directory);
    const inspection = await inspect(checkpoint);
    if ('problem' in inspection || signal.aborted) this.letGo(id);
    signal.throwIfAborted();
    if ('problem' in inspection) {
      const { code, message } = inspection.problem;
      emit({ type: 'failed', id, step, failure: { code, message } });
      return;
    }
    this.#refused.delete(id);
    this.#queue.hold(id);
    emit({ type: 'ready', checkpoint });
  }

  /** The directory that its files were fetched to. */
  async #fetched({ id, content, files }: Fetch, key: string): Promise<string> {
    const { bucket, cache, signal } = this.#options;
    const bytes = files.reduce((sum, [, object]) => sum + object.bytes, 0);
    const draft = await cache.begin(key, { bytes, signal });
    this.#progress.begin(`${id} from ${bucket.address.text}`, bytes);
    try {
      for (const [name, object] of files)
        await downloadObject(bucket, object, join(draft.directory, name), {
          signal,
          onBytes: (more) => this.#progress.add(more),
        });
      return (await draft.commit({ source: `${bucket.place}/${id}`, identity: content })).directory;
    } catch (error) {
      await draft.abandon();
      throw error;
    }
  }

  #notFetched({ id, step }: Fetch, { kind, message }: BucketProblem): void {
    const { emit, isAway, unready, follow } = this.#options;
    const isOwn = kind === 'refused' || (kind === 'unreachable' && !isAway());
    if (follow || !isOwn) unready(id, isOwn ? AGAIN_MILLIS : 0);
    if (!isOwn || this.#refused.get(id) === message) return;
    this.#refused.set(id, message);
    emit({ type: 'failed', id, step, failure: { code: 'unreadable', message: `${id}: ${message}` } });
  }
}

function refOf({ id, step, content, file }: Fetch, directory: string): CheckpointRef {
  return {
    id,
    step,
    directory,
    ...(file !== null && { file }),
    configFile: join(directory, CONFIG_FILE),
    content,
    isSealed: true,
  };
}
