/**
 * `phasewatch replay`: serves a recorded run as if it were going on, at the speed at which it happened or another.
 * Viewers see what they would have seen; everything they can do with a run that goes on they can do here.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Delta } from '../../protocol/state.ts';
import { dataDirectory } from '../data-directory.ts';
import { LogProblem } from '../log/log-problem.ts';
import { openStream } from '../log/open-stream.ts';
import { RecordedRun } from '../log/recorded-run.ts';
import { RecordingProblem } from '../log/recording.ts';
import type { RunStream } from '../log/run-stream.ts';
import { ProgressBook } from '../progress.ts';
import { ServedRuns } from '../served-runs.ts';
import type { Command } from '../terminal/options.ts';
import { UsageError } from '../terminal/words.ts';
import { openAlerts } from './alerts.ts';
import { openDoor } from './door.ts';
import { EXIT, onInterrupt, say } from './person.ts';

export async function replay(command: Command & { readonly name: 'replay' }): Promise<number> {
  const recorded = await openRecorded(command.record, command.data);
  const scratch = await mkdtemp(join(tmpdir(), 'phasewatch-replay-'));
  const stream = await openStream({
    run: recorded.run,
    data: scratch,
    settings: null,
    bytesMax: Number.POSITIVE_INFINITY,
    peek: () => null,
    warn: say,
  });
  const runs = new ServedRuns();
  const ending = new AbortController();
  try {
    // What is replayed is of the past: only who asks for it here is told.
    const alerts = openAlerts(command);
    const door = await openDoor({ words: command, runs, alerts });
    runs.add(stream);
    alerts.follow(stream);
    door.announce();
    onInterrupt(() => ending.abort());
    await played(recorded, stream, command.speed, ending.signal).catch((error: unknown) => {
      if (!ending.signal.aborted) throw error;
    });
    await untilAborted(ending.signal);
    await door.close();
  } finally {
    await stream.close();
    await recorded.close();
    await rm(scratch, { recursive: true, force: true });
  }
  return EXIT.ok;
}

/** @throws UsageError where there is no such record, or it cannot be read */
export async function openRecorded(name: string, data: string | null): Promise<RecordedRun> {
  try {
    return await RecordedRun.open(name, dataDirectory(data), say);
  } catch (error) {
    if (error instanceof RecordingProblem || error instanceof LogProblem) throw new UsageError(error.message);
    throw error;
  }
}

/** @param speed null for as fast as it goes */
async function played(
  recorded: RecordedRun,
  stream: RunStream,
  speed: number | null,
  signal: AbortSignal,
): Promise<void> {
  const book = new ProgressBook();
  let before: number | null = null;
  for await (const { at, delta } of recorded.deltas()) {
    const wait = speed === null ? 0 : (at - (before ?? at)) / speed;
    before = at;
    if (wait > 0) await setTimeout(wait, undefined, { signal });
    signal.throwIfAborted();
    stream.publish(delta);
    noted(book, delta);
    stream.publish(book.delta());
    await stream.settled();
  }
  book.end();
  stream.publish(book.delta());
}

/** The progress that was not recorded, as it follows from what was. */
function noted(book: ProgressBook, delta: Delta): void {
  switch (delta.type) {
    case 'run':
      if (delta.run.analysis) book.open(delta.run.analysis, 0);
      break;
    case 'checkpoint-started':
      book.know(delta.checkpoint);
      book.begin(delta.checkpoint);
      break;
    case 'edges':
      book.finishLayer(delta.layer);
      break;
    case 'checkpoint-done':
      book.finish();
      break;
    case 'failure':
      book.refuse(delta.checkpoint);
      book.fail();
      break;
    case 'checkpoint-skipped':
      book.refuse(delta.checkpoint);
      break;
    default:
      break;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
