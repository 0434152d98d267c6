import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Store } from '../../client/store.ts';
import type { Delta, Graph } from '../../protocol/state.ts';
import { madeCheckpoint, madeGraph, madeState } from './made.ts';
import { RUN, ScriptedServer } from './script.ts';

function opened(
  fetchGraph: (run: string, checkpoint: string) => Promise<Graph> = () => Promise.reject(new Error('no')),
) {
  const server = new ScriptedServer();
  const store = new Store({ address: 'ws://here/stream', run: null, open: server.open, fetchGraph });
  store.open();
  return { server, store };
}

const STARTED: Delta = { type: 'checkpoint-started', checkpoint: 'checkpoint-8', step: 8 };
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

  it('tells its listeners of every change until they leave', () => {
    const { server, store } = opened();
    let calls = 0;
    const leave = store.subscribe(() => {
      calls += 1;
    });
    server.last.greets();
    expect(calls).toBe(2);
    leave();
    server.last.deltas('e', 1, STARTED);
    expect(calls).toBe(2);
  });

  it('keeps the graphs that completed, and forgets one that begins anew', () => {
    const { server, store } = opened();
    server.last.greets();
    [STARTED, EDGES, DONE].forEach((delta, index) => {
      server.last.deltas('e', index + 1, delta);
    });
    expect(store.graphs.get('checkpoint-8')?.weights).toEqual([0.5, 0.25]);
    server.last.deltas('e', 4, STARTED);
    expect(store.graphs.get('checkpoint-8')).toBeNull();
  });

  it('keeps no graph over a snapshot but the latest of it', async () => {
    const { server, store } = opened((_run, checkpoint) =>
      Promise.resolve({ ...madeGraph(0, [1]), checkpoint }),
    );
    server.last.greets();
    await store.graphs.load('r', 'checkpoint-0');
    expect(store.graphs.get('checkpoint-0')).not.toBeNull();
    server.last.snapshots('f', 0, madeState({ latest: madeGraph(8, [1]) }));
    expect(store.graphs.get('checkpoint-0')).toBeNull();
    expect(store.graphs.get('checkpoint-8')).not.toBeNull();
  });
});
