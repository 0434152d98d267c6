/**
 * A run as viewers see it: its state, and the numbered stream of deltas that made it (SPEC.md, section S).
 *
 *   publish → applied and encoded → waits → on disk → state → announced
 *
 * What waits while a write is under way goes to disk with the next one, so a slow disk makes larger writes and not a
 * longer queue of them. Where the log cannot be written, deltas are announced all the same, under another epoch and
 * without being kept (keeper.ts); every few seconds a write is tried, and when it succeeds nothing is missing.
 *
 * Bounds: RECENT_BYTES_MAX of deltas in memory for viewers who are nearly up to date, 8 bytes a delta for its size, and
 * what is published during one write.
 */
import { apply, initialState } from '../../protocol/apply.ts';
import type { Place, ServerMessage } from '../../protocol/messages.ts';
import { sparseEdges } from '../../protocol/sparse-edges.ts';
import type {
  Delta,
  Graph,
  Progress,
  ProgressUpdate,
  RunInfo,
  RunState,
  Update,
} from '../../protocol/state.ts';
import { KEEP_AGAIN_MILLIS } from '../base/config.ts';
import { isPlaceOf } from './epochs.ts';
import { deltaOf, type EventLog, type LogRecord, plainLength, recordOf } from './event-log.ts';
import { GraphIndex } from './graph-index.ts';
import { Keeper } from './keeper.ts';
import { RecentDeltas, type StreamEntry } from './recent-deltas.ts';
import { graphIn, type Restored, restored } from './restore.ts';
import type { RunView } from './run-view.ts';
import { SharedMessage } from './shared-message.ts';

export type RunStreamOptions = {
  readonly run: RunInfo;
  /** Null: nothing is kept. */
  readonly log: EventLog | null;
  /** Why nothing is kept, where the log could not be opened. */
  readonly problem?: string | null;
  /** Graphs that are in memory anyway. */
  readonly peek?: (checkpoint: string) => Graph | null;
  /** A sentence for people when results can no longer be kept, and when they can again. */
  readonly warn?: (sentence: string) => void;
  readonly now?: () => number;
};

export type StreamListener = {
  /** There are deltas after the offset that was the last one, or another epoch. */
  advanced(): void;
  progressed(): void;
  /** Results are kept that were not, or the other way round. */
  kept?(): void;
};

type Waiting = { readonly delta: Delta; readonly record: LogRecord; readonly after: RunState };

export class RunStream implements RunView {
  readonly id: string;
  readonly #run: RunInfo;
  readonly #keeper: Keeper;
  readonly #log: EventLog | null;
  readonly #now: () => number;
  readonly #peek: (checkpoint: string) => Graph | null;
  readonly #listeners = new Set<StreamListener>();
  readonly #recent = new RecentDeltas();
  readonly #index: GraphIndex;
  /** Bytes of all deltas up to and including each offset. */
  readonly #bytesUpTo: number[];
  #state: RunState;
  /** With what waits, `progress` aside. */
  #ahead: { readonly state: RunState; readonly offset: number };
  #waiting: Waiting[] = [];
  #announcing: Promise<void> = Promise.resolve();
  #isAnnouncing = false;
  #isClosed = false;
  /** When a write is tried again though nothing is published. */
  #again: NodeJS.Timeout | null = null;
  /** Since listeners were last told of it. */
  #hasProgressed = false;
  #progressTold: { readonly progress: Progress; readonly message: SharedMessage } | null = null;
  #snapshot: { readonly offset: number; readonly epoch: string; readonly message: SharedMessage } | null =
    null;

  private constructor(options: RunStreamOptions, from: Restored, keeper: Keeper) {
    this.id = options.run.id;
    this.#run = options.run;
    this.#log = options.log;
    this.#now = options.now ?? Date.now;
    this.#peek = options.peek ?? (() => null);
    this.#state = { ...from.state, run: { ...options.run, analysis: from.state.run.analysis } };
    this.#index = from.index;
    this.#bytesUpTo = [...from.bytesUpTo];
    this.#ahead = { state: this.#state, offset: this.offset };
    this.#keeper = keeper;
  }

  /** Takes up where the log ends. @throws LogProblem where it cannot be read */
  static async open(options: RunStreamOptions): Promise<RunStream> {
    const { run, log, problem = null, warn = () => {}, now = Date.now } = options;
    const keeper = await Keeper.open({ run, log, problem, warn, now });
    const past = log
      ? await restored(log, run)
      : { state: initialState(run), index: new GraphIndex(), bytesUpTo: [0] };
    const stream = new RunStream(options, past, keeper);
    // Said anew at this start: who resumes has it otherwise.
    if (past.state.run.tokensPerStep !== run.tokensPerStep)
      stream.publish({ type: 'run', run: stream.state.run });
    return stream;
  }

  get state(): RunState {
    return this.#state;
  }

  get epoch(): string {
    return this.#keeper.epoch;
  }

  get offset(): number {
    return this.#bytesUpTo.length - 1;
  }

  get unkept(): string | null {
    return this.#keeper.problem;
  }

  /**
   * Nothing is taken up after `close`.
   * @throws OutOfStep where the delta does not follow from those before it: it is neither kept nor announced
   */
  publish(update: Update): void {
    if (this.#isClosed) return;
    if (update.type === 'progress') {
      this.#progress(update);
      return;
    }
    const after = apply(this.#ahead.state, update);
    const offset = this.#ahead.offset + 1;
    this.#waiting.push({ delta: update, record: recordOf(offset, this.#now(), update), after });
    this.#ahead = { state: after, offset };
    this.#begin();
  }

  /** Resolves when everything published so far has been announced. */
  async settled(): Promise<void> {
    while (this.#isAnnouncing) await this.#announcing;
  }

  /** @returns ends it */
  listen(listener: StreamListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether a state at this place can be brought up to date with deltas. */
  has(place: Place): boolean {
    return isPlaceOf(this.#keeper.epochs, this.offset, place);
  }

  /** Bytes of the deltas after an offset, in MessagePack. */
  bytesAfter(offset: number): number {
    return this.#bytesUpTo[this.offset] - this.#bytesUpTo[offset];
  }

  /** The delta after an offset, null where it is not in memory. */
  recentAfter(offset: number): StreamEntry | null {
    return this.#recent.after(offset);
  }

  /** Deltas after an offset from disk, up to a size; null where the next one is not there. */
  async storedAfter(offset: number, bytesMax: number): Promise<readonly StreamEntry[] | null> {
    if (!this.#log) return null;
    const records = await this.#log.read(offset + 1, this.offset, bytesMax).catch(() => []);
    if (records[0]?.offset !== offset + 1) return null;
    return records.map((record) => this.#entry(record.offset, deltaOf(record).delta));
  }

  snapshot(): SharedMessage {
    const { offset, epoch } = this;
    if (this.#snapshot?.offset !== offset || this.#snapshot.epoch !== epoch) {
      const message = new SharedMessage({
        type: 'snapshot',
        run: this.id,
        epoch,
        offset,
        state: this.#state,
      });
      this.#snapshot = { offset, epoch, message };
    }
    return this.#snapshot.message;
  }

  /** How the analysis stands now. */
  progress(): SharedMessage {
    const { progress } = this.#state;
    if (this.#progressTold?.progress !== progress) {
      const message = new SharedMessage({ type: 'progress', run: this.id, progress });
      this.#progressTold = { progress, message };
    }
    return this.#progressTold.message;
  }

  /** A complete graph from memory or from the log; null where it is in neither. */
  async graph(checkpoint: string, branch: number | null): Promise<Graph | null> {
    const { latest, checkpoints, branches } = this.#state;
    const known = branch === null ? checkpoints : (branches[branch]?.checkpoints ?? []);
    if (!known.some(({ id, status }) => id === checkpoint && status === 'done')) return null;
    const held = latest?.checkpoint === checkpoint ? latest : this.#peek(checkpoint);
    if (held && branch === null) return held;
    const stretch = this.#index.get(checkpoint, branch);
    if (!stretch || !this.#log) return null;
    return graphIn(this.#log, this.#run, stretch).catch(() => null);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.settled();
    if (this.#again) clearTimeout(this.#again);
    await this.#keeper.close();
  }

  /** While deltas are on their way to disk it waits for them, so that viewers get both at once. */
  #progress(update: ProgressUpdate): void {
    this.#state = apply(this.#state, update);
    this.#hasProgressed = true;
    if (!this.#isAnnouncing) this.#tellProgress();
  }

  #tellProgress(): void {
    if (!this.#hasProgressed) return;
    this.#hasProgressed = false;
    for (const listener of this.#listeners) listener.progressed();
  }

  #begin(): void {
    if (!this.#isAnnouncing) this.#announcing = this.#announce();
  }

  async #announce(): Promise<void> {
    this.#isAnnouncing = true;
    try {
      do {
        const { epoch, unkept } = this;
        const batch = this.#waiting;
        this.#waiting = [];
        await this.#keeper.keep(batch.map(({ record }) => record));
        for (const waited of batch) this.#take(waited);
        this.#tellProgress();
        if (batch.length > 0 || epoch !== this.epoch)
          for (const listener of this.#listeners) listener.advanced();
        if (unkept !== this.unkept) for (const listener of this.#listeners) listener.kept?.();
      } while (this.#waiting.length > 0);
    } finally {
      this.#isAnnouncing = false;
    }
    if (this.#keeper.isOwing) this.#beginAgainLater();
  }

  /** A run may wait for hours, and what is not on disk should not wait with it. */
  #beginAgainLater(): void {
    if (this.#again || this.#isClosed) return;
    this.#again = setTimeout(() => {
      this.#again = null;
      this.#begin();
    }, KEEP_AGAIN_MILLIS).unref();
  }

  #take({ delta, record, after }: Waiting): void {
    const { offset } = record;
    const bytes = plainLength(record);
    // Viewers hold the same latest graph, so they need only the edges that differ from it.
    const wired = delta.type === 'edges' ? sparseEdges(delta, this.#state.latest) : delta;
    this.#state = { ...after, progress: this.#state.progress };
    this.#index.add(offset, delta);
    this.#bytesUpTo.push(this.#bytesUpTo[offset - 1] + bytes);
    this.#recent.add(this.#entry(offset, wired), bytes);
  }

  #entry(offset: number, delta: Delta): StreamEntry {
    const message: ServerMessage = { type: 'delta', run: this.id, epoch: this.epoch, offset, delta };
    return { offset, message: new SharedMessage(message) };
  }
}
