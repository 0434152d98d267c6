/** Viewers who do not read what they asked for: what they cost the server and the others, and how they come back. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Delta } from '../../protocol/state.ts';
import { HANDED_BYTES_MAX, LAG_BYTES_MAX, MIB, RECENT_BYTES_MAX } from '../../server/base/config.ts';
import type { RunStream } from '../../server/log/run-stream.ts';
import { Follower } from '../support/follower.ts';
import { heldBytes } from '../support/heap.ts';
import { RunStory } from '../support/run-story.ts';
import { logDirectory, openedStream, runInfo, type Served, served } from '../support/served.ts';
import { TestViewer } from '../support/viewer.ts';

const SECOND_NANOS = 1e9;

/** Replaces what was known of the checkpoint, so that the state does not grow with it. */
const bulky = (bytes: number, checkpoint = 'bulky'): Delta => ({
  type: 'failure',
  checkpoint,
  step: 1,
  failure: { code: 'truncated', message: 'x'.repeat(bytes) },
});

let stream: RunStream;
let server: Served;
beforeEach(async () => {
  stream = await openedStream('a', logDirectory());
  server = await served([stream]);
});
afterEach(() => server.close());

async function publish(...deltas: readonly Delta[]): Promise<void> {
  for (const delta of deltas) stream.publish(delta);
  await stream.settled();
}

/** Publishes until the system's buffers and the server's own share for the only stalled viewer are full. */
async function fillPipe(): Promise<void> {
  while (server.counters.outboxBytes <= HANDED_BYTES_MAX) await publish(bulky(MIB));
}

async function followers(count: number): Promise<Follower[]> {
  const all = Array.from({ length: count }, (_, at) => new Follower('a', at % 2 === 0 ? 'json' : 'binary'));
  for (const follower of all) await follower.connect(server.port);
  for (const { told } of all) await vi.waitFor(() => expect(told.snapshot).toBe(1));
  return all;
}

describe('twenty viewers who read nothing while 100 MiB are published', () => {
  it('B-1, B-2: cost the server a bounded share of memory and the others nothing, and come back in step', async () => {
    const story = new RunStory({ run: runInfo('a'), seed: 5, edgesPerLayer: 2000 });
    const largest = 1.1 * MIB;
    const [stalled, reading] = [await followers(20), await followers(2)];
    for (const follower of stalled) follower.stall();
    const heldBefore = heldBytes();
    const delays = monitorEventLoopDelay({ resolution: 5 });
    delays.enable();

    let mostWaiting = 0;
    let mostHeld = 0;
    for (let mebibytes = 0; mebibytes < 104; mebibytes += 1) {
      await publish(story.bulky(MIB), story.next());
      mostWaiting = Math.max(mostWaiting, server.counters.outboxBytes);
      // The next ones are published when those who read have these, whatever the others do.
      for (const follower of reading)
        await vi.waitFor(() => expect(follower.place?.offset).toBe(stream.offset), { interval: 1 });
      if (mebibytes % 26 === 25) mostHeld = Math.max(mostHeld, heldBytes() - heldBefore);
    }
    delays.disable();
    for (const follower of reading) {
      expect(follower.state).toEqual(story.state);
      expect(follower.told).toMatchObject({ snapshot: 1, delta: 208, resync: 0 });
    }
    expect(mostWaiting).toBeGreaterThan(20 * HANDED_BYTES_MAX);
    expect(mostWaiting).toBeLessThanOrEqual(20 * (HANDED_BYTES_MAX + largest));
    // The newest deltas in both encodings, and what waits; the test's own part is in it. 104 MiB for each would be 2,080.
    expect(mostHeld).toBeLessThan(12 * RECENT_BYTES_MAX + 24 * MIB + 20 * (HANDED_BYTES_MAX + largest));
    expect(delays.max).toBeLessThan(SECOND_NANOS);

    for (const follower of stalled) {
      expect(follower.told.delta).toBe(0);
      follower.resume();
    }
    await publish(story.next());
    for (const follower of stalled)
      await vi.waitFor(() => expect(follower.place?.offset).toBe(stream.offset), { timeout: 20_000 });
    for (const follower of stalled) {
      expect(follower.state).toEqual(stream.state);
      expect(follower.told).toMatchObject({ snapshot: 2, resumed: 0, resync: 1 });
    }
    expect(server.counters.resyncs).toBe(20);
    expect(stream.state).toEqual(story.state);
  }, 60_000);
});

describe('a viewer who reads again', () => {
  it('R-2: has missed nothing, where it lags by less than the bound: the rest comes from the log', async () => {
    const stored = vi.spyOn(stream, 'storedAfter');
    const [follower] = await followers(1);
    follower.stall();
    await fillPipe();
    const filled = stream.offset;
    while (stream.bytesAfter(filled) < 2 * RECENT_BYTES_MAX) await publish(bulky(MIB / 2));
    expect(stored).not.toHaveBeenCalled();
    follower.resume();
    await vi.waitFor(() => expect(follower.place?.offset).toBe(stream.offset));
    expect(stored).toHaveBeenCalled();
    expect(follower.told).toMatchObject({ snapshot: 1, delta: stream.offset, resync: 0 });
    expect(follower.state).toEqual(stream.state);
  });

  it('B-2: is sent resync in place of what it missed beyond the bound, and nothing more until it asks', async () => {
    const viewer = await TestViewer.watching(server.port, 'a');
    await viewer.expect('snapshot');
    viewer.socket.pause();
    await fillPipe();
    const filled = stream.offset;
    while (stream.bytesAfter(filled) <= LAG_BYTES_MAX) await publish(bulky(MIB));
    viewer.socket.resume();
    let message = await viewer.next();
    let offset = 0;
    while (message.type === 'delta' || message.type === 'progress') {
      if (message.type === 'delta') {
        offset += 1;
        expect(message.offset).toBe(offset);
      }
      message = await viewer.next();
    }
    expect(message).toEqual({ type: 'resync', run: 'a', reason: 'more than 16 MiB behind' });
    await publish(bulky(1));
    stream.publish({ type: 'progress', progress: { ...stream.state.progress, known: 3 } });
    viewer.send({ type: 'subscribe', run: 'a', after: { epoch: stream.epoch, offset } });
    const snapshot = await viewer.expect('snapshot');
    expect(snapshot.offset).toBe(stream.offset);
    expect(snapshot.state).toEqual(stream.state);
    viewer.socket.close();
  });

  it('S-8: gets the newest progress, not those in between', async () => {
    const [follower] = await followers(1);
    await vi.waitFor(() => expect(follower.told.progress).toBe(1));
    follower.stall();
    await fillPipe();
    for (let known = 1; known <= 5000; known += 1)
      stream.publish({ type: 'progress', progress: { ...stream.state.progress, known } });
    follower.resume();
    await vi.waitFor(() => expect(follower.state?.progress.known).toBe(5000));
    // One may have been under way.
    expect(follower.told.progress).toBeLessThanOrEqual(3);
    expect(follower.state).toEqual(stream.state);
  });

  it('R-6: gets the newest list of runs, not those in between', async () => {
    const viewer = await TestViewer.watching(server.port, 'a');
    await viewer.expect('snapshot');
    viewer.socket.pause();
    await fillPipe();
    for (let run = 0; run < 100; run += 1) server.runs.add(await openedStream(`b${run}`));
    viewer.socket.resume();
    const lists: number[] = [];
    while (lists[lists.length - 1] !== 101) {
      const message = await viewer.next();
      if (message.type === 'runs') lists.push(message.runs.length);
    }
    expect(lists.length).toBeLessThanOrEqual(2);
    viewer.socket.close();
  });
});

describe('a snapshot', () => {
  it('B-1: is made when there is room for it: who stalls and subscribes holds none', async () => {
    const viewer = await TestViewer.watching(server.port, 'a');
    await viewer.expect('snapshot');
    viewer.socket.pause();
    await fillPipe();
    const snapshots = vi.spyOn(stream, 'snapshot');
    viewer.send({ type: 'subscribe', run: 'a' });
    // A second connection's answer comes after the server has heard the first.
    const other = await TestViewer.watching(server.port, 'a');
    await other.expect('snapshot');
    await publish(bulky(10));
    expect((await other.expect('delta')).offset).toBe(stream.offset);
    expect(snapshots).toHaveBeenCalledTimes(1);
    viewer.socket.resume();
    let message = await viewer.next();
    while (message.type !== 'snapshot') message = await viewer.next();
    expect(message.offset).toBe(stream.offset);
    for (const { socket } of [viewer, other]) socket.close();
  });
});

describe('who never catches up', () => {
  // Without a log the bound is what is kept in memory, which is sooner.
  beforeEach(async () => {
    await server.close();
    stream = await openedStream('a');
    server = await served([stream]);
  });

  /** Publishes more than who stands at the end now may miss. */
  async function outrun(): Promise<void> {
    const { offset } = stream;
    while (stream.bytesAfter(offset) <= 1.5 * RECENT_BYTES_MAX) await publish(bulky(MIB));
  }

  /** Larger than the system's buffers, so that a snapshot of it does not vanish into them. */
  async function growState(): Promise<void> {
    for (let count = 0; count < 24; count += 1) await publish(bulky(MIB, `large-${count}`));
  }

  /** Reads up to the next resync and then asks for a snapshot that it does not read; null where it was closed. */
  async function lagAgain(viewer: TestViewer): Promise<number | null> {
    const resyncs = server.counters.resyncs;
    let isResynced = false;
    viewer.forward((message) => {
      if (message.type !== 'resync') return;
      isResynced = true;
      viewer.socket.pause();
      viewer.send({ type: 'subscribe', run: 'a' });
    });
    viewer.socket.resume();
    const closed = viewer.closed.then(({ code }) => code);
    await vi.waitFor(() => expect(server.counters.resyncs).toBe(resyncs + 1));
    if (server.counters.resyncs === 3) return closed;
    await vi.waitFor(() => expect(isResynced).toBe(true));
    await vi.waitFor(() => expect(server.counters.outboxBytes).toBeGreaterThan(HANDED_BYTES_MAX));
    await outrun();
    return null;
  }

  async function lagging(): Promise<TestViewer> {
    await growState();
    const viewer = await TestViewer.watching(server.port, 'a', { encoding: 'binary' });
    viewer.socket.pause();
    await vi.waitFor(() => expect(server.counters.outboxBytes).toBeGreaterThan(HANDED_BYTES_MAX));
    await outrun();
    return viewer;
  }

  it('B-3: is closed with 4408 at the third resync', async () => {
    const viewer = await lagging();
    expect(await lagAgain(viewer)).toBeNull();
    expect(await lagAgain(viewer)).toBeNull();
    expect(await lagAgain(viewer)).toBe(4408);
    expect((await viewer.closed).reason).toBe('reading too slowly: 3 resyncs without having caught up');
  });

  it('B-3: is closed also when it is up to date with another run', async () => {
    server.runs.add(await openedStream('idle'));
    const viewer = await lagging();
    viewer.send({ type: 'subscribe', run: 'idle' });
    expect(await lagAgain(viewer)).toBeNull();
    expect(await lagAgain(viewer)).toBeNull();
    expect(await lagAgain(viewer)).toBe(4408);
  });

  it('B-3: is not closed where it caught up in between', async () => {
    const viewer = await lagging();
    expect(await lagAgain(viewer)).toBeNull();
    expect(await lagAgain(viewer)).toBeNull();
    // Reads the third one's snapshot and is there, before it lags again.
    const caughtUp = new Promise<void>((resolve) => {
      let isThere = false;
      viewer.forward((message) => {
        if (message.type === 'snapshot' && message.offset === stream.offset) isThere = true;
        if (isThere && message.type === 'progress') resolve();
      });
    });
    viewer.send({ type: 'unsubscribe', run: 'a' });
    viewer.send({ type: 'subscribe', run: 'a' });
    viewer.socket.resume();
    await caughtUp;
    expect(server.counters.resyncs).toBe(2);
    viewer.socket.pause();
    await fillPipe();
    await outrun();
    const resynced = new Promise<void>((resolve) => {
      viewer.forward((message) => {
        if (message.type === 'resync') resolve();
      });
    });
    viewer.socket.resume();
    await resynced;
    expect(server.counters.resyncs).toBe(3);
    expect(viewer.socket.readyState).toBe(viewer.socket.OPEN);
    viewer.socket.close();
  });
});
