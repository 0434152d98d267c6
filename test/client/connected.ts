/** A connection to a scripted server, with everything that it says to its sink. */
import { Connection, type ConnectionOptions, type ConnectionStatus } from '../../client/connection.ts';
import { wiresOver } from '../../client/wire.ts';
import type { RunSummary } from '../../protocol/messages.ts';
import { OutOfStep } from '../../protocol/out-of-step.ts';
import type { RunState, Update } from '../../protocol/state.ts';
import { OPEN_ACCESS, ScriptedServer } from './script.ts';

export function connected(options: Partial<Pick<ConnectionOptions, 'run' | 'access'>> = {}) {
  const server = new ScriptedServer();
  const told = {
    statuses: [] as ConnectionStatus[],
    runs: [] as (readonly RunSummary[])[],
    states: [] as RunState[],
    updates: [] as Update[],
    problems: [] as string[],
    lags: [] as string[],
    resumes: 0,
  };
  const refuse = { next: false };
  const connection = new Connection({
    address: 'ws://here/stream',
    run: null,
    openWire: wiresOver(server.open),
    access: OPEN_ACCESS,
    ...options,
    sink: {
      status: (status) => told.statuses.push(status),
      runs: (runs) => told.runs.push(runs),
      snapshot: (state) => told.states.push(state),
      resumed: () => {
        told.resumes += 1;
      },
      update: (update) => {
        if (refuse.next) throw new OutOfStep('does not fit');
        told.updates.push(update);
      },
      outOfStep: (problem) => told.problems.push(problem),
      lagged: (reason) => told.lags.push(reason),
    },
  });
  connection.open();
  return { connection, server, told, refuse };
}
