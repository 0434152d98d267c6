/**
 * What the widgets of one source share: which run is watched, which checkpoint of it is looked at, what it is compared
 * with, and how (`look.ts`).
 *
 * It connects while at least one widget is on a page. Changes of the run are told at most once a frame: a run that is
 * caught up with sends hundreds of deltas a second, and a page in the background gets no frames and does no work. What
 * a person does is told at once.
 */
import type { RunSummary } from '../../protocol/messages.ts';
import type { Checkpoint, Graph, RunState } from '../../protocol/state.ts';
import type { ConnectionStatus } from '../connection.ts';
import { type CheckpointKey, checkpointOf, type KeyedCheckpoint } from '../view/branches.ts';
import type { Focus } from '../view/focus.ts';
import type { RunSource, WatchedRun } from '../watched-run.ts';
import { Comparing } from './comparing.ts';
import { Focusing } from './focusing.ts';
import { FIRST_LOOK, type Look } from './look.ts';
import { News } from './news.ts';

/** A key held down in the list of runs: two messages a switch make 40 in 10 s, where a server bears 60 (B-5). */
const SWITCH_MILLIS_MIN = 500;

/** Calls back before the next frame; returns what takes that back. */
export type NextFrame = (call: () => void) => () => void;

export type FeedOptions = {
  readonly source: RunSource;
  /** Id of the run, null for the first one. */
  readonly run: string | null;
  readonly nextFrame?: NextFrame;
};

export class Feed {
  readonly source: RunSource;
  readonly #focusing = new Focusing(() => this.#refresh());
  readonly #comparing = new Comparing(() => this.#refresh());
  readonly #news = new News(() => this.#refresh());
  readonly #listeners = new Set<() => void>();
  readonly #nextFrame: NextFrame;
  #asked: string | null;
  #look: Look = FIRST_LOOK;
  #run: WatchedRun | null = null;
  #users = 0;
  #leave: (() => void) | null = null;
  #dropFrame: (() => void) | null = null;
  #switchTimer: ReturnType<typeof setTimeout> | undefined;
  #switchedAt = Number.NEGATIVE_INFINITY;

  constructor({ source, run, nextFrame = animationFrame }: FeedOptions) {
    this.source = source;
    this.#asked = run;
    this.#nextFrame = nextFrame;
  }

  /** All runs of the source. */
  get runs(): readonly RunSummary[] {
    return this.#run?.runs ?? [];
  }

  /** Id of the run that is watched, null while none is known. */
  get run(): string | null {
    return this.#asked ?? this.#run?.run ?? null;
  }

  get state(): RunState | null {
    return this.#run?.state ?? null;
  }

  get status(): ConnectionStatus {
    return this.#run?.status ?? { phase: 'connecting' };
  }

  get resyncs(): number {
    return this.#run?.resyncs ?? 0;
  }

  get resumes(): number {
    return this.#run?.resumes ?? 0;
  }

  get look(): Look {
    return this.#look;
  }

  /** What is looked at; as of the last frame. */
  get focus(): Focus {
    return this.#focusing.focus;
  }

  /** The checkpoint that the person has chosen, null when live. */
  get chosen(): CheckpointKey | null {
    return this.#focusing.chosen;
  }

  get shown(): Checkpoint | null {
    const { focus } = this;
    return focus.kind === 'nothing' ? null : focus.checkpoint;
  }

  get shownKey(): CheckpointKey | null {
    const { focus } = this;
    return focus.kind === 'nothing' ? null : { id: focus.checkpoint.id, branch: focus.branch };
  }

  get focusing(): Pick<Focusing, 'problem' | 'lateResults' | 'retry'> {
    return this.#focusing;
  }

  get comparing(): Pick<Comparing, 'base' | 'graph' | 'isChosen' | 'problem' | 'retry' | 'want'> {
    return this.#comparing;
  }

  /** What the person compares with, null where nobody asked. */
  get chosenBase(): KeyedCheckpoint | null {
    return this.#comparing.isChosen ? this.#comparing.base : null;
  }

  get news(): Pick<News, 'newest' | 'fresh'> {
    return this.#news;
  }

  /** Whether looking at a checkpoint asks the server for nothing. */
  holds(checkpoint: CheckpointKey): boolean {
    const found = this.state && checkpointOf(this.state, checkpoint);
    return found?.status !== 'done' || this.#run?.graphs.get(checkpoint) != null;
  }

  /**
   * A graph of the run, looked at or not; it is here from then on, for a while.
   *
   * @throws Error with a sentence for people
   */
  async fetch(checkpoint: CheckpointKey): Promise<Graph> {
    if (this.#run?.state == null) throw new Error('no run is watched');
    return this.#run.graphs.load(this.#run.state.run.id, checkpoint);
  }

  /** @param checkpoint null to follow the run */
  choose(checkpoint: CheckpointKey | null): void {
    this.#focusing.choose(checkpoint);
  }

  /** @param base null for the checkpoint before the one looked at */
  compare(base: CheckpointKey | null): void {
    this.#comparing.choose(base);
  }

  lookAt(change: Partial<Look>): void {
    this.#look = { ...this.#look, ...change };
    this.#tell();
  }

  /** Turns to another run. */
  watch(run: string): void {
    if (run === this.run) return;
    this.#asked = run;
    this.#look = { ...this.#look, zoom: null, hoveredStep: null };
    clearTimeout(this.#switchTimer);
    if (this.#users === 0) return;
    this.#release();
    const wait = this.#switchedAt + SWITCH_MILLIS_MIN - Date.now();
    if (wait > 0) this.#switchTimer = setTimeout(() => this.#acquire(), wait);
    else this.#acquire();
    this.#tell();
  }

  retryNow(): void {
    this.#run?.retryNow();
  }

  /** To be called by who shows it; what this returns is to be called when that ends. */
  connect(): () => void {
    this.#users += 1;
    if (this.#users === 1) this.#acquire();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#users -= 1;
      if (this.#users > 0) return;
      clearTimeout(this.#switchTimer);
      this.#focusing.rest();
      this.#news.rest();
      this.#release();
    };
  }

  /** Calls `listener` after every change until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #acquire(): void {
    this.#switchedAt = Date.now();
    const run = this.source.acquire(this.#asked);
    this.#run = run;
    this.#leave = run.subscribe(() => {
      this.#dropFrame ??= this.#nextFrame(() => {
        this.#dropFrame = null;
        this.#refresh();
      });
    });
    this.#refresh();
  }

  #release(): void {
    this.#dropFrame?.();
    this.#dropFrame = null;
    this.#leave?.();
    this.#leave = null;
    if (this.#run !== null) this.source.release(this.#run);
    this.#run = null;
  }

  #refresh(): void {
    if (this.#run === null) return;
    this.#focusing.follow(this.#run);
    this.#comparing.follow(this.#run, this.shownKey);
    this.#news.follow(this.#run);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

const animationFrame: NextFrame = (call) => {
  const frame = requestAnimationFrame(call);
  return () => cancelAnimationFrame(frame);
};
