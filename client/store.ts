/**
 * What the page knows: the run's state as the server's stream tells it, how the connection stands, and the graphs
 * looked at lately. State changes only by snapshot and by the protocol's `apply`.
 *
 * A lost connection keeps the last state on show; a stream out of step drops it (rule S-3) and is counted.
 */
import { apply } from '../protocol/apply.ts';
import type { Delta, RunState } from '../protocol/state.ts';
import { Connection, type ConnectionSink, type ConnectionStatus } from './connection.ts';
import { type FetchGraph, Graphs } from './graphs.ts';
import type { OpenSocket } from './socket.ts';

export type StoreOptions = {
  readonly address: string;
  readonly run: string | null;
  readonly open: OpenSocket;
  readonly fetchGraph: FetchGraph;
};

export class Store {
  readonly graphs: Graphs;
  readonly #connection: Connection;
  readonly #listeners = new Set<() => void>();
  #state: RunState | null = null;
  #status: ConnectionStatus = { phase: 'connecting' };
  #resyncs = 0;

  constructor(options: StoreOptions) {
    this.graphs = new Graphs(options.fetchGraph);
    const sink: ConnectionSink = {
      status: (status) => {
        this.#status = status;
        this.#changed();
      },
      snapshot: (state) => this.#snapshot(state),
      delta: (delta) => this.#delta(delta),
      outOfStep: () => {
        this.#state = null;
        this.#resyncs += 1;
        this.#changed();
      },
    };
    this.#connection = new Connection({
      address: options.address,
      run: options.run,
      open: options.open,
      sink,
    });
  }

  get state(): RunState | null {
    return this.#state;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** How often the stream was out of step since the page was opened. */
  get resyncs(): number {
    return this.#resyncs;
  }

  open(): void {
    this.#connection.open();
  }

  close(): void {
    this.#connection.close();
  }

  retryNow(): void {
    this.#connection.retryNow();
  }

  /** Calls `listener` after every change until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #snapshot(state: RunState): void {
    // What was missed before this snapshot may have analysed the same checkpoints anew.
    this.graphs.clear();
    this.#state = state;
    if (state.latest) this.graphs.keep(state.latest);
    this.#changed();
  }

  #delta(delta: Delta): void {
    if (this.#state === null) return;
    this.#state = apply(this.#state, delta);
    if (delta.type === 'checkpoint-started' || delta.type === 'failure') this.graphs.forget(delta.checkpoint);
    if (delta.type === 'checkpoint-done' && this.#state.latest) this.graphs.keep(this.#state.latest);
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
