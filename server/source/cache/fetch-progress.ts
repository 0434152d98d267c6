/** How far the fetching of a checkpoint is, told as a sentence at most twice a second. */
import { performance } from 'node:perf_hooks';
import type { SourceEvent } from '../source-event.ts';

const TOLD_MILLIS = 500;

export class FetchProgress {
  readonly #emit: (event: SourceEvent) => void;
  readonly #now: () => number;
  #what = '';
  #bytes = 0;
  #done = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #isTold = false;

  /** @param now milliseconds, of any clock that only goes forward */
  constructor(emit: (event: SourceEvent) => void, now = () => performance.now()) {
    this.#emit = emit;
    this.#now = now;
  }

  /** @param what in the sentence, after "fetching" */
  begin(what: string, bytes: number): void {
    this.#what = what;
    this.#bytes = bytes;
    this.#done = 0;
    this.add(0);
  }

  /** Fewer where something has to be fetched anew. */
  add(bytes: number): void {
    this.#done += bytes;
    const now = this.#now();
    if (now - this.#toldAt < TOLD_MILLIS) return;
    this.#toldAt = now;
    this.#isTold = true;
    const [done, all] = [this.#done, this.#bytes].map((some) => (some / 1e6).toFixed(1));
    this.#emit({ type: 'fetching', message: `fetching ${this.#what}: ${done} of ${all} MB` });
  }

  /** Nothing is fetched for now. */
  end(): void {
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#emit({ type: 'fetching', message: null });
  }
}
