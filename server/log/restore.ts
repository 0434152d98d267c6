/**
 * A run's state from its log: what it was when the last delta was written.
 *
 * One pass over the log in which edges, most of its bytes, are not decoded; those of the two graphs that a state holds
 * are read afterwards. 154 checkpoints of 79,764 edges each so take about as long as their metrics do.
 */
import { apply, initialState } from '../../protocol/apply.ts';
import { OutOfStep } from '../../protocol/out-of-step.ts';
import type { Delta, Graph, RunInfo, RunState } from '../../protocol/state.ts';
import { deltaOf, type EventLog, holdsEdges, plainLength } from './event-log.ts';
import { GraphIndex, type Stretch } from './graph-index.ts';
import { logProblemFrom } from './log-problem.ts';

export type Restored = {
  readonly state: RunState;
  readonly index: GraphIndex;
  /** Bytes of the deltas, in MessagePack, up to and including each offset; 0 at offset 0. */
  readonly bytesUpTo: readonly number[];
};

/** @throws LogProblem */
export async function restored(log: EventLog, run: RunInfo): Promise<Restored> {
  const index = new GraphIndex();
  const bytesUpTo = [0];
  let state = initialState(run);
  for await (const record of log.records()) {
    bytesUpTo.push(bytesUpTo[bytesUpTo.length - 1] + plainLength(record));
    if (holdsEdges(record)) continue;
    const { delta } = deltaOf(record);
    index.add(record.offset, delta);
    state = applied(log, state, delta);
  }
  const end = bytesUpTo.length - 1;
  const latest = state.latest && index.get(state.latest.checkpoint, null);
  const open = state.partial ? index.open : null;
  return {
    index,
    bytesUpTo,
    state: {
      ...state,
      latest: latest ? await graphIn(log, run, latest) : null,
      partial: open === null ? null : (await stateIn(log, run, { from: open, to: end })).partial,
    },
  };
}

/** @throws LogProblem where a delta does not follow from those before it */
function applied(log: EventLog, state: RunState, delta: Delta): RunState {
  try {
    return apply(state, delta);
  } catch (error) {
    throw error instanceof OutOfStep
      ? logProblemFrom(log.directory, new Error(`Corruption: ${error.message}`))
      : error;
  }
}

/** The graph whose deltas lie in `stretch`. @throws LogProblem */
export async function graphIn(log: EventLog, run: RunInfo, stretch: Stretch): Promise<Graph | null> {
  return (await stateIn(log, run, stretch)).latest;
}

/** What the deltas of one checkpoint make of an empty state; those of others in between are passed over. */
async function stateIn(log: EventLog, run: RunInfo, { from, to }: Stretch): Promise<RunState> {
  let state = initialState(run);
  let checkpoint: string | null = null;
  for (const record of await log.read(from, to)) {
    const { delta } = deltaOf(record);
    if (delta.type === 'checkpoint-started') checkpoint = delta.checkpoint;
    if ('checkpoint' in delta && delta.checkpoint === checkpoint) state = applied(log, state, delta);
  }
  return state;
}
