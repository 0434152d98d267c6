/**
 * Tells news from what was known: a phase change that stands and has not stood before, since the page was opened.
 *
 * What the first snapshot holds is known; so is a change that is revised, taken back, or said again after that. The
 * newest one is `fresh` for a few seconds; the announcement stays until the next, for a reader that comes late to it.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Store } from '../store.ts';
import { announcementText } from '../view/change-words.ts';
import { newestFirst, newsOf, probableOf } from '../view/changes.ts';

const FRESH_MILLIS = 6000;

export class NewsController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #store: Store;
  #run: string | null = null;
  #known = new Set<string>();
  #seen: readonly PhaseChange[] = [];
  #branches = 0;
  #announcement = '';
  #fresh: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, store: Store) {
    this.#host = host;
    this.#store = store;
    host.addController(this);
  }

  /** A sentence for a live region, empty while there is no news. */
  get announcement(): string {
    return this.#announcement;
  }

  /** Id of the change that has just been announced. */
  get fresh(): string | null {
    return this.#fresh;
  }

  hostUpdate(): void {
    const state = this.#store.state;
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
    this.#announcement = announcementText(news);
    this.#fresh = news.id;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#fresh = null;
      this.#host.requestUpdate();
    }, FRESH_MILLIS);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#fresh = null;
  }
}
