/**
 * Which checkpoint is fetched next: the lowest step of those that wait, and none while as many as may be are fetched
 * and not let go of. One that is done needs no files and does not count. One that was written again waits until the
 * files of what it was are not read any more.
 */
import type { Taker } from '../source.ts';

type Waiting = { readonly id: string; readonly step: number; readonly content: string };

export class FetchQueue<Item extends Waiting> {
  readonly #aheadMax: number;
  readonly #isDone: Taker['isDone'];
  readonly #signal: AbortSignal;
  readonly #waiting = new Map<string, Item>();
  readonly #ahead = new Set<string>();
  #wake: () => void = () => {};

  constructor(aheadMax: number, isDone: Taker['isDone'], signal: AbortSignal) {
    this.#aheadMax = aheadMax;
    this.#isDone = isDone;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** Instead of one of the same name that waits. */
  add(item: Item): void {
    this.#waiting.set(item.id, item);
    this.#wake();
  }

  drop(id: string): void {
    this.#waiting.delete(id);
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Its files are there and wait to be read. */
  hold(id: string): void {
    this.#ahead.add(id);
  }

  letGo(id: string): void {
    this.#ahead.delete(id);
    this.#wake();
  }

  /** The next one as soon as there is one. Rejects when the signal says so. */
  async next(): Promise<{ readonly item: Item; readonly isDone: boolean }> {
    for (;;) {
      this.#signal.throwIfAborted();
      const found = this.#find();
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #find() {
    let item: Item | null = null;
    for (const other of this.#waiting.values())
      if (!this.#ahead.has(other.id) && (item === null || other.step < item.step)) item = other;
    if (item === null) return null;
    const isDone = this.#isDone(item.id, item.content);
    if (!isDone && this.#ahead.size >= this.#aheadMax) return null;
    this.#waiting.delete(item.id);
    return { item, isDone };
  }
}
