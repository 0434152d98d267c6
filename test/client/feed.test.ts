import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Feed } from '../../client/feed/feed.ts';
import { FIRST_LOOK } from '../../client/feed/look.ts';
import { Server } from '../../client/server.ts';
import { madeCheckpoint, madeGraph, madeState } from './made.ts';
import { RUN, ScriptedServer, STATE } from './script.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Frames come when `frame` is called. */
function fed(run: string | null = null) {
  const script = new ScriptedServer();
  const source = new Server({
    site: 'http://here/',
    isOwnPage: true,
    open: script.open,
    fetch: () => Promise.reject(new TypeError('Failed to fetch')),
  });
  const waiting = new Set<() => void>();
  const nextFrame = (call: () => void) => {
    waiting.add(call);
    return () => waiting.delete(call);
  };
  const frame = () => {
    const calls = [...waiting];
    waiting.clear();
    for (const call of calls) call();
  };
  const make = (id: string | null) => new Feed({ source, run: id, nextFrame });
  return { script, source, feed: make(run), make, frame };
}

const STARTED = (step: number) =>
  ({ type: 'checkpoint-started', checkpoint: `checkpoint-${step}`, step, content: null }) as const;

describe('a feed', () => {
  it('connects while it is shown, and not before', () => {
    const { script, feed } = fed();
    expect(script.sockets).toHaveLength(0);
    const leave = feed.connect();
    feed.connect()();
    script.last.greets();
    expect(feed.state?.run).toEqual(RUN);
    leave();
    leave();
    expect(feed.state).toBeNull();
    vi.advanceTimersByTime(1000);
    expect(script.last.closedWith).toBe(4000);
  });

  it('tells of many deltas once a frame', () => {
    const { script, feed, frame } = fed();
    feed.connect();
    script.last.greets();
    frame();
    const tell = vi.fn();
    feed.subscribe(tell);
    for (let step = 1; step <= 100; step += 1) script.last.deltas('e', step, STARTED(step));
    expect(tell).not.toHaveBeenCalled();
    frame();
    expect(tell).toHaveBeenCalledTimes(1);
    expect(feed.state?.checkpoints).toHaveLength(100);
  });

  it('tells at once of what a person does', () => {
    const { script, feed, frame } = fed();
    feed.connect();
    script.last.greets(
      'e',
      0,
      madeState({ checkpoints: [madeCheckpoint(1), madeCheckpoint(2)], latest: madeGraph(2, [1]) }),
    );
    frame();
    const tell = vi.fn();
    feed.subscribe(tell);
    feed.choose({ id: 'checkpoint-1', branch: null });
    expect(tell).toHaveBeenCalled();
    expect(feed.shownKey).toEqual({ id: 'checkpoint-1', branch: null });
    feed.lookAt({ hoveredStep: 2 });
    expect(feed.look).toEqual({ ...FIRST_LOOK, hoveredStep: 2 });
  });

  it('shares one connection and one store with another feed of the same run', () => {
    const { script, feed, make } = fed('r');
    const other = make('r');
    feed.connect();
    other.connect();
    script.last.greets();
    expect(script.sockets).toHaveLength(1);
    expect(script.last.sent.map(({ type }) => type)).toEqual(['hello', 'subscribe']);
    expect(other.state).toBe(feed.state);
    expect(other.look).toEqual(feed.look);
    feed.lookAt({ pinned: 'L0H0' });
    expect(other.look.pinned).toBeNull();
  });

  it('watches two runs over one connection', () => {
    const { script, feed, make } = fed('a');
    const other = make('b');
    feed.connect();
    other.connect();
    script.last.opens();
    script.last.welcomes('a', 'b');
    script.last.snapshots('e', 0, madeState({ run: { ...RUN, id: 'a' } }), 'a');
    script.last.snapshots('f', 0, madeState({ run: { ...RUN, id: 'b' } }), 'b');
    script.last.deltas('f', 1, STARTED(8), 'b');
    expect(script.sockets).toHaveLength(1);
    expect([feed.state?.run.id, other.state?.run.id]).toEqual(['a', 'b']);
    expect([feed.state?.checkpoints.length, other.state?.checkpoints.length]).toEqual([0, 1]);
  });

  it('R-5: turns to another run over the same connection, without a place', async () => {
    const { script, feed } = fed('a');
    feed.connect();
    script.last.opens();
    script.last.welcomes('a', 'b');
    script.last.snapshots('e', 7, STATE, 'a');
    vi.advanceTimersByTime(500);
    feed.lookAt({ zoom: [1, 2], axis: 'asinh' });
    feed.watch('b');
    expect(feed.state).toBeNull();
    expect(feed.run).toBe('b');
    expect(feed.look).toMatchObject({ zoom: null, axis: 'asinh' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(script.sockets).toHaveLength(1);
    expect(script.last.sent.slice(-2)).toEqual([
      { type: 'unsubscribe', run: 'a' },
      { type: 'subscribe', run: 'b' },
    ]);
    script.last.deltas('e', 8, STARTED(8), 'a');
    script.last.snapshots('g', 0, madeState({ run: { ...RUN, id: 'b' } }), 'b');
    expect(feed.state?.run.id).toBe('b');
  });

  it('B-5: sends no more than 60 messages in 10 s, however fast a person switches, and ends at the last run', async () => {
    const { script, feed } = fed('a');
    feed.connect();
    script.last.opens();
    script.last.welcomes('a', 'b', 'c');
    for (let press = 0; press < 400; press += 1) {
      feed.watch(['a', 'b', 'c'][press % 3]);
      await vi.advanceTimersByTimeAsync(25);
    }
    expect(script.sockets).toHaveLength(1);
    expect(script.last.sent.length).toBeLessThan(60);
    await vi.advanceTimersByTimeAsync(500);
    expect(script.last.sent.filter(({ type }) => type === 'subscribe').at(-1)).toEqual({
      type: 'subscribe',
      run: 'a',
    });
  });

  it('T-2: opens the stream again with a token that is entered', async () => {
    const { script, source, feed } = fed();
    feed.connect();
    script.last.closes(1006);
    source.enter('se-cret');
    await vi.advanceTimersByTimeAsync(0);
    expect(script.asked.at(-1)?.subprotocols).toContain('phasewatch.token.se-cret');
  });
});
