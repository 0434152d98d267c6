/** A viewer's place in a stream: how it begins, goes on, and takes up again, from memory and from disk. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apply } from '../../protocol/apply.ts';
import type { Encoding } from '../../protocol/encoding.ts';
import type { Place } from '../../protocol/messages.ts';
import type { Delta } from '../../protocol/state.ts';
import { HANDED_BYTES_MAX, KEEP_AGAIN_MILLIS, RECENT_BYTES_MAX } from '../../server/base/config.ts';
import { EventLog } from '../../server/log/event-log.ts';
import { RunStream } from '../../server/log/run-stream.ts';
import { Follower } from '../support/follower.ts';
import { RunStory } from '../support/run-story.ts';
import { logDirectory, openedStream, runInfo, type Served, served } from '../support/served.ts';
import { TestViewer } from '../support/viewer.ts';

const KIB = 1024;

/** @param checkpoint the same one again replaces what was known of it, so that the state does not grow */
const failed = (bytes: number, checkpoint = 'a', step = 1): Delta => ({
  type: 'failure',
  checkpoint,
  step,
  failure: { code: 'truncated', message: 'x'.repeat(bytes) },
});

async function publish(stream: RunStream, ...deltas: readonly Delta[]): Promise<void> {
  for (const delta of deltas) stream.publish(delta);
  await stream.settled();
}

/** Publishes until the system's buffers and the server's own share for the only viewer, which does not read, are full. */
async function fillPipe(filled: RunStream): Promise<void> {
  while (server.counters.outboxBytes <= HANDED_BYTES_MAX) await publish(filled, failed(512 * KIB));
}

const placeOf = ({ epoch, offset }: Place): Place => ({ epoch, offset });

let directory: string;
let stream: RunStream;
let server: Served;
beforeEach(async () => {
  directory = logDirectory();
  stream = await openedStream('a', directory);
  server = await served([stream]);
});
afterEach(() => server.close());

/** As after a crash of the computer: another stream on the same log, and another gateway. */
async function restart(): Promise<void> {
  await server.close();
  stream = await openedStream('a', directory);
  server = await served([stream]);
}

const watching = (after?: Place, encoding: Encoding = 'json') =>
  TestViewer.watching(server.port, 'a', { encoding, ...(after && { after }) });

describe('a subscription', () => {
  it('R-2: begins with one snapshot of everything so far and goes on with every delta, once and in order', async () => {
    const story = new RunStory({ run: runInfo('a'), seed: 1 });
    await publish(stream, ...Array.from({ length: 50 }, () => story.next()));
    const viewer = await watching();
    const snapshot = await viewer.expect('snapshot');
    expect(snapshot).toMatchObject({ run: 'a', epoch: stream.epoch, offset: 50, state: story.state });
    await publish(stream, ...Array.from({ length: 150 }, () => story.next()));
    let { state } = snapshot;
    for (let offset = 51; offset <= 200; offset += 1) {
      const message = await viewer.expect('delta');
      expect(message).toMatchObject({ run: 'a', epoch: stream.epoch, offset });
      state = apply(state, message.delta);
    }
    expect(state).toEqual(stream.state);
    viewer.socket.close();
  });

  it('S-2: makes the same state of a snapshot at any offset and the deltas after it', async () => {
    const story = new RunStory({ run: runInfo('a'), seed: 2 });
    const followers: Follower[] = [];
    for (let count = 0; count < 12; count += 1) {
      const follower = new Follower('a', count % 2 === 0 ? 'json' : 'binary');
      await follower.connect(server.port);
      await vi.waitFor(() => expect(follower.told.snapshot).toBe(1));
      followers.push(follower);
      await publish(stream, ...Array.from({ length: 17 }, () => story.next()));
    }
    for (const follower of followers) {
      await vi.waitFor(() => expect(follower.place?.offset).toBe(204));
      expect(follower.state).toEqual(story.state);
    }
    expect(followers.map(({ told }) => told.delta)).toEqual(followers.map((_, index) => 204 - 17 * index));
  });

  it('R-3: begins anew with a second subscribe, and sends nothing twice after it', async () => {
    const viewer = await watching();
    await viewer.expect('snapshot');
    await publish(stream, failed(1));
    expect((await viewer.expect('delta')).offset).toBe(1);
    viewer.send({ type: 'subscribe', run: 'a' });
    expect((await viewer.expect('snapshot')).offset).toBe(1);
    await publish(stream, failed(1), failed(2));
    expect([(await viewer.expect('delta')).offset, (await viewer.expect('delta')).offset]).toEqual([2, 3]);
    viewer.socket.close();
  });

  it('R-5: ends with unsubscribe: nothing more of that run is sent, and of another all', async () => {
    const other = await openedStream('b');
    server.runs.add(other);
    const viewer = await watching();
    await viewer.expect('snapshot');
    viewer.send({ type: 'unsubscribe', run: 'a' });
    viewer.send({ type: 'unsubscribe', run: 'never subscribed to' });
    viewer.send({ type: 'subscribe', run: 'b' });
    expect((await viewer.expect('snapshot')).run).toBe('b');
    await publish(stream, failed(1), failed(2));
    stream.publish({ type: 'progress', progress: { ...stream.state.progress, known: 9 } });
    await publish(other, failed(3));
    expect(await viewer.expect('delta')).toMatchObject({ run: 'b', offset: 1 });
    viewer.send({ type: 'subscribe', run: 'a' });
    expect(await viewer.expect('snapshot')).toMatchObject({ run: 'a', offset: 2 });
    viewer.socket.close();
  });

  it('takes turns with others of its connection', async () => {
    const other = await openedStream('b');
    server.runs.add(other);
    const viewer = await watching();
    await viewer.expect('snapshot');
    viewer.send({ type: 'subscribe', run: 'b' });
    await viewer.expect('snapshot');
    viewer.socket.pause();
    await fillPipe(stream);
    // All of it is still in memory, so that nobody waits for the disk.
    const many = Array.from({ length: 12 }, () => failed((0.75 * RECENT_BYTES_MAX) / 12));
    await Promise.all([publish(stream, ...many), publish(other, ...many)]);
    viewer.socket.resume();
    const left = { a: stream.offset, b: other.offset };
    while (left.a > 0) left[(await viewer.expect('delta')).run === 'a' ? 'a' : 'b'] -= 1;
    expect(left.b).toBeLessThanOrEqual(1);
    viewer.socket.close();
  });
});

describe('a place', () => {
  it('S-1: has dense offsets in an epoch, which outlive the server with its log and not without', async () => {
    await publish(stream, failed(1), failed(2));
    const before = placeOf(stream);
    await restart();
    expect(placeOf(stream)).toEqual(before);
    const viewer = await watching();
    expect(placeOf(await viewer.expect('snapshot'))).toEqual(before);
    await publish(stream, failed(3));
    expect(placeOf(await viewer.expect('delta'))).toEqual({ epoch: before.epoch, offset: 3 });
    viewer.socket.close();

    const [one, two] = await Promise.all([openedStream('b'), openedStream('b')]);
    expect(one.epoch).not.toBe(two.epoch);
  });

  it.each(['json', 'binary'] as const)(
    'R-4: in the middle is resumed from under %s, with the deltas after it and no others',
    async (encoding) => {
      await publish(stream, ...[1, 2, 3, 4, 5].map((bytes) => failed(bytes)));
      for (const restarted of [false, true]) {
        if (restarted) await restart();
        const viewer = await watching({ epoch: stream.epoch, offset: 2 }, encoding);
        expect(await viewer.expect('resumed')).toEqual({
          type: 'resumed',
          run: 'a',
          epoch: stream.epoch,
          offset: 2,
        });
        for (const offset of [3, 4, 5])
          expect(await viewer.expect('delta')).toEqual({
            type: 'delta',
            run: 'a',
            epoch: stream.epoch,
            offset,
            delta: failed(offset),
          });
        viewer.socket.close();
      }
    },
  );

  it('R-4: gives the same state from memory, and from disk after a restart', async () => {
    const story = new RunStory({ run: runInfo('a'), seed: 3 });
    const next = (count: number) => publish(stream, ...Array.from({ length: count }, () => story.next()));
    const follower = new Follower('a', 'binary');
    await next(40);
    await follower.connect(server.port);
    await vi.waitFor(() => expect(follower.place?.offset).toBe(40));
    await follower.terminate();
    await next(60);
    await follower.connect(server.port);
    await vi.waitFor(() => expect(follower.place?.offset).toBe(100));
    await follower.terminate();
    await next(60);
    await restart();
    const stored = vi.spyOn(stream, 'storedAfter');
    await follower.connect(server.port);
    await vi.waitFor(() => expect(follower.place?.offset).toBe(160));
    expect(stored).toHaveBeenCalled();
    await next(40);
    await vi.waitFor(() => expect(follower.place?.offset).toBe(200));
    expect({ ...follower.state, progress: null }).toEqual({ ...story.state, progress: null });
    expect(follower.told).toMatchObject({ snapshot: 1, resumed: 2, delta: 160, resync: 0 });
  });

  it('R-4: at the end is resumed from with nothing, and what comes later follows', async () => {
    await publish(stream, failed(1));
    const viewer = await watching(placeOf(stream));
    expect((await viewer.expect('resumed')).offset).toBe(1);
    await publish(stream, failed(2));
    expect((await viewer.expect('delta')).offset).toBe(2);
    viewer.socket.close();
  });

  it.each([
    ['of another epoch', (_: Place) => ({ epoch: 'another', offset: 1 })],
    ['beyond the end', ({ epoch }: Place) => ({ epoch, offset: 4 })],
    ['before the beginning', ({ epoch }: Place) => ({ epoch, offset: -1 })],
  ])('R-4: %s is answered with a snapshot', async (_, placed) => {
    await publish(stream, failed(1), failed(2), failed(3));
    const viewer = await watching(placed(stream));
    expect(await viewer.expect('snapshot')).toMatchObject({ epoch: stream.epoch, offset: 3 });
    viewer.socket.close();
  });

  it('R-4: with deltas after it that are dearer than a snapshot is answered with one, else resumed from', async () => {
    const start = placeOf(stream);
    // A state of 100 KiB: the first 10 deltas replaced one another.
    await publish(stream, ...Array.from({ length: 10 }, () => failed(100 * KIB)));
    const dear = await watching(start);
    await dear.expect('snapshot');
    const cheap = await watching({ ...start, offset: 9 });
    expect((await cheap.expect('resumed')).offset).toBe(9);
    expect((await cheap.expect('delta')).offset).toBe(10);
    for (const { socket } of [dear, cheap]) socket.close();
  });
});

describe('progress', () => {
  const known = (count: number) => ({ ...stream.state.progress, known: count });

  it('S-8: follows the state, unnumbered, and a snapshot that was shared with others too', async () => {
    stream.publish({ type: 'progress', progress: known(1) });
    const first = await watching();
    expect((await first.expect('snapshot')).state.progress.known).toBe(1);
    stream.publish({ type: 'progress', progress: known(2) });
    const second = await watching();
    // No delta came in between, so it is the same bytes.
    expect((await second.expect('snapshot')).state.progress.known).toBe(1);
    expect(await second.expect('progress')).toEqual({ type: 'progress', run: 'a', progress: known(2) });
    const resumed = await watching(placeOf(stream));
    await resumed.expect('resumed');
    expect((await resumed.expect('progress')).progress).toEqual(known(2));
    for (const { socket } of [first, second, resumed]) socket.close();
  });
});

describe('another epoch', () => {
  it('B-2: sends everybody resync, and each begins anew under it, in memory and after a restart', async () => {
    await server.close();
    let now = 0;
    const log = await EventLog.open({ directory, bytesMax: 2 ** 30 });
    stream = await RunStream.open({ run: runInfo('a'), log, now: () => now });
    server = await served([stream]);
    const followers = (['json', 'binary'] as const).map((encoding) => new Follower('a', encoding));
    for (const follower of followers) await follower.connect(server.port);
    await publish(stream, failed(1), failed(2));
    for (const follower of followers) await vi.waitFor(() => expect(follower.place?.offset).toBe(2));
    const [old, oldMiddle] = [placeOf(stream), { epoch: stream.epoch, offset: 1 }];

    // Whatever is written now fails.
    await log.close();
    await publish(stream, failed(3), failed(4));
    expect(stream.unkept).not.toBeNull();
    expect(stream.epoch).not.toBe(old.epoch);
    for (const follower of followers) {
      await vi.waitFor(() => expect(follower.place).toEqual(placeOf(stream)));
      expect(follower.state).toEqual(stream.state);
      expect(follower.told).toMatchObject({ snapshot: 2, resync: 1, delta: 2 });
    }
    // Deltas of two epochs would be out of turn to whoever takes up at a place of the old one.
    for (const place of [oldMiddle, old]) {
      const viewer = await watching(place);
      await viewer.expect('snapshot');
      viewer.socket.close();
    }

    now += KEEP_AGAIN_MILLIS;
    await publish(stream, failed(5));
    expect(stream.unkept).toBeNull();
    await restart();
    for (const follower of followers) {
      await vi.waitFor(() => expect(follower.isConnected).toBe(false));
      await follower.connect(server.port);
      await vi.waitFor(() => expect(follower.told.resumed).toBe(1));
      await publish(stream, failed(6));
      await vi.waitFor(() => expect(follower.place).toEqual(placeOf(stream)));
      expect(follower.state).toEqual(stream.state);
    }
  });

  it('B-3: is no lagging: nobody is let go for it', async () => {
    await server.close();
    stream = await openedStream('a');
    const epochs = ['e1', 'e2', 'e3', 'e4', 'e5'];
    let epoch = epochs[0];
    vi.spyOn(stream, 'epoch', 'get').mockImplementation(() => epoch);
    server = await served([stream]);
    const viewer = await watching();
    await viewer.expect('snapshot');
    for (const next of epochs.slice(1)) {
      epoch = next;
      await publish(stream, failed(1));
      expect(await viewer.expect('resync')).toEqual({
        type: 'resync',
        run: 'a',
        reason: 'the stream has another epoch',
      });
      // Not until it asks again.
      await publish(stream, failed(2));
      viewer.send({ type: 'subscribe', run: 'a' });
      expect(await viewer.expect('snapshot')).toMatchObject({ epoch, offset: stream.offset });
    }
    viewer.socket.close();
  });
});

describe('without a log', () => {
  it('B-2: who needs deltas that are no longer in memory is sent resync', async () => {
    await server.close();
    stream = await openedStream('a');
    server = await served([stream]);
    const viewer = await watching();
    await viewer.expect('snapshot');
    viewer.socket.pause();
    await fillPipe(stream);
    for (let bytes = 0; bytes < 1.5 * RECENT_BYTES_MAX; bytes += 512 * KIB)
      await publish(stream, failed(512 * KIB));
    viewer.socket.resume();
    let message = await viewer.next();
    while (message.type !== 'resync') message = await viewer.next();
    expect(message.reason).toBe('the deltas that come next are no longer kept');
    viewer.send({ type: 'subscribe', run: 'a' });
    expect((await viewer.expect('snapshot')).offset).toBe(stream.offset);
    viewer.socket.close();
  });
});
