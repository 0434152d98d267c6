/**
 * Opens a run's stream with its log, or, where that cannot be had, without one: watching comes first, and `problem` says
 * why nothing is kept.
 */
import type { Graph, RunInfo } from '../../protocol/state.ts';
import { EventLog } from './event-log.ts';
import { LogProblem } from './log-problem.ts';
import { type RunKey, runFolder } from './run-folder.ts';
import { RunStream } from './run-stream.ts';

export type OpenStreamOptions = {
  readonly run: RunInfo;
  /** Data directory. */
  readonly data: string;
  /** Beside the run's name and source: what its results follow from. */
  readonly settings: unknown;
  /** Bytes that the log may take. */
  readonly bytesMax: number;
  /** Graphs that are in memory anyway. */
  readonly peek: (checkpoint: string) => Graph | null;
  /** A sentence for people when results cannot be kept, and when they can again. */
  readonly warn: (sentence: string) => void;
};

export async function openStream(options: OpenStreamOptions): Promise<RunStream> {
  const { run, data, settings, bytesMax, peek, warn } = options;
  const key: RunKey = { name: run.name, source: run.source, settings };
  let log: EventLog | null = null;
  try {
    const { logDirectory } = await runFolder(data, key, new Date());
    log = await EventLog.open({ directory: logDirectory, bytesMax });
    return await RunStream.open({ run, log, peek, warn });
  } catch (error) {
    if (!(error instanceof LogProblem)) throw error;
    await log?.close();
    const problem = `${error.message}. Live viewing goes on; results are lost when this server stops`;
    warn(problem);
    return RunStream.open({ run, log: null, problem, peek });
  }
}
