/**
 * A recorded run as one file: MessagePack values one after another, which any reader of MessagePack can follow.
 *
 *   {recording: 1, run: RunInfo, created: ISO date}   then for each delta   [milliseconds since 1970, delta]
 *
 * Arrays of numbers are the extensions of protocol/packed.ts. A file whose writer was killed ends within a value: what
 * comes before it is read. Foreign by nature, so everything is validated.
 */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import * as v from 'valibot';
import { CutShort, decodePackedStream, encodePacked } from '../../protocol/packed.ts';
import { problemOf } from '../../protocol/problem.ts';
import { Delta, RunInfo } from '../../protocol/state.ts';
import { Finite } from '../../protocol/values.ts';
import { RECORDED_DELTA_BYTES_MAX } from '../base/config.ts';

/** Raised when what is written could no longer be read by the version before. */
const RECORDING_FORMAT = 1;

const Header = v.object({ recording: v.literal(RECORDING_FORMAT), run: RunInfo, created: v.string() });
const Recorded = v.strictTuple([Finite, Delta]);

export type RecordedDelta = { readonly at: number; readonly delta: Delta };

/** What keeps a file from being a recording: a sentence for people. */
export class RecordingProblem extends Error {}

export function recordingHeader(run: RunInfo, created: Date): Uint8Array {
  return encodePacked({ recording: RECORDING_FORMAT, run, created: created.toISOString() });
}

export function recordedBytes({ at, delta }: RecordedDelta): Uint8Array {
  return encodePacked([at, delta]);
}

/**
 * The run of a recording, then its deltas.
 * @param warn receives a sentence where the file ends too early
 * @throws RecordingProblem
 */
export async function* readRecording(
  file: string,
  warn: (sentence: string) => void,
): AsyncGenerator<RunInfo | RecordedDelta> {
  const name = basename(file);
  let count = -1;
  try {
    for await (const value of decodePackedStream(createReadStream(file), RECORDED_DELTA_BYTES_MAX)) {
      count += 1;
      if (count === 0) yield runFrom(name, value);
      else yield deltaFrom(name, count, value);
    }
  } catch (error) {
    if (error instanceof RecordingProblem) throw error;
    const isCutShort = error instanceof CutShort && count >= 0;
    if (!isCutShort)
      throw new RecordingProblem(`${name}: expected a recording, found something else (${error})`);
    warn(`${name}: the file ends within delta ${count + 1}; it is replayed up to there`);
  }
  if (count < 0) throw new RecordingProblem(`${name}: expected a recording, found an empty file`);
}

function runFrom(name: string, value: unknown): RunInfo {
  const header = v.safeParse(Header, value);
  if (header.success) return header.output.run;
  throw new RecordingProblem(
    `${name}: expected a recording of format ${RECORDING_FORMAT}, found something else`,
  );
}

function deltaFrom(name: string, count: number, value: unknown): RecordedDelta {
  const parsed = v.safeParse(Recorded, value);
  if (parsed.success) return { at: parsed.output[0], delta: parsed.output[1] };
  throw new RecordingProblem(
    `${name}: delta ${count} is not one of this protocol (${problemOf(parsed.issues[0], 'all of it')})`,
  );
}
