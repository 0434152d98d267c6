/**
 * Keeps count of a run's progress and says how long it still takes.
 *
 * A layer's cost is taken as its rows: 1 clean run + the components of all earlier layers. The time a whole
 * checkpoint takes is the mean of those finished (before the first: elapsed ÷ share of rows done, and before a
 * quarter of them what its operations need on this machine).
 */
import { layerCountOf } from '../protocol/graph.ts';
import type { Analysis, Checkpoint, Progress, ProgressUpdate } from '../protocol/state.ts';

/** Share of a first checkpoint's rows from which on their time says more than the expectation: the first layer's also
 * holds what only happens once, such as compiling the graphs. */
const TELLING_SHARE = 0.25;

export type TrainingEnd = {
  readonly message: string;
  /** Whether it still holds: a training that begins again leaves its end behind. */
  readonly stands: () => boolean;
};

export class ProgressBook {
  readonly #now: () => number;
  #activity: Progress['activity'] = 'waiting';
  #checkpoint: string | null = null;
  #message: string | null = null;
  /** Ids of all checkpoints, and of those whose turn has come. */
  readonly #known = new Set<string>();
  readonly #taken = new Set<string>();
  /** Of those whose turn has come: left out for now, and to be filled in. */
  readonly #leftOut = new Set<string>();
  /** Says that the training has ended, as long as that stands. */
  #end: TrainingEnd | null = null;
  /** What the source is fetching. */
  #fetching: string | null = null;
  #layersDone = 0;
  /** Rows of each layer of the model. */
  #layerRows: readonly number[] = [];
  #begunMillis = 0;
  #expectedMillis: number | null = null;
  #finished = 0;
  #finishedMillis = 0;

  /** @param past checkpoints that were analysed before this server was started */
  constructor(past: readonly Checkpoint[] = [], now: () => number = () => performance.now()) {
    this.#now = now;
    for (const { millis } of past) {
      if (millis === null) continue;
      this.#finished += 1;
      this.#finishedMillis += millis;
    }
  }

  /** A checkpoint is ready to be taken, for the first time or again. */
  know(checkpoint: string): void {
    this.#known.add(checkpoint);
    this.#taken.delete(checkpoint);
    this.#leftOut.delete(checkpoint);
  }

  /** A checkpoint is not taken as it is. */
  refuse(checkpoint: string): void {
    this.#known.add(checkpoint);
    this.#taken.add(checkpoint);
    this.#leftOut.delete(checkpoint);
  }

  /** A checkpoint is not taken for now, so that the analysis keeps up. */
  leaveOut(checkpoint: string): void {
    this.refuse(checkpoint);
    this.#leftOut.add(checkpoint);
  }

  /** The turn of a checkpoint has come, and there is nothing to do. */
  passOver(checkpoint: string): void {
    this.refuse(checkpoint);
    this.#rest();
  }

  /** The source is there (null) or not (why). */
  reach(missing: string | null): void {
    this.#message = missing;
    if (this.#checkpoint === null) this.#activity = this.#idle();
  }

  /** The training has ended, or goes on after all (null). All that is known is still taken. */
  conclude(end: TrainingEnd | null): void {
    this.#end = end;
    if (this.#checkpoint === null) this.#activity = this.#idle();
  }

  /** What the source is doing, null when it is over. */
  fetch(message: string | null): void {
    this.#fetching = message;
  }

  begin(checkpoint: string): void {
    this.#activity = 'analysing';
    this.#checkpoint = checkpoint;
    this.#taken.add(checkpoint);
    this.#leftOut.delete(checkpoint);
    this.#layersDone = 0;
    this.#begunMillis = this.#now();
  }

  /** @param expectedMillis what a checkpoint is expected to take, before any has been measured */
  open(analysis: Analysis, expectedMillis: number): void {
    this.#expectedMillis = expectedMillis;
    const rowsOf = (layer: number) => 1 + analysis.nodes.filter((node) => node.layer < layer).length;
    this.#layerRows = Array.from({ length: layerCountOf(analysis.nodes) }, (_, layer) => rowsOf(layer));
  }

  finishLayer(layer: number): void {
    this.#layersDone = layer + 1;
  }

  /** @returns the time the checkpoint took */
  finish(): number {
    const millis = this.#now() - this.#begunMillis;
    this.#finished += 1;
    this.#finishedMillis += millis;
    this.#rest();
    return millis;
  }

  fail(): void {
    this.#rest();
  }

  /** The source has ended. */
  end(): void {
    this.#checkpoint = null;
    this.#activity = 'ended';
  }

  delta(): ProgressUpdate {
    return { type: 'progress', progress: this.progress() };
  }

  progress(): Progress {
    return {
      activity: this.#activity,
      checkpoint: this.#checkpoint,
      taken: this.#taken.size,
      known: this.#known.size,
      layersDone: this.#layersDone,
      layers: this.#checkpoint === null ? 0 : this.#layerRows.length,
      remainingMillis: this.#remainingMillis(),
      message: this.#message ?? (this.#activity === 'ended' ? (this.#end?.message ?? null) : this.#fetching),
    };
  }

  get #waiting(): number {
    return this.#known.size - this.#taken.size;
  }

  #rest(): void {
    // While others wait, the finished checkpoint stands until the next begins: no flicker between the two.
    if (this.#waiting > 0 && this.#message === null) return;
    this.#checkpoint = null;
    this.#layersDone = 0;
    this.#activity = this.#idle();
  }

  /** What it is while nothing is being analysed. */
  #idle(): Progress['activity'] {
    if (this.#message !== null) return 'missing';
    const isTaken = this.#waiting === 0 && this.#leftOut.size === 0;
    return isTaken && this.#end?.stands() ? 'ended' : 'waiting';
  }

  #remainingMillis(): number | null {
    if (this.#checkpoint === null) return this.#waiting > 0 ? null : 0;
    const rows = this.#layerRows.reduce((sum, count) => sum + count, 0);
    const rowsDone = this.#layerRows.slice(0, this.#layersDone).reduce((sum, count) => sum + count, 0);
    const elapsed = this.#now() - this.#begunMillis;
    const whole =
      this.#finished > 0
        ? this.#finishedMillis / this.#finished
        : rowsDone > 0 && rowsDone >= TELLING_SHARE * rows
          ? (elapsed * rows) / rowsDone
          : this.#expectedMillis;
    if (whole === null) return null;
    return Math.max(0, whole - elapsed) + whole * this.#waiting;
  }
}
