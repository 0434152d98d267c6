import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection, type ConnectionStatus } from '../../client/connection.ts';
import { OutOfStep } from '../../protocol/apply.ts';
import type { Delta, RunState } from '../../protocol/state.ts';
import { RUN, ScriptedServer } from './script.ts';

const DELTA: Delta = { type: 'run', run: RUN };

function connected(run: string | null = null) {
  const server = new ScriptedServer();
  const statuses: ConnectionStatus[] = [];
  const states: RunState[] = [];
  const deltas: Delta[] = [];
  const problems: string[] = [];
  const refuse = { next: false };
  const connection = new Connection({
    address: 'ws://here/stream',
    run,
    open: server.open,
    sink: {
      status: (status) => statuses.push(status),
      snapshot: (state) => states.push(state),
      delta: (delta) => {
        if (refuse.next) throw new OutOfStep('does not fit');
        deltas.push(delta);
      },
      outOfStep: (problem) => problems.push(problem),
    },
  });
  connection.open();
  return { connection, server, statuses, states, deltas, problems, refuse };
}

describe('Connection', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('V-1: says hello first and subscribes to the first run of the welcome', () => {
    const { server, statuses } = connected();
    server.last.opens();
    expect(server.last.sent).toEqual([{ type: 'hello', protocol: 1, client: 'phasewatch-dashboard' }]);
    server.last.welcomes('first');
    expect(server.last.sent.at(-1)).toEqual({ type: 'subscribe', run: 'first' });
    expect(statuses).toEqual([{ phase: 'connecting' }]);
    server.last.snapshots('e', 0);
    expect(statuses.at(-1)).toEqual({ phase: 'live' });
  });

  it('V-2: asks for the sub-protocol', () => {
    const { server } = connected();
    expect(server.asked).toEqual([{ address: 'ws://here/stream', subprotocol: 'phasewatch.v1' }]);
  });

  it('V-1: does not try again after a refusal of its version', () => {
    const { server, statuses } = connected();
    server.last.closes(4406, 'unsupported protocol version');
    vi.advanceTimersByTime(60_000);
    expect(server.sockets).toHaveLength(1);
    expect(statuses.at(-1)).toEqual({
      phase: 'offline',
      reason: 'the server speaks another version; reload the page',
    });
  });

  it('R-1: does not subscribe to a run that the welcome does not name', () => {
    const { server, statuses } = connected('other');
    server.last.opens();
    server.last.welcomes('r');
    expect(server.last.sent.map(({ type }) => type)).toEqual(['hello']);
    expect(server.last.closedWith).toBe(4000);
    expect(statuses.at(-1)).toEqual({ phase: 'offline', reason: 'no run other here (runs: r)' });
  });

  it('S-1: hands on deltas whose offsets follow one another', () => {
    const { server, deltas, problems } = connected();
    server.last.greets('e', 7);
    server.last.deltas('e', 8, DELTA);
    server.last.deltas('e', 9, DELTA);
    expect(deltas).toHaveLength(2);
    expect(problems).toEqual([]);
  });

  it.each([
    { what: 'an offset left out', epoch: 'e', offset: 9, problem: 'expected offset 8, got 9' },
    { what: 'an offset twice', epoch: 'e', offset: 7, problem: 'expected offset 8, got 7' },
    { what: 'another epoch', epoch: 'f', offset: 8, problem: 'expected epoch e, got f' },
  ])('S-3: drops its state and subscribes anew after $what', ({ epoch, offset, problem }) => {
    const { server, deltas, problems } = connected();
    server.last.greets('e', 7);
    server.last.deltas(epoch, offset, DELTA);
    expect(problems).toEqual([problem]);
    expect(server.last.sent.map(({ type }) => type)).toEqual(['hello', 'subscribe', 'subscribe']);
    expect(deltas).toEqual([]);
  });

  it('S-3: ignores what comes between being out of step and the new snapshot', () => {
    const { server, deltas, states, problems } = connected();
    server.last.greets('e', 7);
    server.last.deltas('e', 9, DELTA);
    server.last.deltas('e', 10, DELTA);
    server.last.snapshots('e', 10);
    server.last.deltas('e', 11, DELTA);
    expect(problems).toHaveLength(1);
    expect(states).toHaveLength(2);
    expect(deltas).toHaveLength(1);
  });

  it('S-3: subscribes anew after a delta that does not apply, and gives up after six in a row', () => {
    const { server, problems, refuse, statuses } = connected();
    server.last.greets('e', 0);
    refuse.next = true;
    for (let round = 0; round < 6; round += 1) {
      server.last.deltas('e', 1, DELTA);
      server.last.snapshots('e', 0);
    }
    expect(problems).toEqual(new Array(6).fill('does not fit'));
    expect(server.last.sent.filter(({ type }) => type === 'subscribe')).toHaveLength(6);
    expect(statuses.at(-1)?.phase).toBe('offline');
  });

  it('E-1: waits 0.5 s at first and twice as long each time, at most 10 s', () => {
    const { server } = connected();
    const opened: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const before = server.sockets.length;
      const since = Date.now();
      server.last.closes(1006);
      while (server.sockets.length === before) vi.advanceTimersByTime(1);
      opened.push(Date.now() - since);
    }
    expect(opened).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('E-1: begins again at 0.5 s once it had a snapshot', () => {
    const { server, statuses } = connected();
    server.last.closes(1001, 'server is stopping');
    vi.advanceTimersByTime(500);
    server.last.closes(1006);
    vi.advanceTimersByTime(1000);
    server.last.greets();
    server.last.closes(1001, 'server is stopping');
    expect(statuses.at(-1)).toEqual({ phase: 'reconnecting', retryAt: 2000, reason: 'server is stopping' });
    vi.advanceTimersByTime(500);
    expect(server.sockets).toHaveLength(4);
  });

  it('B-1: connects again after having read too slowly', () => {
    const { server, states } = connected();
    server.last.greets();
    server.last.closes(4408, 'reading too slowly');
    vi.advanceTimersByTime(500);
    server.last.greets('e', 90);
    expect(states).toHaveLength(2);
  });

  it('leaves a server that does not come to a snapshot in 15 s', () => {
    const { server, statuses } = connected();
    server.last.opens();
    vi.advanceTimersByTime(15_000);
    expect(server.last.closedWith).toBe(4000);
    expect(statuses.at(-1)).toEqual({ phase: 'reconnecting', retryAt: 15_500, reason: 'no answer' });
  });

  it('ignores what a socket says that has been left behind', () => {
    const { server, states, statuses } = connected();
    const [first] = server.sockets;
    first.closes(1006);
    vi.advanceTimersByTime(500);
    const seen = statuses.length;
    first.opens();
    first.snapshots('e', 3);
    first.closes(1006);
    expect(states).toEqual([]);
    expect(first.sent).toEqual([]);
    expect(statuses).toHaveLength(seen);
  });

  it('does not wait when asked not to, and opens no second socket beside a present one', () => {
    const { connection, server } = connected();
    connection.retryNow();
    expect(server.sockets).toHaveLength(1);
    server.last.closes(1006);
    connection.retryNow();
    expect(server.sockets).toHaveLength(2);
    vi.advanceTimersByTime(500);
    expect(server.sockets).toHaveLength(2);
  });

  it.each(['not JSON', '{"type":"delta"}'])('gives up on what is no message: %s', (text) => {
    const { server, statuses } = connected();
    server.last.greets();
    server.last.saysText(text);
    expect(statuses.at(-1)?.phase).toBe('offline');
    expect(server.last.closedWith).toBe(4000);
  });

  it('says nothing more once closed', () => {
    const { connection, server, statuses } = connected();
    server.last.greets();
    connection.close();
    vi.advanceTimersByTime(60_000);
    expect(server.sockets).toHaveLength(1);
    expect(statuses.at(-1)).toEqual({ phase: 'offline', reason: 'closed' });
  });
});
