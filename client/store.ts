/**
 * What is known of one run: its state as the server's stream tells it, how the connection stands, the graphs looked at
 * lately, and the server's other runs by name. State changes only by snapshot and by the protocol's `apply`.
 *
 * A lost connection keeps the last state on show and goes on from it; a stream out of step drops it (rule S-3). Both
 * are counted.
 */
import { apply } from '../protocol/apply.ts';
import type { RunSummary } from '../protocol/messages.ts';
import type { RunState, Update } from '../protocol/state.ts';
import { Connection, type ConnectionSink, type ConnectionStatus } from './connection.ts';
import { type FetchGraph, Graphs } from './graphs.ts';
import type { Access } from './session.ts';
import type { WatchedRun } from './watched-run.ts';
import type { OpenWire } from './wire.ts';

export type StoreOptions = {
  readonly address: string;
  readonly run: string | null;
  readonly openWire: OpenWire;
  readonly access: Access;
  readonly fetchGraph: FetchGraph;
};

export class Store implements WatchedRun {
  readonly graphs: Graphs;
  readonly #connection: Connection;
  readonly #listeners = new Set<() => void>();
  #runs: readonly RunSummary[] = [];
  #state: RunState | null = null;
  #status: ConnectionStatus = { phase: 'connecting' };
  #resyncs = 0;
  #resumes = 0;

  constructor({ fetchGraph, ...options }: StoreOptions) {
    this.graphs = new Graphs(fetchGraph);
    const sink: ConnectionSink = {
      status: (status) => {
        this.#status = status;
        this.#changed();
      },
      runs: (runs) => {
        this.#runs = runs;
        this.#changed();
      },
      snapshot: (state) => this.#snapshot(state),
      resumed: () => {
        this.#resumes += 1;
        this.#changed();
      },
      update: (update) => this.#update(update),
      outOfStep: () => {
        this.#state = null;
        this.#resyncs += 1;
        this.#changed();
      },
      lagged: () => {
        this.#resyncs += 1;
        this.#changed();
      },
    };
    this.#connection = new Connection({ ...options, sink });
  }

  /** All that the server watches. */
  get runs(): readonly RunSummary[] {
    return this.#runs;
  }

  /** Id of the run that is watched, null while none is known. */
  get run(): string | null {
    return this.#connection.run;
  }

  get state(): RunState | null {
    return this.#state;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** How often the stream was begun anew since the page was opened: out of step, or read too slowly. */
  get resyncs(): number {
    return this.#resyncs;
  }

  /** How often it went on where it had been cut off. */
  get resumes(): number {
    return this.#resumes;
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

  #update(update: Update): void {
    if (this.#state === null) return;
    this.#state = apply(this.#state, update);
    this.#keepGraphs(this.#state, update);
    this.#changed();
  }

  #keepGraphs({ latest }: RunState, update: Update): void {
    // The same ids now mean checkpoints of a branch, and soon others of the run.
    if (update.type === 'rewound') this.graphs.clear();
    if (update.type === 'checkpoint-started' || update.type === 'failure')
      this.graphs.forget({ id: update.checkpoint, branch: null });
    if ((update.type === 'checkpoint-done' || update.type === 'rewound') && latest) this.graphs.keep(latest);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
