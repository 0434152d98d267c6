/**
 * The checkpoint of another run that one of this run is compared with (`view/other-run.ts`), and the fetching of its graph.
 * A graph that could not be fetched is asked for again when another one is wanted, or on `retry`.
 */
import type { Graph } from '../../protocol/state.ts';
import { type Counterpart, counterpartOf } from '../view/other-run.ts';
import type { WatchedRun } from '../watched-run.ts';

export class Opposite {
  readonly #changed: () => void;
  #counterpart: Counterpart | null = null;
  #graph: Graph | null = null;
  /** Run and checkpoint that were asked for last. */
  #asked: string | null = null;
  #problem: string | null = null;

  /** @param changed called when a graph has come, or cannot */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get counterpart(): Counterpart | null {
    return this.#counterpart;
  }

  get graph(): Graph | null {
    return this.#graph;
  }

  /** Why the graph could not be fetched. */
  get problem(): string | null {
    return this.#problem;
  }

  retry(): void {
    this.#asked = null;
    this.#changed();
  }

  /** @param step of the checkpoint looked at */
  follow(other: WatchedRun | null, step: number | null): void {
    const state = other?.state ?? null;
    this.#counterpart = state === null || step === null ? null : counterpartOf(state.checkpoints, step);
    const id = this.#counterpart?.checkpoint.id;
    if (other === null || state === null || id === undefined) {
      this.#graph = null;
      this.#asked = null;
      this.#problem = null;
      return;
    }
    const key = { id, branch: null };
    this.#graph = other.graphs.get(key);
    const asked = `${state.run.id} ${id}`;
    if (this.#graph !== null || asked === this.#asked) return;
    this.#asked = asked;
    this.#problem = null;
    const settle = (problem: string | null) => {
      if (asked !== this.#asked) return;
      this.#problem = problem;
      this.#changed();
    };
    other.graphs.load(state.run.id, key).then(
      () => settle(null),
      (error: unknown) => settle(error instanceof Error ? error.message : String(error)),
    );
  }
}
