/** Logs and records for tests. */
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Delta } from '../../protocol/state.ts';
import { seededRandom } from '../../server/base/random.ts';
import {
  EventLog,
  LOG_FORMAT,
  type LogHeader,
  type LogRecord,
  recordOf,
} from '../../server/log/event-log.ts';
import { RUN } from './delta-walk.ts';

export const HEADER: LogHeader = { format: LOG_FORMAT, run: RUN, epochs: [{ epoch: 'e', from: 0 }] };
export const records = (deltas: readonly Delta[], from = 1) =>
  deltas.map((delta, index) => recordOf(from + index, 1_000 + from + index, delta));

export async function opened(directory: string, bytesMax = Number.POSITIVE_INFINITY): Promise<EventLog> {
  const log = await EventLog.open({ directory, bytesMax });
  onTestFinished(() => log.close());
  return log;
}

export async function all(log: EventLog): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const record of log.records()) found.push(record);
  return found;
}

/** Vitest compares buffers byte by byte, which takes seconds for these. */
export const text = (found: readonly LogRecord[]) =>
  found.map(({ offset, bytes }) => `${offset} ${createHash('sha256').update(bytes).digest('hex')}`);

/** A delta of about so many bytes, which do not compress. */
export function large(bytes: number): Delta {
  // As text a third longer, and deflated what they were.
  const random = seededRandom(1);
  const noise = Buffer.from(Uint8Array.from({ length: bytes }, () => 256 * random()));
  return {
    type: 'phases',
    segments: [{ from: 0, to: 1, name: null, reasons: [noise.toString('base64')] }],
  };
}
