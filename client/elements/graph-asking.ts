/**
 * What the attributes of a graph ask of its feed: which checkpoint to look at, and which one to compare it with. Each is
 * asked for once, as soon as the run has that checkpoint; what a person chooses after that stands until the attribute
 * changes.
 */
import type { Feed } from '../feed/feed.ts';

export class GraphAsking {
  #feed: Feed | null = null;
  #at: string | null = null;
  #base: string | null = null;

  ask(feed: Feed, at: string | null, base: string | null): void {
    if (feed !== this.#feed) {
      this.#feed = feed;
      this.#at = null;
      this.#base = null;
    }
    const isThere = (id: string | null) =>
      id === null || feed.state?.checkpoints.some((checkpoint) => checkpoint.id === id) === true;
    const keyOf = (id: string | null) => (id === null ? null : { id, branch: null });
    if (at !== this.#at && isThere(at)) {
      this.#at = at;
      feed.choose(keyOf(at));
    }
    if (base !== this.#base && isThere(base)) {
      this.#base = base;
      feed.compare(keyOf(base));
    }
  }
}
