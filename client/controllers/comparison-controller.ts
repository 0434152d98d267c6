/**
 * What the checkpoint looked at is compared with, and the fetching of that graph while a view wants it.
 *
 * Without a choice of the person's own it is the complete checkpoint before; a choice that has left the list is
 * forgotten. A graph that could not be fetched is asked for again on `retry` or after another base.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Checkpoint, Graph } from '../../protocol/state.ts';
import type { Store } from '../store.ts';
import { baseOf } from '../view/comparison.ts';

export type ComparisonOptions = {
  /** Id of the checkpoint looked at. */
  readonly shown: () => string | null;
  /** Whether a view needs the graph although the person has chosen no base. */
  readonly wanted: () => boolean;
};

export class ComparisonController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #store: Store;
  readonly #options: ComparisonOptions;
  #chosen: string | null = null;
  #base: Checkpoint | null = null;
  #graph: Graph | null = null;
  #fetching: { readonly checkpoint: string } | null = null;
  #problem: { readonly checkpoint: string; readonly reason: string } | null = null;

  constructor(host: ReactiveControllerHost, store: Store, options: ComparisonOptions) {
    this.#host = host;
    this.#store = store;
    this.#options = options;
    host.addController(this);
  }

  get base(): Checkpoint | null {
    return this.#base;
  }

  /** Of the base; `null` until it is here. */
  get graph(): Graph | null {
    return this.#graph;
  }

  /** Whether the person has chosen the base, and it is in force. */
  get isChosen(): boolean {
    return this.#chosen !== null && this.#base?.id === this.#chosen;
  }

  /** Why the graph could not be fetched. */
  get problem(): string | null {
    return this.#problem?.checkpoint === this.#base?.id ? (this.#problem?.reason ?? null) : null;
  }

  choose(checkpoint: string | null): void {
    this.#chosen = checkpoint;
    this.retry();
  }

  retry(): void {
    this.#problem = null;
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    const state = this.#store.state;
    const checkpoints = state?.checkpoints ?? [];
    if (state && !checkpoints.some(({ id }) => id === this.#chosen)) this.#chosen = null;
    this.#base = baseOf(checkpoints, this.#chosen, this.#options.shown());
    const id = this.#base?.id ?? null;
    this.#graph = id === null ? null : this.#store.graphs.get(id);
    const isWanted = this.#graph === null && (this.isChosen || this.#options.wanted());
    const wanted = isWanted ? id : null;
    if ((this.#fetching?.checkpoint ?? null) === wanted) return;
    this.#fetching = null;
    if (state !== null && wanted !== null && this.problem === null) this.#fetch(state.run.id, wanted);
  }

  #fetch(run: string, checkpoint: string): void {
    const request = { checkpoint };
    this.#fetching = request;
    const settle = (reason: string | null) => {
      if (this.#fetching !== request) return;
      this.#fetching = null;
      this.#problem = reason === null ? null : { checkpoint, reason };
      this.#host.requestUpdate();
    };
    this.#store.graphs.load(run, checkpoint).then(
      () => settle(null),
      (error: unknown) => settle(error instanceof Error ? error.message : String(error)),
    );
  }
}
