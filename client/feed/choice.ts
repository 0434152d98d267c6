/**
 * A checkpoint that a person chose. The choice stays with it when a rewound training leaves it behind, and ends when
 * it is gone from the state or another run is watched.
 */
import type { RunState } from '../../protocol/state.ts';
import { type CheckpointKey, checkpointOf, followed } from '../view/branches.ts';

export class Choice {
  #key: CheckpointKey | null = null;
  #run: string | null = null;
  #branches = 0;

  get key(): CheckpointKey | null {
    return this.#key;
  }

  take(key: CheckpointKey | null): void {
    this.#key = key;
  }

  /** To be called with every state. */
  follow({ run, checkpoints, branches }: RunState): void {
    const isSameRun = this.#run === run.id || this.#run === null;
    if (!isSameRun) this.#key = null;
    if (this.#key !== null) this.#key = followed(this.#key, branches, this.#branches);
    if (this.#key !== null && checkpointOf({ checkpoints, branches }, this.#key) === null) this.#key = null;
    this.#run = run.id;
    this.#branches = branches.length;
  }
}
