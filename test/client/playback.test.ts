import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Feed } from '../../client/feed/feed.ts';
import { Playback, type Speed } from '../../client/feed/playback.ts';
import type { RunState } from '../../protocol/state.ts';
import { LoneRun } from './lone-run.ts';
import { madeBranch, madeCheckpoint, madeGraph, madeState } from './made.ts';

const FAILURE = { code: 'torn', message: 'It is torn.' };
const STATE = madeState({
  checkpoints: [
    madeCheckpoint(1),
    madeCheckpoint(2),
    madeCheckpoint(3, { status: 'failed', failure: FAILURE }),
    madeCheckpoint(4),
    madeCheckpoint(5, { status: 'skipped' }),
    madeCheckpoint(6),
  ],
  latest: madeGraph(6, [1]),
});

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

function playing(state: RunState = STATE, speed: Speed = 4, isHeld = false) {
  const run = new LoneRun(state, { isHeld });
  const feed: Feed = run.feed();
  /** Step and time of what was looked at; `live` at the end. */
  const shown: [string, number][] = [];
  const playback: Playback = new Playback({
    speed: () => speed,
    choose: (key) => {
      shown.push([key?.id.replace('checkpoint-', '') ?? 'live', Math.round(performance.now())]);
      feed.choose(key);
    },
    changed: () => {},
  });
  return { run, feed, shown, playback };
}

describe('playback', () => {
  it('shows every checkpoint that has a graph for as long as its speed says, then follows the run', async () => {
    const { feed, shown, playback } = playing();
    playback.start(feed);
    await vi.advanceTimersByTimeAsync(600);
    expect(playback.isPlaying).toBe(true);
    await vi.runAllTimersAsync();
    expect(shown).toEqual([
      ['1', 0],
      ['2', 250],
      ['4', 500],
      ['6', 750],
      ['live', 1000],
    ]);
    expect(playback.isPlaying).toBe(false);
    expect(feed.chosen).toBeNull();
  });

  it('goes on from the checkpoint looked at, and begins anew from the last', async () => {
    const { feed, shown, playback } = playing();
    feed.choose({ id: 'checkpoint-2', branch: null });
    playback.start(feed);
    await vi.runAllTimersAsync();
    feed.choose({ id: 'checkpoint-6', branch: null });
    playback.start(feed);
    await vi.runAllTimersAsync();
    expect(shown.map(([step]) => step)).toEqual(['4', '6', 'live', '1', '2', '4', '6', 'live']);
  });

  it('waits for a graph that is slow, skips none, and has asked for those that come after it', async () => {
    const { run, feed, shown, playback } = playing(STATE, 16, true);
    playback.start(feed);
    await vi.advanceTimersByTimeAsync(5000);
    expect(shown).toEqual([]);
    expect([...run.asked].sort()).toEqual(['checkpoint-1', 'checkpoint-2', 'checkpoint-4', 'checkpoint-6']);
    run.answer(4);
    run.answer(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(shown.map(([step]) => step)).toEqual(['1']);
    run.answer(2);
    run.answer(6);
    await vi.runAllTimersAsync();
    expect(shown.map(([step]) => step)).toEqual(['1', '2', '4', '6', 'live']);
    expect(feed.focusing.lateResults).toBe(0);
  });

  it('ends at a graph that cannot be fetched, which is then looked at', async () => {
    const { run, feed, shown, playback } = playing(STATE, 16, true);
    playback.start(feed);
    run.answer(1);
    await vi.advanceTimersByTimeAsync(0);
    run.refuse(2, 'the server answered 500');
    await vi.runAllTimersAsync();
    expect(shown.map(([step]) => step)).toEqual(['1', '2']);
    expect(playback.isPlaying).toBe(false);
    expect(feed.shown?.step).toBe(2);
  });

  it('ends where a person looks at something else, and does not move them', async () => {
    const { feed, shown, playback } = playing();
    playback.start(feed);
    await vi.advanceTimersByTimeAsync(300);
    feed.choose({ id: 'checkpoint-6', branch: null });
    expect(playback.isPlaying).toBe(false);
    await vi.runAllTimersAsync();
    expect(shown.map(([step]) => step)).toEqual(['1', '2']);
    expect(feed.shown?.step).toBe(6);
  });

  it('stays in the branch that is looked at', async () => {
    const state = { ...STATE, branches: [madeBranch(4, [madeCheckpoint(4), madeCheckpoint(7)])] };
    const { feed, shown, playback } = playing(state);
    feed.choose({ id: 'checkpoint-4', branch: 0 });
    playback.start(feed);
    await vi.advanceTimersByTimeAsync(10);
    expect(shown).toEqual([['7', 0]]);
    expect(feed.chosen).toEqual({ id: 'checkpoint-7', branch: 0 });
  });

  it('takes in what comes while it plays, and plays nothing where there is nothing', async () => {
    const { run, feed, shown, playback } = playing();
    playback.start(feed);
    await vi.advanceTimersByTimeAsync(800);
    run.becomes({ ...STATE, checkpoints: [...STATE.checkpoints, madeCheckpoint(8)] });
    await vi.runAllTimersAsync();
    expect(shown.map(([step]) => step)).toEqual(['1', '2', '4', '6', '8', 'live']);
    const empty = playing(madeState({}));
    empty.playback.start(empty.feed);
    expect(empty.playback.isPlaying).toBe(false);
  });
});
