import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sharedWires } from '../../client/shared-wire.ts';
import { CLOSE_BROKEN, CLOSE_BY_VIEWER, type Wire, wiresOver } from '../../client/wire.ts';
import { ScriptedServer, summaries } from './script.ts';

const HELLO = { type: 'hello', protocol: 2, client: 'test' } as const;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

function sharing() {
  const server = new ScriptedServer();
  const openWire = sharedWires(wiresOver(server.open));
  const join = (token: string | null = null) => {
    const seen: string[] = [];
    const wire: Wire = openWire({
      address: 'ws://here/stream',
      token,
      events: {
        opened: () => {
          seen.push('opened');
          wire.send(HELLO);
        },
        message: (parsed) =>
          seen.push(
            parsed.ok && 'runs' in parsed.message
              ? `${parsed.message.type} ${parsed.message.runs.length}`
              : parsed.ok
                ? parsed.message.type
                : parsed.problem,
          ),
        closed: (code) => seen.push(`closed ${code}`),
      },
    });
    return { wire, seen };
  };
  return { server, join };
}

const sent = (server: ScriptedServer) =>
  server.last.sent.map(({ type, run }) => (run ? `${type} ${run}` : type));

describe('a shared wire', () => {
  it('is one socket with one hello, and everybody gets what is said over it', () => {
    const { server, join } = sharing();
    const [first, second] = [join(), join()];
    server.last.opens();
    server.last.welcomes('a', 'b');
    server.last.resumes('e', 0, 'a');
    expect(server.sockets).toHaveLength(1);
    expect(sent(server)).toEqual(['hello']);
    expect(first.seen).toEqual(['opened', 'welcome 2', 'resumed']);
    expect(second.seen).toEqual(first.seen);
  });

  it('welcomes who comes later with the runs as they are then', async () => {
    const { server, join } = sharing();
    join();
    server.last.opens();
    server.last.welcomes('a');
    server.last.says({ type: 'runs', runs: summaries('a', 'b', 'c') });
    const late = join();
    expect(late.seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(late.seen).toEqual(['opened', 'welcome 3']);
    expect(sent(server)).toEqual(['hello']);
  });

  it('R-5: leaves a run when the last who follows it has left', () => {
    const { server, join } = sharing();
    const [first, second] = [join(), join()];
    server.last.opens();
    server.last.welcomes('a', 'b');
    first.wire.send({ type: 'subscribe', run: 'a' });
    second.wire.send({ type: 'subscribe', run: 'a' });
    second.wire.send({ type: 'subscribe', run: 'b' });
    second.wire.close(CLOSE_BY_VIEWER, '');
    const left = () => sent(server).filter((message) => message.startsWith('unsubscribe'));
    expect(left()).toEqual(['unsubscribe b']);
    first.wire.send({ type: 'unsubscribe', run: 'a' });
    expect(left()).toEqual(['unsubscribe b', 'unsubscribe a']);
  });

  it('stays for a second after the last has left, for one who comes at once', () => {
    const { server, join } = sharing();
    const { wire } = join();
    server.last.opens();
    server.last.welcomes('a');
    wire.close(CLOSE_BY_VIEWER, '');
    vi.advanceTimersByTime(999);
    const next = join();
    vi.advanceTimersByTime(5000);
    expect(server.sockets).toHaveLength(1);
    expect(server.last.closedWith).toBeNull();
    next.wire.close(CLOSE_BY_VIEWER, '');
    vi.advanceTimersByTime(1000);
    expect(server.last.closedWith).toBe(CLOSE_BY_VIEWER);
    join();
    expect(server.sockets).toHaveLength(2);
  });

  it('E-1: tells everybody that it was lost, once, and the next is another socket for all', () => {
    const { server, join } = sharing();
    const [first, second] = [join(), join()];
    server.last.opens();
    server.last.closes(1006);
    first.wire.close(CLOSE_BY_VIEWER, '');
    expect([first.seen.at(-1), second.seen.at(-1)]).toEqual(['closed 1006', 'closed 1006']);
    const again = [join(), join()];
    expect(server.sockets).toHaveLength(2);
    expect(again).toHaveLength(2);
  });

  it('is given up for all when one finds it broken', () => {
    const { server, join } = sharing();
    const [first, second] = [join(), join()];
    server.last.opens();
    first.wire.close(CLOSE_BROKEN, 'no answer');
    expect(server.last.closedWith).toBe(CLOSE_BROKEN);
    expect(second.seen.at(-1)).toBe(`closed ${CLOSE_BROKEN}`);
    expect(first.seen.at(-1)).toBe('opened');
    join();
    expect(server.sockets).toHaveLength(2);
  });

  it('T-2: is not shared with one who shows another token', () => {
    const { server, join } = sharing();
    join();
    join('se-cret');
    expect(server.asked.map(({ subprotocols }) => subprotocols.length)).toEqual([2, 3]);
  });

  it('tells nothing to one who has left', () => {
    const { server, join } = sharing();
    const [first, second] = [join(), join()];
    server.last.opens();
    second.wire.close(CLOSE_BY_VIEWER, '');
    server.last.welcomes('a');
    expect(second.seen).toEqual(['opened']);
    expect(first.seen).toEqual(['opened', 'welcome 1']);
  });
});
