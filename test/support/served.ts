/** A gateway whose viewers are served real streams, in memory or with real logs in a scratch directory. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunInfo } from '../../protocol/state.ts';
import { Counters } from '../../server/gateway/counters.ts';
import type { Gateway, GatewayOptions } from '../../server/gateway/gateway.ts';
import { serveViewer } from '../../server/gateway/viewer.ts';
import { EventLog } from '../../server/log/event-log.ts';
import { RunStream } from '../../server/log/run-stream.ts';
import { ServedRuns } from '../../server/served-runs.ts';
import { testGateway } from './gateway.ts';

/** Of a log in a test. */
const LOG_BYTES_MAX = 2 ** 30;
/** A viewer that reads nothing is left alone for as long as a test takes. */
const PATIENT = { pingMillis: 3_600_000 };

export type Served = {
  readonly runs: ServedRuns;
  readonly counters: Counters;
  readonly gateway: Gateway;
  readonly port: number;
  /** The door first, as the server does. */
  close(): Promise<void>;
};

export function runInfo(id: string): RunInfo {
  return { id, name: `Run ${id}`, source: `/runs/${id}`, analysis: null };
}

/** @param directory of its log; null: nothing is kept */
export async function openedStream(id: string, directory: string | null = null): Promise<RunStream> {
  const log = directory === null ? null : await EventLog.open({ directory, bytesMax: LOG_BYTES_MAX });
  return RunStream.open({ run: runInfo(id), log });
}

export function logDirectory(): string {
  return join(mkdtempSync(join(tmpdir(), 'phasewatch-log-')), 'log');
}

export async function served(
  streams: readonly RunStream[],
  options: Partial<GatewayOptions> = {},
): Promise<Served> {
  const runs = new ServedRuns();
  const counters = new Counters();
  for (const stream of streams) runs.add(stream);
  const { gateway } = await testGateway({
    patience: PATIENT,
    onConnection: (socket, encoding, isLocal, stream) =>
      serveViewer({ socket, encoding, isLocal, stream, runs, serverVersion: 'test', counters }),
    ...options,
  });
  return {
    runs,
    counters,
    gateway,
    port: gateway.port,
    async close() {
      await gateway.close();
      await runs.close();
    },
  };
}
