/** One run as its only source, whose state and graphs a test gives by hand. */
import { Feed } from '../../client/feed/feed.ts';
import { Graphs } from '../../client/graphs.ts';
import type { RunSource, WatchedRun } from '../../client/watched-run.ts';
import type { Graph, RunState } from '../../protocol/state.ts';
import { madeGraph } from './made.ts';

export class LoneRun implements WatchedRun {
  readonly runs = [];
  readonly status = { phase: 'live' } as const;
  readonly resyncs = 0;
  readonly resumes = 0;
  readonly graphs: Graphs;
  /** Ids of the graphs that were asked for, in order. */
  readonly asked: string[] = [];
  readonly #answers = new Map<string, { give(graph: Graph): void; refuse(error: Error): void }>();
  readonly #refusals = new Map<string, Error>();
  readonly #listeners = new Set<() => void>();
  #state: RunState | null;

  /** @param isHeld whether graphs wait for `answer` and `refuse` */
  constructor(state: RunState | null, { isHeld = false } = {}) {
    this.#state = state;
    this.graphs = new Graphs((_run, { id }) => {
      this.asked.push(id);
      const step = Number(id.replace('checkpoint-', ''));
      const refusal = this.#refusals.get(id);
      if (refusal !== undefined) return Promise.reject(refusal);
      if (!isHeld) return Promise.resolve(madeGraph(step, [1]));
      return new Promise((give, refuse) => this.#answers.set(id, { give, refuse }));
    });
  }

  get run(): string | null {
    return this.#state?.run.id ?? null;
  }

  get state(): RunState | null {
    return this.#state;
  }

  becomes(state: RunState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  answer(step: number): void {
    this.#answers.get(`checkpoint-${step}`)?.give(madeGraph(step, [1]));
  }

  /** From now on. */
  refuse(step: number, reason: string): void {
    const error = new Error(reason);
    this.#refusals.set(`checkpoint-${step}`, error);
    this.#answers.get(`checkpoint-${step}`)?.refuse(error);
  }

  feed(): Feed {
    const source: RunSource = {
      address: 'http://here/',
      acquire: () => this,
      release: () => {},
      enter: () => {},
    };
    const feed = new Feed({
      source,
      run: null,
      nextFrame: (call) => {
        queueMicrotask(call);
        return () => {};
      },
    });
    feed.connect();
    return feed;
  }

  open(): void {}
  close(): void {}
  retryNow(): void {}

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
