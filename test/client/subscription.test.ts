import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodePacked } from '../../protocol/packed.ts';
import type { Delta, Progress } from '../../protocol/state.ts';
import { connected } from './connected.ts';
import { RUN, type ScriptedSocket, STATE, summaries } from './script.ts';

const DELTA: Delta = { type: 'run', run: RUN };
const PROGRESS: Progress = { ...STATE.progress, taken: 3, known: 9 };

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const subscriptions = ({ sent }: ScriptedSocket) => sent.filter(({ type }) => type === 'subscribe');

describe('a subscription, in step', () => {
  it('S-1: hands on deltas whose offsets follow one another', () => {
    const { server, told } = connected();
    server.last.greets('e', 7);
    server.last.deltas('e', 8, DELTA);
    server.last.deltas('e', 9, DELTA);
    expect(told.updates).toHaveLength(2);
    expect(told.problems).toEqual([]);
  });

  it('S-8: hands on progress, which has no place in the stream', () => {
    const { server, told } = connected();
    server.last.opens();
    server.last.welcomes();
    server.last.says({ type: 'progress', run: 'r', progress: PROGRESS });
    server.last.snapshots('e', 7);
    server.last.says({ type: 'progress', run: 'r', progress: PROGRESS });
    server.last.deltas('e', 8, DELTA);
    expect(told.updates).toEqual([{ type: 'progress', progress: PROGRESS }, DELTA]);
    expect(told.problems).toEqual([]);
  });
});

describe('a subscription, out of step', () => {
  it.each([
    { what: 'an offset left out', epoch: 'e', offset: 9, problem: 'expected offset 8, got 9' },
    { what: 'an offset twice', epoch: 'e', offset: 7, problem: 'expected offset 8, got 7' },
    { what: 'another epoch', epoch: 'f', offset: 8, problem: 'expected epoch e, got f' },
  ])('S-3: drops its state and subscribes anew after $what', ({ epoch, offset, problem }) => {
    const { server, told } = connected();
    server.last.greets('e', 7);
    server.last.deltas(epoch, offset, DELTA);
    expect(told.problems).toEqual([problem]);
    expect(subscriptions(server.last)).toEqual([
      { type: 'subscribe', run: 'r' },
      { type: 'subscribe', run: 'r' },
    ]);
    expect(told.updates).toEqual([]);
  });

  it('S-3: ignores what comes between being out of step and the new snapshot', () => {
    const { server, told } = connected();
    server.last.greets('e', 7);
    server.last.deltas('e', 9, DELTA);
    server.last.deltas('e', 10, DELTA);
    server.last.resumes('e', 7);
    server.last.deltas('e', 8, DELTA);
    server.last.snapshots('e', 10);
    server.last.deltas('e', 11, DELTA);
    expect(told.problems).toHaveLength(1);
    expect(told.states).toHaveLength(2);
    expect(told.updates).toHaveLength(1);
    expect(told.resumes).toBe(0);
  });

  it('S-3: subscribes anew after a delta that does not apply, and gives up after six in a row', () => {
    const { server, told, refuse } = connected();
    server.last.greets('e', 0);
    refuse.next = true;
    for (let round = 0; round < 6; round += 1) {
      expect(told.statuses.at(-1)?.phase).toBe('live');
      server.last.deltas('e', 1, DELTA);
      server.last.snapshots('e', 0);
    }
    expect(told.problems).toEqual(new Array(6).fill('does not fit'));
    expect(subscriptions(server.last)).toHaveLength(6);
    expect(told.statuses.at(-1)).toMatchObject({
      phase: 'offline',
      reason: 'the stream stays out of step (does not fit)',
    });
  });

  it('S-3: begins to count anew once a delta applied', () => {
    const { server, told } = connected();
    server.last.greets('e', 0);
    for (let round = 0; round < 12; round += 1) {
      server.last.deltas('e', 9, DELTA);
      server.last.snapshots('e', 0);
      if (round % 5 === 4) server.last.deltas('e', 1, DELTA);
    }
    expect(told.statuses.at(-1)?.phase).toBe('live');
    expect(told.problems).toHaveLength(12);
  });

  it.each([
    { what: 'a type it does not know', frame: encodePacked({ type: 'new' }) },
    { what: 'what is no MessagePack', frame: new Uint8Array([0xc1]) },
    { what: 'text where it reads binary', frame: '{"type":"runs","runs":[]}' },
  ])('M-3: drops its state and subscribes anew after $what', ({ frame }) => {
    const { server, told } = connected();
    server.last.greets('e', 7);
    server.last.saysFrame(frame);
    expect(told.problems).toHaveLength(1);
    expect(told.problems[0]).toMatch(/^the server sent what this page does not understand: /);
    expect(subscriptions(server.last).at(-1)).toEqual({ type: 'subscribe', run: 'r' });
    expect(subscriptions(server.last)).toHaveLength(2);
    server.last.snapshots('e', 9);
    expect(told.statuses.at(-1)).toEqual({ phase: 'live' });
  });

  it('M-3: connects anew where it understands nothing from the beginning, and gives up after six times', () => {
    const { server, told } = connected();
    for (let round = 0; round < 6; round += 1) {
      server.last.opens();
      server.last.saysFrame(new Uint8Array([0xc1]));
      vi.advanceTimersByTime(10_000);
    }
    expect(told.problems).toHaveLength(6);
    expect(server.sockets).toHaveLength(6);
    expect(told.statuses.at(-1)?.phase).toBe('offline');
  });

  it('B-2: after a resync it asks for what came after its place, and leaves it to the server', () => {
    const { server, told } = connected();
    server.last.greets('e', 7);
    server.last.deltas('e', 8, DELTA);
    server.last.says({ type: 'resync', run: 'r', reason: 'reading too slowly' });
    expect(told.lags).toEqual(['reading too slowly']);
    expect(told.problems).toEqual([]);
    expect(subscriptions(server.last).at(-1)).toEqual({
      type: 'subscribe',
      run: 'r',
      after: { epoch: 'e', offset: 8 },
    });
    server.last.snapshots('e', 90);
    server.last.deltas('e', 91, DELTA);
    expect(told.states).toHaveLength(2);
    expect(told.updates).toHaveLength(2);
  });

  it('B-2: a resync that crosses its own new subscription is not answered by another', () => {
    const { server, told } = connected();
    server.last.greets('e', 7);
    server.last.deltas('e', 9, DELTA);
    const asked = subscriptions(server.last).length;
    server.last.says({ type: 'resync', run: 'r', reason: 'reading too slowly' });
    expect(subscriptions(server.last)).toHaveLength(asked);
    expect(told.lags).toEqual([]);
    server.last.snapshots('e', 9);
    expect(told.states).toHaveLength(2);
  });
});

describe('a subscription, after a lost connection', () => {
  function cutOff() {
    const all = connected();
    all.server.last.greets('e', 7);
    all.server.last.deltas('e', 8, DELTA);
    all.server.last.closes(1001, 'server is stopping');
    vi.advanceTimersByTime(500);
    all.server.last.opens();
    all.server.last.welcomes();
    return all;
  }

  it('E-1: asks for what came after its place', () => {
    const { server } = cutOff();
    expect(subscriptions(server.last)).toEqual([
      { type: 'subscribe', run: 'r', after: { epoch: 'e', offset: 8 } },
    ]);
  });

  it('R-4: goes on with the state that it has where the server resumes', () => {
    const { server, told } = cutOff();
    server.last.resumes('e', 8);
    server.last.deltas('e', 9, DELTA);
    expect(told).toMatchObject({ resumes: 1, problems: [] });
    expect(told.states).toHaveLength(1);
    expect(told.updates).toHaveLength(2);
    expect(told.statuses.at(-1)).toEqual({ phase: 'live' });
  });

  it('R-4: takes a snapshot where the server begins anew, of another epoch too', () => {
    const { server, told } = cutOff();
    server.last.snapshots('f', 2);
    server.last.deltas('f', 3, DELTA);
    expect(told).toMatchObject({ resumes: 0, problems: [] });
    expect(told.states).toHaveLength(2);
    expect(told.updates).toHaveLength(2);
  });

  it('R-4: is out of step where the server resumes at another place', () => {
    const { server, told } = cutOff();
    server.last.resumes('e', 6);
    expect(told).toMatchObject({ resumes: 0, problems: ['expected to go on from 8 of e, got 6 of e'] });
    expect(subscriptions(server.last).at(-1)).toEqual({ type: 'subscribe', run: 'r' });
  });

  it('S-3: keeps no place of a state that was dropped', () => {
    const { server } = connected();
    server.last.greets('e', 7);
    server.last.deltas('e', 9, DELTA);
    server.last.closes(1006);
    vi.advanceTimersByTime(500);
    server.last.opens();
    server.last.welcomes();
    expect(subscriptions(server.last)).toEqual([{ type: 'subscribe', run: 'r' }]);
  });
});

describe('a subscription, of several runs', () => {
  function watching() {
    const all = connected({ run: 'a' });
    all.server.last.opens();
    all.server.last.welcomes('a', 'b', 'c');
    all.server.last.snapshots('e', 7, STATE, 'a');
    return all;
  }

  it('R-5: ignores what is said of another run', () => {
    const { server, told } = watching();
    server.last.deltas('e', 8, DELTA, 'b');
    server.last.says({ type: 'progress', run: 'b', progress: PROGRESS });
    server.last.says({ type: 'resync', run: 'b', reason: 'late' });
    server.last.snapshots('e', 9, STATE, 'b');
    expect(told).toMatchObject({ updates: [], problems: [], lags: [] });
    expect(told.states).toHaveLength(1);
  });

  it('R-6: hands on the runs, and stays with its own', () => {
    const { server, told } = watching();
    server.last.says({ type: 'runs', runs: summaries('0', 'a') });
    expect(told.runs.map((runs) => runs.map(({ id }) => id))).toEqual([
      ['a', 'b', 'c'],
      ['0', 'a'],
    ]);
    expect(subscriptions(server.last)).toHaveLength(1);
    expect(told.statuses.at(-1)).toEqual({ phase: 'live' });
  });

  it('R-6: waits for a run that is not there, and for one that has gone', () => {
    const { server, told } = connected({ run: 'late' });
    server.last.opens();
    server.last.welcomes('a');
    expect(server.last.sent.map(({ type }) => type)).toEqual(['hello']);
    const reason = 'no run late here (runs: a)';
    expect(told.statuses.at(-1)).toEqual({ phase: 'waiting', reason });
    vi.advanceTimersByTime(60_000);
    server.last.says({ type: 'runs', runs: summaries('a', 'late') });
    server.last.snapshots('e', 7, STATE, 'late');
    expect(told.statuses.at(-1)).toEqual({ phase: 'live' });
    server.last.says({ type: 'runs', runs: summaries('a') });
    expect(told.statuses.at(-1)).toEqual({ phase: 'waiting', reason });
    server.last.says({ type: 'runs', runs: summaries('late') });
    expect(server.last.sent.at(-1)).toEqual({
      type: 'subscribe',
      run: 'late',
      after: { epoch: 'e', offset: 7 },
    });
    expect(server.sockets).toHaveLength(1);
  });

  it('R-1: watches the first run of another welcome where nobody named one', () => {
    const { server, told } = connected();
    server.last.opens();
    server.last.says({ type: 'welcome', protocol: 2, server: 'script', runs: [] });
    expect(told.statuses.at(-1)).toEqual({ phase: 'waiting', reason: 'the server watches no run yet' });
    server.last.says({ type: 'runs', runs: summaries('a') });
    server.last.snapshots('e', 7, STATE, 'a');
    server.last.closes(1006);
    vi.advanceTimersByTime(500);
    server.last.opens();
    server.last.welcomes('b');
    expect(subscriptions(server.last)).toEqual([{ type: 'subscribe', run: 'b' }]);
  });
});
