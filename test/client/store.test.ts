import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Store } from '../../client/store.ts';
import type { CheckpointKey } from '../../client/view/branches.ts';
import { wiresOver } from '../../client/wire.ts';
import type { Delta, Graph } from '../../protocol/state.ts';
import { madeBranch, madeCheckpoint, madeGraph, madeState } from './made.ts';
import { OPEN_ACCESS, RUN, ScriptedServer, STATE } from './script.ts';

function opened(
  fetchGraph: (run: string, checkpoint: CheckpointKey) => Promise<Graph> = () =>
    Promise.reject(new Error('no')),
) {
  const server = new ScriptedServer();
  const store = new Store({
    address: 'ws://here/stream',
    run: null,
    openWire: wiresOver(server.open),
    access: OPEN_ACCESS,
    fetchGraph,
  });
  store.open();
  return { server, store };
}

const STARTED: Delta = { type: 'checkpoint-started', checkpoint: 'checkpoint-8', step: 8, content: null };
const EDGES: Delta = {
  type: 'edges',
  checkpoint: 'checkpoint-8',
  layer: 1,
  firstEdge: 0,
  weights: [0.5, 0.25],
  standardErrors: null,
};
const DONE: Delta = {
  type: 'checkpoint-done',
  checkpoint: 'checkpoint-8',
  millis: 90,
  unchangedLayers: 0,
  identicalTo: null,
};

const ofRun = (id: string): CheckpointKey => ({ id, branch: null });

describe('Store', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('S-2: holds the state of the snapshot with the deltas after it applied', () => {
    const { server, store } = opened();
    server.last.greets();
    [STARTED, EDGES, DONE].forEach((delta, index) => {
      server.last.deltas('e', index + 1, delta);
    });
    expect(store.state?.latest?.weights).toEqual([0.5, 0.25]);
    expect(store.state?.checkpoints).toEqual([madeCheckpoint(8, { millis: 90 })]);
    expect(store.state?.partial).toBeNull();
  });

  it('S-3: drops a state out of step, counts it, and takes the next snapshot', () => {
    const { server, store } = opened();
    server.last.greets('e', 4);
    server.last.deltas('e', 5, { ...EDGES, firstEdge: 3 });
    expect(store.state).toBeNull();
    expect(store.resyncs).toBe(1);
    expect(server.last.sent.at(-1)).toEqual({ type: 'subscribe', run: 'r' });
    server.last.snapshots('e', 5);
    expect(store.state?.run).toEqual(RUN);
    expect(store.resyncs).toBe(1);
  });

  it('E-1: keeps the last state on show while it connects again', () => {
    const { server, store } = opened();
    server.last.greets();
    server.last.closes(1001, 'server is stopping');
    expect(store.status).toEqual({ phase: 'reconnecting', retryAt: 500, reason: 'server is stopping' });
    expect(store.state?.run).toEqual(RUN);
  });

  it('R-4: goes on with its state where the server resumes, and counts it', () => {
    const { server, store } = opened();
    server.last.greets();
    server.last.deltas('e', 1, STARTED);
    server.last.closes(1001, 'server is stopping');
    vi.advanceTimersByTime(500);
    server.last.opens();
    server.last.welcomes();
    server.last.resumes('e', 1);
    [EDGES, DONE].forEach((delta, index) => {
      server.last.deltas('e', index + 2, delta);
    });
    expect(store.state?.latest?.weights).toEqual([0.5, 0.25]);
    expect([store.resumes, store.resyncs]).toEqual([1, 0]);
  });

  it('B-2: keeps its state on show while it catches up, and counts it as a resync', () => {
    const { server, store } = opened();
    server.last.greets();
    server.last.says({ type: 'resync', run: 'r', reason: 'reading too slowly' });
    expect(store.state?.run).toEqual(RUN);
    expect(store.resyncs).toBe(1);
  });

  it('S-8: shows the newest progress', () => {
    const { server, store } = opened();
    server.last.greets();
    const progress = { ...STATE.progress, taken: 3, known: 9 };
    server.last.says({ type: 'progress', run: 'r', progress });
    expect(store.state?.progress).toEqual(progress);
    expect(store.resyncs).toBe(0);
  });

  it('S-7: keeps no graph of the run under an id that now is one of a branch, but the latest that is left', () => {
    const { server, store } = opened();
    const state = madeState({
      checkpoints: [madeCheckpoint(4), madeCheckpoint(8)],
      latest: madeGraph(4, [1]),
    });
    server.last.greets('e', 0, state);
    store.graphs.keep(madeGraph(8, [0.5]));
    server.last.deltas('e', 1, { type: 'rewound', fromStep: 8 });
    expect(store.state?.branches).toEqual([madeBranch(8, [madeCheckpoint(8)])]);
    expect(store.graphs.get(ofRun('checkpoint-8'))).toBeNull();
    expect(store.graphs.get(ofRun('checkpoint-4'))?.weights).toEqual([1]);
  });

  it('tells its listeners of every change until they leave', () => {
    const { server, store } = opened();
    let calls = 0;
    const leave = store.subscribe(() => {
      calls += 1;
    });
    server.last.greets();
    expect(calls).toBe(3);
    leave();
    server.last.deltas('e', 1, STARTED);
    expect(calls).toBe(3);
  });

  it('keeps the graphs that completed, and forgets one that begins anew', () => {
    const { server, store } = opened();
    server.last.greets();
    [STARTED, EDGES, DONE].forEach((delta, index) => {
      server.last.deltas('e', index + 1, delta);
    });
    expect(store.graphs.get(ofRun('checkpoint-8'))?.weights).toEqual([0.5, 0.25]);
    server.last.deltas('e', 4, STARTED);
    expect(store.graphs.get(ofRun('checkpoint-8'))).toBeNull();
  });

  it('keeps no graph over a snapshot but the latest of it', async () => {
    const { server, store } = opened((_run, { id }) =>
      Promise.resolve({ ...madeGraph(0, [1]), checkpoint: id }),
    );
    server.last.greets();
    await store.graphs.load('r', ofRun('checkpoint-0'));
    expect(store.graphs.get(ofRun('checkpoint-0'))).not.toBeNull();
    server.last.snapshots('f', 0, madeState({ latest: madeGraph(8, [1]) }));
    expect(store.graphs.get(ofRun('checkpoint-0'))).toBeNull();
    expect(store.graphs.get(ofRun('checkpoint-8'))).not.toBeNull();
  });
});
