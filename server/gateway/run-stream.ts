/**
 * A run as viewers see it: its state, and the numbered stream of deltas that made it (SPEC.md, S-1 and S-2).
 */
import { randomUUID } from 'node:crypto';
import { apply, initialState } from '../../protocol/apply.ts';
import type { Delta, RunInfo, RunState } from '../../protocol/state.ts';

export type NumberedDelta = { readonly offset: number; readonly delta: Delta };

export class RunStream {
  readonly id: string;
  /** Names this life of the stream. */
  readonly epoch = randomUUID();
  readonly #listeners = new Set<(numbered: NumberedDelta) => void>();
  #state: RunState;
  #offset = 0;

  constructor(run: RunInfo) {
    this.id = run.id;
    this.#state = initialState(run);
  }

  get state(): RunState {
    return this.#state;
  }

  /** Offset of the last delta, 0 before the first. */
  get offset(): number {
    return this.#offset;
  }

  publish(delta: Delta): void {
    this.#state = apply(this.#state, delta);
    this.#offset += 1;
    for (const listener of this.#listeners) listener({ offset: this.#offset, delta });
  }

  /** @returns ends it */
  listen(listener: (numbered: NumberedDelta) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
