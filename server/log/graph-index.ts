/**
 * Where in a run's log each complete graph lies: from the delta that started its checkpoint to the one that ended it.
 * Kept in memory, a few dozen bytes a checkpoint; follows rewound trainings into their branches.
 */
import type { Delta } from '../../protocol/state.ts';

/** Offsets, both included. */
export type Stretch = { readonly from: number; readonly to: number };
type Place = Stretch & { readonly step: number };

export class GraphIndex {
  #done = new Map<string, Place>();
  readonly #branches: ReadonlyMap<string, Place>[] = [];
  #open: { readonly checkpoint: string; readonly step: number; readonly from: number } | null = null;

  add(offset: number, delta: Delta): void {
    if (delta.type === 'checkpoint-started') {
      this.#open = { checkpoint: delta.checkpoint, step: delta.step, from: offset };
    } else if (delta.type === 'checkpoint-done' && this.#open?.checkpoint === delta.checkpoint) {
      const { checkpoint, step, from } = this.#open;
      this.#done.set(checkpoint, { step, from, to: offset });
      this.#open = null;
    } else if (delta.type === 'rewound') {
      const isLeft = ([, { step }]: [string, Place]) => step < delta.fromStep;
      const all = [...this.#done];
      this.#done = new Map(all.filter(isLeft));
      this.#branches.push(new Map(all.filter((place) => !isLeft(place))));
    }
  }

  /** @param branch index of the branch, null for the run as it stands */
  get(checkpoint: string, branch: number | null): Stretch | null {
    return (branch === null ? this.#done : this.#branches[branch])?.get(checkpoint) ?? null;
  }

  /** First offset of the checkpoint that has started and not ended. */
  get open(): number | null {
    return this.#open?.from ?? null;
  }
}
