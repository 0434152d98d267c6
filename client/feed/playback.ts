/**
 * Plays a run back: looks at one checkpoint after the other, at a speed, and follows the run again after the last.
 *
 * It shows those that have a graph, every one of them: the next one waits for its graph, which is fetched ahead. From
 * the last one, or live, it begins at the first. A person who looks at another checkpoint ends it, and so does a graph
 * that cannot be fetched, which is then the one looked at.
 */
import { type CheckpointKey, isSameKey, lineOf } from '../view/branches.ts';
import type { Feed } from './feed.ts';

export const SPEEDS = [1, 2, 4, 8, 16] as const;
/** Checkpoints a second. */
export type Speed = (typeof SPEEDS)[number];

/** As long as half a second of the fastest: a request to a server in the same building takes a tenth of that. */
const AHEAD = 8;

export type PlaybackOptions = {
  readonly speed: () => Speed;
  /** Looks at a checkpoint, null to follow the run. */
  readonly choose: (checkpoint: CheckpointKey | null) => void;
  /** Called when it begins and ends. */
  readonly changed: () => void;
};

export class Playback {
  readonly #options: PlaybackOptions;
  #feed: Feed | null = null;
  /** What was chosen last, by it. */
  #own: CheckpointKey | null = null;
  #leave: (() => void) | null = null;
  /** Ends the wait for the time of the next one. */
  #wake: (() => void) | null = null;

  constructor(options: PlaybackOptions) {
    this.#options = options;
  }

  get isPlaying(): boolean {
    return this.#feed !== null;
  }

  start(feed: Feed): void {
    this.stop();
    const [first] = this.#toCome(feed, null);
    if (first === undefined) return;
    const from = this.#toCome(feed, feed.chosen).length > 0 ? feed.chosen : null;
    this.#feed = feed;
    this.#own = feed.chosen;
    this.#leave = feed.subscribe(() => {
      if (!isSameKey(feed.chosen, this.#own)) this.stop();
    });
    this.#options.changed();
    void this.#play(feed, from);
  }

  stop(): void {
    if (this.#feed === null) return;
    this.#leave?.();
    this.#leave = null;
    this.#feed = null;
    this.#wake?.();
    this.#options.changed();
  }

  async #play(feed: Feed, from: CheckpointKey | null): Promise<void> {
    const leave = this.#leave;
    const isOver = () => this.#leave !== leave;
    let at = from;
    let due = performance.now();
    for (;;) {
      for (const key of this.#toCome(feed, at).slice(0, AHEAD)) feed.fetch(key).catch(() => {});
      await this.#until(due);
      if (isOver()) return;
      // Looked up after the wait: one may have come meanwhile.
      const [next] = this.#toCome(feed, at);
      if (next === undefined) break;
      const isHere = await feed.fetch(next).then(
        () => true,
        () => false,
      );
      if (isOver()) return;
      this.#choose(next);
      if (isOver()) return;
      if (!isHere) {
        this.stop();
        return;
      }
      at = next;
      due = Math.max(performance.now(), due) + 1000 / this.#options.speed();
    }
    this.stop();
    this.#options.choose(null);
  }

  #choose(key: CheckpointKey): void {
    this.#own = key;
    this.#options.choose(key);
    // A page may have prevented it.
    if (this.#feed !== null && !isSameKey(this.#feed.chosen, key)) this.stop();
  }

  /** Those with a graph, after this one of the line that it is of; all of the run's where it is null. */
  #toCome(feed: Feed, after: CheckpointKey | null): CheckpointKey[] {
    if (feed.state === null) return [];
    const line = lineOf(feed.state, after?.branch ?? null);
    const at = line.findIndex(({ key }) => isSameKey(key, after));
    return line
      .slice(at + 1)
      .filter(({ checkpoint }) => checkpoint.status === 'done')
      .map(({ key }) => key);
  }

  #until(due: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, due - performance.now());
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
