import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Focusing } from '../../client/feed/focusing.ts';
import { Store } from '../../client/store.ts';
import type { CheckpointKey } from '../../client/view/branches.ts';
import { focusOf, liveCheckpoint, neighbourOf } from '../../client/view/focus.ts';
import { wiresOver } from '../../client/wire.ts';
import type { Graph } from '../../protocol/state.ts';
import { madeBranch, madeCheckpoint, madeGraph, madeState } from './made.ts';
import { OPEN_ACCESS, ScriptedServer } from './script.ts';

const PARTIAL = madeGraph(16, [0.5]);
const LATEST = madeGraph(8, [0.5, 0.25]);
const STATE = madeState({
  checkpoints: [
    madeCheckpoint(2),
    madeCheckpoint(4, { status: 'failed', failure: { code: 'torn', message: 'It is torn.' } }),
    madeCheckpoint(8),
    madeCheckpoint(16, { status: 'computing' }),
  ],
  partial: PARTIAL,
  latest: LATEST,
});
const none = () => null;
const ofRun = (id: string): CheckpointKey => ({ id, branch: null });

describe('focusOf', () => {
  it('shows the graph under way once it is ripe, the latest until then', () => {
    expect(focusOf(STATE, { chosen: null, ripe: true, kept: none })).toMatchObject({
      graph: PARTIAL,
      partial: true,
    });
    expect(focusOf(STATE, { chosen: null, ripe: false, kept: none })).toMatchObject({
      graph: LATEST,
      partial: false,
    });
  });

  it('shows the first graph of a run from its beginning', () => {
    expect(liveCheckpoint({ ...STATE, latest: null }, false)).toBe('checkpoint-16');
  });

  it('falls back to the newest finished checkpoint, then to the newest failed one', () => {
    const without = { ...STATE, partial: null, latest: null };
    expect(liveCheckpoint(without, true)).toBe('checkpoint-8');
    const failedOnly = { ...without, checkpoints: without.checkpoints.slice(1, 2) };
    expect(focusOf(failedOnly, { chosen: null, ripe: true, kept: none }).kind).toBe('failed');
    expect(focusOf(madeState({}), { chosen: null, ripe: true, kept: none }).kind).toBe('nothing');
  });

  it('holds a chosen checkpoint: kept, absent or failed', () => {
    const kept = madeGraph(2, [0.125]);
    expect(focusOf(STATE, { chosen: ofRun('checkpoint-2'), ripe: true, kept: () => kept })).toMatchObject({
      graph: kept,
    });
    expect(focusOf(STATE, { chosen: ofRun('checkpoint-2'), ripe: true, kept: none }).kind).toBe('absent');
    expect(focusOf(STATE, { chosen: ofRun('checkpoint-4'), ripe: true, kept: none }).kind).toBe('failed');
  });
});

describe('focusOf, on what was left behind', () => {
  const state = {
    ...STATE,
    branches: [madeBranch(8, [madeCheckpoint(8), madeCheckpoint(16, { status: 'computing' })])],
  };

  it('S-7: shows the graph of the branch, never the one of the run with the same id', () => {
    const chosen = { id: 'checkpoint-8', branch: 0 };
    const own = madeGraph(8, [0.75]);
    const kept = (key: CheckpointKey) => (key.branch === 0 ? own : null);
    expect(focusOf(state, { chosen, ripe: true, kept })).toMatchObject({ branch: 0, graph: own });
    expect(focusOf(state, { chosen, ripe: true, kept: none })).toMatchObject({ kind: 'absent', branch: 0 });
  });

  it('S-7: does not wait for a graph that was under way when it was left behind', () => {
    const chosen = { id: 'checkpoint-16', branch: 0 };
    expect(focusOf(state, { chosen, ripe: true, kept: none }).kind).toBe('unfinished');
  });
});

describe('neighbourOf', () => {
  it('moves by step and stays inside the list', () => {
    expect(neighbourOf(STATE, ofRun('checkpoint-8'), 1)).toEqual(ofRun('checkpoint-16'));
    expect(neighbourOf(STATE, ofRun('checkpoint-8'), -10)).toEqual(ofRun('checkpoint-2'));
    expect(neighbourOf(STATE, null, -1)).toEqual(ofRun('checkpoint-8'));
    expect(neighbourOf(madeState({}), null, 1)).toBeNull();
  });

  it('goes from what was left behind back into what came before it', () => {
    const state = { ...STATE, branches: [madeBranch(4, [madeCheckpoint(4), madeCheckpoint(8)])] };
    const left = (id: string) => ({ id, branch: 0 });
    expect(neighbourOf(state, left('checkpoint-8'), -1)).toEqual(left('checkpoint-4'));
    expect(neighbourOf(state, left('checkpoint-8'), -2)).toEqual(ofRun('checkpoint-2'));
    expect(neighbourOf(state, left('checkpoint-8'), 1)).toEqual(left('checkpoint-8'));
  });
});

describe('Focusing', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function hosted() {
    const server = new ScriptedServer();
    const answers = new Map<string, (graph: Graph) => void>();
    const store = new Store({
      address: 'ws://here/stream',
      run: null,
      openWire: wiresOver(server.open),
      access: OPEN_ACCESS,
      fetchGraph: (_run, { id }) => new Promise((answer) => answers.set(id, answer)),
    });
    store.open();
    let updates = 0;
    const focus = new Focusing(() => {
      updates += 1;
    });
    const choose = (checkpoint: string | null) => {
      focus.choose(checkpoint === null ? null : ofRun(checkpoint));
      focus.follow(store);
    };
    const look = () => focus.follow(store);
    return { server, focus, answers, choose, look, updates: () => updates };
  }

  const checkpoints = [madeCheckpoint(1), madeCheckpoint(2), madeCheckpoint(4)];
  const done = madeState({ checkpoints, latest: madeGraph(4, [1]) });

  it('drops and counts a graph that arrives after the person has gone on', async () => {
    const { server, focus, answers, choose, look } = hosted();
    server.last.greets('e', 0, done);
    choose('checkpoint-1');
    choose('checkpoint-2');
    answers.get('checkpoint-1')?.(madeGraph(1, [0.1]));
    await vi.runAllTimersAsync();
    look();
    expect(focus.focus).toMatchObject({ kind: 'absent', checkpoint: { id: 'checkpoint-2' } });
    expect(focus.lateResults).toBe(1);
    answers.get('checkpoint-2')?.(madeGraph(2, [0.2]));
    await vi.runAllTimersAsync();
    look();
    expect(focus.focus).toMatchObject({ kind: 'graph', graph: { step: 2 } });
    expect(focus.lateResults).toBe(1);
  });

  it('follows the run while no checkpoint is chosen, and holds a chosen one', () => {
    const { server, focus, choose, look } = hosted();
    server.last.greets('e', 0, done);
    choose('checkpoint-4');
    server.last.deltas('e', 1, {
      type: 'checkpoint-started',
      checkpoint: 'checkpoint-8',
      step: 8,
      content: null,
    });
    server.last.deltas('e', 2, {
      type: 'checkpoint-done',
      checkpoint: 'checkpoint-8',
      millis: 5,
      unchangedLayers: 0,
      identicalTo: null,
    });
    look();
    expect(focus.focus).toMatchObject({ kind: 'graph', graph: { step: 4 } });
    choose(null);
    expect(focus.focus).toMatchObject({ kind: 'graph', graph: { step: 8 } });
  });

  it('shows a graph under way after 150 ms', () => {
    const { server, focus, look, updates } = hosted();
    server.last.greets('e', 0, done);
    server.last.deltas('e', 1, {
      type: 'checkpoint-started',
      checkpoint: 'checkpoint-8',
      step: 8,
      content: null,
    });
    look();
    expect(focus.focus).toMatchObject({ graph: { step: 4 } });
    const before = updates();
    vi.advanceTimersByTime(150);
    expect(updates()).toBe(before + 1);
    look();
    expect(focus.focus).toMatchObject({ graph: { step: 8 }, partial: true });
  });

  it('goes back to live when the chosen checkpoint is gone', () => {
    const { server, focus, choose, look } = hosted();
    server.last.greets('e', 0, done);
    choose('checkpoint-1');
    server.last.snapshots('f', 0, madeState({ checkpoints: [madeCheckpoint(4)], latest: madeGraph(4, [1]) }));
    look();
    expect(focus.chosen).toBeNull();
  });

  it('S-7: stays with the chosen checkpoint when it is left behind, and not with the one that takes its id', async () => {
    const { server, focus, answers, choose, look } = hosted();
    server.last.greets('e', 0, done);
    choose('checkpoint-2');
    answers.get('checkpoint-2')?.(madeGraph(2, [0.2]));
    await vi.runAllTimersAsync();
    server.last.deltas('e', 1, { type: 'rewound', fromStep: 2 });
    server.last.deltas('e', 2, {
      type: 'checkpoint-started',
      checkpoint: 'checkpoint-2',
      step: 2,
      content: 'other',
    });
    look();
    expect(focus.chosen).toEqual({ id: 'checkpoint-2', branch: 0 });
    expect(focus.focus).toMatchObject({ kind: 'absent', branch: 0 });
  });

  it('R-5: chooses nothing in another run, whatever its checkpoints are called', () => {
    const { server, focus, choose, look } = hosted();
    server.last.greets('e', 0, done);
    choose('checkpoint-1');
    server.last.snapshots('f', 0, { ...done, run: { ...done.run, id: 'other' } });
    look();
    expect(focus.chosen).toBeNull();
  });
});
