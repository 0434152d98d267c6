/** A real log whose writes fail on demand, as a disk's do: with nothing written, or with everything. */
import { onTestFinished, vi } from 'vitest';
import { EventLog } from '../../server/log/event-log.ts';
import { LogProblem } from '../../server/log/log-problem.ts';

/** `lost`: nothing is on disk; `written`: it is there although the write is said to have failed. */
export type Failing = 'lost' | 'written' | null;

export type MadeLog = {
  readonly log: EventLog;
  /** What becomes of records and of headers that are written alone. */
  failing: { records: Failing; header: Failing };
};

export async function madeLog(directory: string, bytesMax = Number.POSITIVE_INFINITY): Promise<MadeLog> {
  const log = await EventLog.open({ directory, bytesMax });
  onTestFinished(() => log.close());
  const made: MadeLog = { log, failing: { records: null, header: null } };
  const append = log.append.bind(log);
  vi.spyOn(log, 'append').mockImplementation(async (records, header) => {
    const failing = records.length > 0 ? made.failing.records : made.failing.header;
    if (failing !== 'lost') await append(records, header);
    if (failing) throw new LogProblem('full', `${directory}: there is no room left`);
  });
  return made;
}
