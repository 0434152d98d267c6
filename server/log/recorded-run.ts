/**
 * A recorded run, opened to be replayed or exported: by its name in the data directory, or from a file, which is put
 * into a log of its own for as long as it is open.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { apply, initialState } from '../../protocol/apply.ts';
import { OutOfStep } from '../../protocol/out-of-step.ts';
import type { Delta, Graph, RunInfo, RunState } from '../../protocol/state.ts';
import { deltaOf, EventLog, LOG_FORMAT, type LoggedDelta, type LogRecord, recordOf } from './event-log.ts';
import { RecordingProblem, readRecording } from './recording.ts';
import { graphIn, type Restored, restored } from './restore.ts';
import { runFolders } from './run-folder.ts';

/** Records put into a log at once. */
const BATCH = 256;

export class RecordedRun {
  readonly run: RunInfo;
  readonly #log: EventLog;
  readonly #restored: Restored;
  readonly #scratch: string | null;

  private constructor(run: RunInfo, log: EventLog, past: Restored, scratch: string | null) {
    this.run = run;
    this.#log = log;
    this.#restored = past;
    this.#scratch = scratch;
  }

  /**
   * @param name of a file, or of a run in `data`: its folder, or its own name where only one has it
   * @throws RecordingProblem, LogProblem
   */
  static async open(name: string, data: string, warn: (sentence: string) => void): Promise<RecordedRun> {
    const isFile = await stat(name).then(
      (found) => found.isFile(),
      () => false,
    );
    return isFile ? RecordedRun.#fromFile(name, warn) : RecordedRun.#fromData(name, data);
  }

  /** As it stood at its end. */
  get state(): RunState {
    return this.#restored.state;
  }

  async *deltas(): AsyncGenerator<LoggedDelta> {
    for await (const record of this.#log.records()) yield deltaOf(record);
  }

  /** A complete graph; `branch` as in `state.branches`. */
  async graph(checkpoint: string, branch: number | null): Promise<Graph | null> {
    const stretch = this.#restored.index.get(checkpoint, branch);
    return stretch && graphIn(this.#log, this.run, stretch);
  }

  async close(): Promise<void> {
    await this.#log.close();
    if (this.#scratch !== null) await rm(this.#scratch, { recursive: true, force: true });
  }

  static async #fromData(name: string, data: string): Promise<RecordedRun> {
    const folders = await runFolders(data);
    const exact = folders.filter(({ id }) => id === name);
    const found = exact.length > 0 ? exact : folders.filter(({ description }) => description.name === name);
    const [folder, ...more] = found;
    if (!folder || more.length > 0) throw new RecordingProblem(notOne(name, data, found, folders));
    const log = await EventLog.open({ directory: folder.logDirectory, bytesMax: 0 });
    try {
      const header = await log.header();
      const { name: own, source } = folder.description;
      const run = header?.run ?? { id: folder.id, name: own, source, analysis: null };
      return new RecordedRun(run, log, await restored(log, run), null);
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  static async #fromFile(file: string, warn: (sentence: string) => void): Promise<RecordedRun> {
    const scratch = await mkdtemp(join(tmpdir(), 'phasewatch-recording-'));
    let log: EventLog | null = null;
    try {
      log = await EventLog.open({ directory: scratch, bytesMax: Number.POSITIVE_INFINITY });
      const run = await filled(log, file, warn);
      return new RecordedRun(run, log, await restored(log, run), scratch);
    } catch (error) {
      await log?.close();
      await rm(scratch, { recursive: true, force: true });
      throw error;
    }
  }
}

/** Puts a file's deltas into an empty log. @throws RecordingProblem where one does not follow from those before it */
async function filled(log: EventLog, file: string, warn: (sentence: string) => void): Promise<RunInfo> {
  let run: RunInfo | null = null;
  let state: RunState | null = null;
  let offset = 0;
  let batch: LogRecord[] = [];
  for await (const value of readRecording(file, warn)) {
    if (!('delta' in value)) {
      run = { ...value, analysis: null };
      state = initialState(run);
      continue;
    }
    offset += 1;
    state = state && followed(basename(file), state, offset, value.delta);
    batch.push(recordOf(offset, value.at, value.delta));
    if (batch.length < BATCH) continue;
    await log.append(batch);
    batch = [];
  }
  if (!run) throw new Error('invariant: a recording begins with its run');
  await log.append(batch, { format: LOG_FORMAT, run, epochs: [] });
  return run;
}

function followed(file: string, state: RunState, offset: number, delta: Delta): RunState {
  try {
    // Graphs are read one by one: each has to stand for itself.
    return apply({ ...state, latest: null }, delta);
  } catch (error) {
    if (!(error instanceof OutOfStep)) throw error;
    throw new RecordingProblem(
      `${file}: delta ${offset} does not follow from those before it: ${error.message}`,
    );
  }
}

function notOne(
  name: string,
  data: string,
  found: Awaited<ReturnType<typeof runFolders>>,
  all: Awaited<ReturnType<typeof runFolders>>,
): string {
  if (found.length > 0)
    return `expected the name of one run, ${name} is that of ${found.length}: ${found.map(({ id }) => id).join(', ')}`;
  const known = all.length > 0 ? `known there: ${all.map(({ id }) => id).join(', ')}` : 'there are none';
  return `expected a file or the name of a run recorded in ${data}, got "${name}" (${known})`;
}
