/**
 * Which checkpoint is looked at: the person's choice, or the live one; and the fetching of what is not here.
 *
 * A graph that arrives when another checkpoint has been chosen meanwhile is dropped for the view (it stays in the
 * cache) and counted. A choice that has ended (`choice.ts`) falls back to live.
 */
import type { RunState } from '../../protocol/state.ts';
import type { Graphs } from '../graphs.ts';
import { type CheckpointKey, isSameKey } from '../view/branches.ts';
import { type Focus, focusOf } from '../view/focus.ts';
import type { WatchedRun } from '../watched-run.ts';
import { Choice } from './choice.ts';

/** Under way for less than this, a graph is not shown live; above, a person would wait for it to appear. */
const RIPE_MILLIS = 150;

export class Focusing {
  readonly #changed: () => void;
  readonly #choice = new Choice();
  #focus: Focus = { kind: 'nothing' };
  #problem: { readonly key: CheckpointKey; readonly reason: string } | null = null;
  #fetching: { readonly key: CheckpointKey } | null = null;
  #lateResults = 0;
  #underWay: { readonly checkpoint: string; readonly since: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed called when it should follow the run again */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get focus(): Focus {
    return this.#focus;
  }

  /** The checkpoint chosen by the person, `null` when live. */
  get chosen(): CheckpointKey | null {
    return this.#choice.key;
  }

  /** Why the graph in focus could not be fetched. */
  get problem(): string | null {
    const wanted = this.#wanted();
    return this.#problem !== null && isSameKey(this.#problem.key, wanted) ? this.#problem.reason : null;
  }

  /** Graphs that arrived after the person had gone on. */
  get lateResults(): number {
    return this.#lateResults;
  }

  choose(checkpoint: CheckpointKey | null): void {
    this.#choice.take(checkpoint);
    this.#problem = null;
    this.#changed();
  }

  retry(): void {
    this.#problem = null;
    this.#changed();
  }

  follow({ state, graphs }: WatchedRun): void {
    if (state === null) {
      this.#focus = { kind: 'nothing' };
      return;
    }
    this.#choice.follow(state);
    this.#focus = focusOf(state, {
      chosen: this.#choice.key,
      ripe: this.#ripe(state),
      kept: (key) => graphs.get(key),
    });
    const wanted = this.#wanted();
    if (isSameKey(this.#fetching?.key ?? null, wanted)) return;
    this.#fetching = null;
    if (wanted !== null && this.problem === null) this.#fetch(graphs, state.run.id, wanted);
  }

  /** Nobody looks. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#underWay = null;
  }

  #ripe(state: RunState): boolean {
    const checkpoint = state.partial?.checkpoint ?? null;
    if (checkpoint === null) {
      this.#underWay = null;
      clearTimeout(this.#timer);
      return false;
    }
    if (this.#underWay?.checkpoint !== checkpoint) {
      this.#underWay = { checkpoint, since: performance.now() };
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#changed(), RIPE_MILLIS);
    }
    // Timers fire up to a millisecond early by this clock.
    return performance.now() - this.#underWay.since >= RIPE_MILLIS - 1;
  }

  /** What is in focus and not here. */
  #wanted(): CheckpointKey | null {
    const focus = this.#focus;
    return focus.kind === 'absent' ? { id: focus.checkpoint.id, branch: focus.branch } : null;
  }

  #fetch(graphs: Graphs, run: string, key: CheckpointKey): void {
    const request = { key };
    this.#fetching = request;
    const settle = (reason: string | null) => {
      if (this.#fetching !== request) {
        this.#lateResults += 1;
        return;
      }
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
