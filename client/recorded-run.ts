/**
 * A run that was recorded, as a source of runs: all that there will be of it is here, no server is asked. Its graphs are
 * unpacked one by one, when somebody looks at them.
 */
import type { RunSummary } from '../protocol/messages.ts';
import type { RecordedHead } from '../protocol/recorded-page.ts';
import type { Graph, RunState } from '../protocol/state.ts';
import type { ConnectionStatus } from './connection.ts';
import { Graphs } from './graphs.ts';
import type { CheckpointKey } from './view/branches.ts';
import type { RunSource, WatchedRun } from './watched-run.ts';

export type Recording = {
  readonly head: RecordedHead;
  /** @throws Error with a sentence where it does not hold this graph */
  graph(checkpoint: CheckpointKey): Promise<Graph>;
};

export class RecordedSource implements RunSource {
  readonly address = null;
  readonly #run: RecordedRun;

  constructor(recording: Recording) {
    this.#run = new RecordedRun(recording);
  }

  /** The one that there is, whichever is asked for. */
  acquire(): WatchedRun {
    return this.#run;
  }

  release(): void {}

  enter(): void {}
}

class RecordedRun implements WatchedRun {
  readonly graphs: Graphs;
  readonly runs: readonly RunSummary[];
  readonly run: string;
  readonly state: RunState;
  readonly status: ConnectionStatus;
  readonly resyncs = 0;
  readonly resumes = 0;

  constructor({ head, graph }: Recording) {
    const { id, name } = head.state.run;
    this.graphs = new Graphs((_run, checkpoint) => graph(checkpoint));
    this.runs = [{ id, name, epoch: '', offset: 0, unkept: null }];
    this.run = id;
    this.state = head.state;
    this.status = { phase: 'recorded', at: head.at };
  }

  open(): void {}

  close(): void {}

  retryNow(): void {}

  /** Nothing changes any more. */
  subscribe(): () => void {
    return () => {};
  }
}
