/**
 * What the checkpoint looked at is compared with, and the fetching of that graph while a view wants it.
 *
 * Without a choice of the person's own it is the complete checkpoint before; a choice that has ended is
 * forgotten (`choice.ts`). A graph that could not be fetched is asked for again on `retry` or after another base.
 */
import type { Graph } from '../../protocol/state.ts';
import type { Graphs } from '../graphs.ts';
import { type CheckpointKey, isSameKey, type KeyedCheckpoint } from '../view/branches.ts';
import { baseOf } from '../view/comparison.ts';
import type { WatchedRun } from '../watched-run.ts';
import { Choice } from './choice.ts';

export class Comparing {
  readonly #changed: () => void;
  readonly #choice = new Choice();
  #base: KeyedCheckpoint | null = null;
  #graph: Graph | null = null;
  #fetching: { readonly key: CheckpointKey } | null = null;
  #problem: { readonly key: CheckpointKey; readonly reason: string } | null = null;

  /** Views that need the graph although the person has chosen no base. */
  readonly #wanting = new Set<object>();

  /** @param changed called when it should follow the run again */
  constructor(changed: () => void) {
    this.#changed = changed;
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
    this.#changed();
  }

  /** Whether this view needs the graph from now on. */
  want(view: object, isWanted: boolean): void {
    const before = this.#wanting.size;
    if (isWanted) this.#wanting.add(view);
    else this.#wanting.delete(view);
    if (before === 0 && isWanted) this.#changed();
  }

  /** @param shown the checkpoint looked at */
  follow({ state, graphs }: WatchedRun, shown: CheckpointKey | null): void {
    if (state !== null) this.#choice.follow(state);
    this.#base = state && baseOf(state, this.#choice.key, shown);
    const key = this.#base?.key ?? null;
    this.#graph = key === null ? null : graphs.get(key);
    const isWanted = this.#graph === null && (this.isChosen || this.#wanting.size > 0);
    const wanted = isWanted ? key : null;
    if (isSameKey(this.#fetching?.key ?? null, wanted)) return;
    this.#fetching = null;
    if (state !== null && wanted !== null && this.problem === null) this.#fetch(graphs, state.run.id, wanted);
  }

  #fetch(graphs: Graphs, run: string, key: CheckpointKey): void {
    const request = { key };
    this.#fetching = request;
    const settle = (reason: string | null) => {
      if (this.#fetching !== request) return;
      this.#fetching = null;
      this.#problem = reason === null ? null : { key, reason };
      this.#changed();
    };
    graphs.load(run, key).then(
      () => settle(null),
      (error: unknown) => settle(error instanceof Error ? error.message : String(error)),
    );
  }
}
