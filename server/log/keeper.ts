/**
 * Keeps a stream's records: on disk before they are announced, or, where that fails, in memory until it works again.
 *
 *   kept    --a--b--|  disk full           |--retry: c d e at once--f--
 *   epoch   E                E′ (from c on)  E′, now on disk too
 *
 * A write that fails begins a new epoch, since a restarted server would give the offsets from there on to other deltas.
 * What is not on disk is held for the next try, up to UNKEPT_BYTES_MAX; over that it is given up until a restart.
 */
import { randomUUID } from 'node:crypto';
import type { RunInfo } from '../../protocol/state.ts';
import { KEEP_AGAIN_MILLIS, MIB, UNKEPT_BYTES_MAX } from '../base/config.ts';
import type { Epoch } from './epochs.ts';
import { type EventLog, LOG_FORMAT, type LogRecord } from './event-log.ts';
import { LogProblem } from './log-problem.ts';

export type KeeperOptions = {
  readonly run: RunInfo;
  readonly log: EventLog | null;
  readonly problem: string | null;
  readonly warn: (sentence: string) => void;
  readonly now: () => number;
};

export class Keeper {
  readonly #options: KeeperOptions;
  #epochs: readonly Epoch[];
  #problem: string | null;
  /** Announced and not on disk; null where that is given up. */
  #unkept: LogRecord[] | null = [];
  #unkeptBytes = 0;
  #triedAt = 0;

  private constructor(options: KeeperOptions, epochs: readonly Epoch[]) {
    this.#options = options;
    this.#epochs = epochs;
    this.#problem = options.problem;
  }

  /** @throws LogProblem */
  static async open(options: KeeperOptions): Promise<Keeper> {
    const header = await options.log?.header();
    if (header) return new Keeper(options, header.epochs);
    const keeper = new Keeper(options, [{ epoch: randomUUID(), from: 0 }]);
    await options.log?.append([], keeper.#header());
    return keeper;
  }

  get epochs(): readonly Epoch[] {
    return this.#epochs;
  }

  get epoch(): string {
    return this.#epochs[this.#epochs.length - 1].epoch;
  }

  /** Whether there is something that another try could keep. */
  get isOwing(): boolean {
    return this.#options.log !== null && this.#problem !== null && this.#unkept !== null;
  }

  /** Why results are not being kept, null while they are. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Resolves when the records may be announced. */
  async keep(records: readonly LogRecord[]): Promise<void> {
    const { log, now } = this.#options;
    if (!log) return;
    if (this.#problem !== null) {
      this.#hold(records);
      if (now() - this.#triedAt >= KEEP_AGAIN_MILLIS) await this.#tryAgain(log);
      return;
    }
    if (records.length === 0) return;
    try {
      await log.append(records);
    } catch (error) {
      this.#lose(records, error);
    }
  }

  #lose(records: readonly LogRecord[], error: unknown): void {
    if (!(error instanceof LogProblem)) throw error;
    this.#triedAt = this.#options.now();
    this.#problem = `${error.message}. Live viewing goes on; what is computed from now on is lost when this server stops, unless that changes before`;
    this.#beginEpoch(records[0].offset - 1);
    this.#options.warn(this.#problem);
    this.#hold(records);
  }

  #hold(records: readonly LogRecord[]): void {
    if (!this.#unkept) return;
    for (const record of records) this.#unkept.push(record);
    this.#unkeptBytes += records.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (this.#unkeptBytes <= UNKEPT_BYTES_MAX) return;
    this.#unkept = null;
    this.#problem = `${this.#options.log?.directory}: more than ${UNKEPT_BYTES_MAX / MIB} MiB could not be written; nothing more is kept until this server is started again`;
    this.#options.warn(this.#problem);
  }

  /** A last try for what is not on disk. */
  async close(): Promise<void> {
    const { log } = this.#options;
    if (log && this.isOwing) await this.#tryAgain(log);
    await log?.close();
  }

  /**
   * A write that failed may be found on disk later all the same. The records therefore go first, under the epochs that
   * stand there already; if only the header fails, nothing more is told under the epoch that it may have put there.
   */
  async #tryAgain(log: EventLog): Promise<void> {
    if (!this.#unkept) return;
    this.#triedAt = this.#options.now();
    let areKept = false;
    try {
      await log.reopen(this.#unkeptBytes);
      await log.append(this.#unkept);
      areKept = true;
      await log.append([], this.#header());
    } catch (error) {
      if (!(error instanceof LogProblem)) throw error;
      if (areKept) this.#beginEpoch(this.#unkept[this.#unkept.length - 1].offset);
      return;
    }
    this.#unkept = [];
    this.#unkeptBytes = 0;
    this.#problem = null;
    this.#options.warn(`${log.directory}: results are kept again, and none is missing`);
  }

  /** @param from the last offset before it */
  #beginEpoch(from: number): void {
    this.#epochs = [...this.#epochs, { epoch: randomUUID(), from }];
  }

  #header() {
    return { format: LOG_FORMAT, run: { ...this.#options.run, analysis: null }, epochs: this.#epochs };
  }
}
