/**
 * The further runs that its host shows: each acquired from the source while it is wanted and the host is on a page, and
 * released after that. The host is rendered after their changes, at most once a frame.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RunSource, WatchedRun } from '../watched-run.ts';

type Held = { readonly run: WatchedRun; readonly leave: () => void };

export class RunsController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #held = new Map<string, Held>();
  #source: RunSource | null = null;
  #frame: number | null = null;
  #isConnected = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** @returns the runs with these ids, in this order */
  follow(source: RunSource, ids: readonly string[]): readonly WatchedRun[] {
    if (!this.#isConnected) return [];
    if (source !== this.#source) this.#releaseAll();
    this.#source = source;
    for (const id of [...this.#held.keys()]) if (!ids.includes(id)) this.#release(id);
    return ids.map((id) => (this.#held.get(id) ?? this.#acquire(source, id)).run);
  }

  hostConnected(): void {
    this.#isConnected = true;
  }

  hostDisconnected(): void {
    this.#isConnected = false;
    this.#releaseAll();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  #acquire(source: RunSource, id: string): Held {
    const run = source.acquire(id);
    const leave = run.subscribe(() => {
      this.#frame ??= requestAnimationFrame(() => {
        this.#frame = null;
        this.#host.requestUpdate();
      });
    });
    const held = { run, leave };
    this.#held.set(id, held);
    return held;
  }

  #release(id: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    held.leave();
    this.#source?.release(held.run);
  }

  #releaseAll(): void {
    for (const id of [...this.#held.keys()]) this.#release(id);
  }
}
