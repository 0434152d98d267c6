/**
 * What the checkpoint looked at is compared with, and the fetching of that graph while a view wants it.
 *
 * Without a choice of the person's own it is the complete checkpoint before; a choice that has ended is
 * forgotten (`choice.ts`). A graph that could not be fetched is asked for again on `retry` or after another base.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Graph } from '../../protocol/state.ts';
import type { Store } from '../store.ts';
import { type CheckpointKey, isSameKey, type KeyedCheckpoint } from '../view/branches.ts';
import { baseOf } from '../view/comparison.ts';
import { Choice } from './choice.ts';

export type ComparisonOptions = {
  /** The checkpoint looked at. */
  readonly shown: () => CheckpointKey | null;
  /** Whether a view needs the graph although the person has chosen no base. */
  readonly wanted: () => boolean;
};

export class ComparisonController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #store: Store;
  readonly #options: ComparisonOptions;
  readonly #choice = new Choice();
  #base: KeyedCheckpoint | null = null;
  #graph: Graph | null = null;
  #fetching: { readonly key: CheckpointKey } | null = null;
  #problem: { readonly key: CheckpointKey; readonly reason: string } | null = null;

  constructor(host: ReactiveControllerHost, store: Store, options: ComparisonOptions) {
    this.#host = host;
    this.#store = store;
    this.#options = options;
    host.addController(this);
  }

  get base(): KeyedCheckpoint | null {
    return this.#base;
  }

  /** Of the base; `null` until it is here. */
  get graph(): Graph | null {
    return this.#graph;
  }

  /** Whether the person has chosen the base, and it is in force. */
  get isChosen(): boolean {
    return this.#choice.key !== null && isSameKey(this.#base?.key ?? null, this.#choice.key);
  }

  /** Why the graph could not be fetched. */
  get problem(): string | null {
    const key = this.#base?.key ?? null;
    return this.#problem !== null && isSameKey(this.#problem.key, key) ? this.#problem.reason : null;
  }

  choose(checkpoint: CheckpointKey | null): void {
    this.#choice.take(checkpoint);
    this.retry();
  }

  retry(): void {
    this.#problem = null;
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    const state = this.#store.state;
    if (state !== null) this.#choice.follow(state);
    this.#base = state && baseOf(state, this.#choice.key, this.#options.shown());
    const key = this.#base?.key ?? null;
    this.#graph = key === null ? null : this.#store.graphs.get(key);
    const isWanted = this.#graph === null && (this.isChosen || this.#options.wanted());
    const wanted = isWanted ? key : null;
    if (isSameKey(this.#fetching?.key ?? null, wanted)) return;
    this.#fetching = null;
    if (state !== null && wanted !== null && this.problem === null) this.#fetch(state.run.id, wanted);
  }

  #fetch(run: string, key: CheckpointKey): void {
    const request = { key };
    this.#fetching = request;
    const settle = (reason: string | null) => {
      if (this.#fetching !== request) return;
      this.#fetching = null;
      this.#problem = reason === null ? null : { key, reason };
      this.#host.requestUpdate();
    };
    this.#store.graphs.load(run, key).then(
      () => settle(null),
      (error: unknown) => settle(error instanceof Error ? error.message : String(error)),
    );
  }
}
