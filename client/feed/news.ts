/**
 * Tells news from what was known: a phase change that stands and has not stood before, since the page was opened.
 *
 * What the first snapshot holds is known; so is a change that is revised, taken back, or said again after that. The
 * newest one is `fresh` for a few seconds; it stays until the next, for a reader that comes late to it.
 */
import type { PhaseChange } from '../../protocol/phases.ts';
import { newestFirst, newsOf, probableOf } from '../view/changes.ts';
import type { WatchedRun } from '../watched-run.ts';

const FRESH_MILLIS = 6000;

export class News {
  readonly #changed: () => void;
  #run: string | null = null;
  #known = new Set<string>();
  #seen: readonly PhaseChange[] = [];
  #branches = 0;
  #newest: PhaseChange | null = null;
  #fresh: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed called when news have grown old */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The change that is to be read out, null while there is no news. */
  get newest(): PhaseChange | null {
    return this.#newest;
  }

  /** Id of the change that has just been announced. */
  get fresh(): string | null {
    return this.#fresh;
  }

  follow({ state }: WatchedRun): void {
    if (state === null || state.phaseChanges === this.#seen) return;
    this.#seen = state.phaseChanges;
    const isFirst = this.#run !== state.run.id;
    if (isFirst) this.#known = new Set();
    // What a rewound training left behind may happen again, under the same id.
    const left = isFirst ? [] : state.branches.slice(this.#branches);
    for (const { phaseChanges } of left) for (const { id } of phaseChanges) this.#known.delete(id);
    this.#branches = state.branches.length;
    this.#run = state.run.id;
    const [news] = isFirst ? [] : newestFirst(newsOf(this.#known, state.phaseChanges));
    for (const { id } of probableOf(state.phaseChanges)) this.#known.add(id);
    if (news === undefined) return;
    this.#newest = news;
    this.#fresh = news.id;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#fresh = null;
      this.#changed();
    }, FRESH_MILLIS);
  }

  /** Nobody looks. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#fresh = null;
  }
}
