import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Refusal } from '../../client/session.ts';
import { connected } from './connected.ts';
import { OPEN_ACCESS } from './script.ts';

describe('Connection', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('V-1: says hello first and subscribes to the first run of the welcome', () => {
    const { server, told } = connected();
    server.last.opens();
    expect(server.last.sent).toEqual([{ type: 'hello', protocol: 2, client: 'phasewatch-dashboard' }]);
    server.last.welcomes('first', 'second');
    expect(server.last.sent.at(-1)).toEqual({ type: 'subscribe', run: 'first' });
    expect(told.statuses).toEqual([{ phase: 'connecting' }]);
    server.last.snapshots('e', 0, undefined, 'first');
    expect(told.statuses.at(-1)).toEqual({ phase: 'live' });
  });

  it('V-2: offers both encodings, the binary one first', () => {
    const { server } = connected();
    expect(server.asked).toEqual([
      { address: 'ws://here/stream', subprotocols: ['phasewatch.v2.msgpack', 'phasewatch.v2'] },
    ]);
  });

  it('V-1: does not try again after a refusal of its version', () => {
    const { server, told } = connected();
    server.last.closes(4406, 'unsupported protocol version');
    vi.advanceTimersByTime(60_000);
    expect(server.sockets).toHaveLength(1);
    expect(told.statuses.at(-1)).toEqual({
      phase: 'offline',
      reason: 'the server speaks another version',
      hint: 'Reload the page.',
    });
  });

  it('V-2: does not speak to a server that chose none of its encodings', () => {
    const { server, told } = connected();
    server.last.opensWith('');
    expect(server.last.sent).toEqual([]);
    expect(server.last.closedWith).toBe(4000);
    expect(told.statuses.at(-1)).toMatchObject({ reason: 'the server speaks another version' });
  });

  it.each(['json', 'binary'] as const)(
    'N-1: reads %s where the server chose it, and writes text',
    (encoding) => {
      const { server, told } = connected();
      server.last.opens(encoding);
      server.last.welcomes();
      server.last.snapshots('e', 0);
      server.last.deltas('e', 1, { type: 'rewound', fromStep: 4 });
      expect(server.last.frames.map((frame) => typeof frame)).toEqual(['string', 'string']);
      expect(told.states).toHaveLength(1);
      expect(told.updates).toEqual([{ type: 'rewound', fromStep: 4 }]);
    },
  );

  it('T-2: shows a token as a sub-protocol, unless it cannot be one', () => {
    const asked = (token: string) => connected({ access: { ...OPEN_ACCESS, token } }).server.asked[0];
    expect(asked('se-cret').subprotocols).toEqual([
      'phasewatch.v2.msgpack',
      'phasewatch.v2',
      'phasewatch.token.se-cret',
    ]);
    expect(asked('se cret').subprotocols).toHaveLength(2);
  });

  it('T-2: signs in before it opens the stream, and does not open it where that is refused', async () => {
    let answer = (_refusal: Refusal | null) => {};
    const enter = () =>
      new Promise<Refusal | null>((resolve) => {
        answer = resolve;
      });
    const { connection, server, told } = connected({ access: { ...OPEN_ACCESS, enter } });
    expect(server.sockets).toHaveLength(0);
    answer({ reason: 'the server does not know this token', hint: null });
    await vi.runAllTimersAsync();
    expect(server.sockets).toHaveLength(0);
    expect(told.statuses.at(-1)).toMatchObject({
      phase: 'offline',
      reason: 'the server does not know this token',
    });
    connection.retryNow();
    answer(null);
    await vi.runOnlyPendingTimersAsync();
    expect(server.sockets).toHaveLength(1);
  });

  it('T-1: says that a token is needed where that is why the handshake was refused', async () => {
    const refusal = () => Promise.resolve({ reason: 'the server asks for a token', hint: 'Open …' });
    const { server, told } = connected({ access: { ...OPEN_ACCESS, refusal } });
    server.last.closes(1006);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.sockets).toHaveLength(1);
    expect(told.statuses.at(-1)).toEqual({
      phase: 'offline',
      reason: 'the server asks for a token',
      hint: 'Open …',
    });
  });

  it('T-1: does not ask why a connection ended that had been opened', async () => {
    const refusal = vi.fn(() => Promise.resolve(null));
    const { server } = connected({ access: { ...OPEN_ACCESS, refusal } });
    server.last.greets();
    server.last.closes(1006);
    expect(refusal).not.toHaveBeenCalled();
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
    const { server, told } = connected();
    server.last.closes(1001, 'server is stopping');
    vi.advanceTimersByTime(500);
    server.last.closes(1006);
    vi.advanceTimersByTime(1000);
    server.last.greets();
    server.last.closes(1001, 'server is stopping');
    expect(told.statuses.at(-1)).toEqual({
      phase: 'reconnecting',
      retryAt: 2000,
      reason: 'server is stopping',
    });
    vi.advanceTimersByTime(500);
    expect(server.sockets).toHaveLength(4);
  });

  it.each([4408, 1006, 1009])('B-3: connects again after it was closed with %i', (code) => {
    const { server, told } = connected();
    server.last.greets();
    server.last.closes(code, 'reading too slowly');
    expect(told.statuses.at(-1)).toMatchObject({ phase: 'reconnecting', reason: 'reading too slowly' });
    vi.advanceTimersByTime(500);
    expect(server.sockets).toHaveLength(2);
  });

  it.each([
    { rule: 'B-5', code: 4429, reason: 'too many messages' },
    { rule: 'M-1', code: 4400, reason: 'bad message: expected …' },
    { rule: 'R-1', code: 4404, reason: 'unknown run' },
  ])('does not try again after a refusal with $code ($rule)', ({ code, reason }) => {
    const { server, told } = connected();
    server.last.greets();
    server.last.closes(code, reason);
    vi.advanceTimersByTime(60_000);
    expect(server.sockets).toHaveLength(1);
    expect(told.statuses.at(-1)).toEqual({
      phase: 'offline',
      reason: `the server refused this page: ${reason}`,
      hint: null,
    });
  });

  it('leaves a server that does not come to a snapshot in 15 s', () => {
    const { server, told } = connected();
    server.last.opens();
    vi.advanceTimersByTime(15_000);
    expect(server.last.closedWith).toBe(4001);
    expect(told.statuses.at(-1)).toEqual({ phase: 'reconnecting', retryAt: 15_500, reason: 'no answer' });
  });

  it('ignores what a socket says that has been left behind', () => {
    const { server, told } = connected();
    const [first] = server.sockets;
    first.closes(1006);
    vi.advanceTimersByTime(500);
    const seen = told.statuses.length;
    first.opens();
    first.snapshots('e', 3);
    first.closes(1006);
    expect(told.states).toEqual([]);
    expect(first.sent).toEqual([]);
    expect(told.statuses).toHaveLength(seen);
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

  it('says nothing more once closed', () => {
    const { connection, server, told } = connected();
    server.last.greets();
    connection.close();
    vi.advanceTimersByTime(60_000);
    expect(server.sockets).toHaveLength(1);
    expect(told.statuses.at(-1)).toEqual({ phase: 'offline', reason: 'closed', hint: null });
  });
});
