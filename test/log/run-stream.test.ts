import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { apply, initialState } from '../../protocol/apply.ts';
import { OutOfStep } from '../../protocol/out-of-step.ts';
import { decodePacked, encodePacked } from '../../protocol/packed.ts';
import type { Delta, RunState } from '../../protocol/state.ts';
import { seededRandom } from '../../server/base/random.ts';
import { deltaOf, EventLog } from '../../server/log/event-log.ts';
import type { StreamEntry } from '../../server/log/recent-deltas.ts';
import { RunStream, type RunStreamOptions } from '../../server/log/run-stream.ts';
import { RUN, walked } from './delta-walk.ts';
import { madeLog } from './made-log.ts';
import { scratch } from './scratch.ts';

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);
const ended = { activity: 'ended', checkpoint: null, taken: 3, known: 4, layersDone: 0, layers: 2 } as const;
const progress = {
  type: 'progress',
  progress: { ...ended, remainingMillis: null, message: 'done' },
} as const;

async function opened(directory: string | null, options: Partial<RunStreamOptions> = {}): Promise<RunStream> {
  const log =
    directory === null ? null : await EventLog.open({ directory, bytesMax: Number.POSITIVE_INFINITY });
  const stream = await RunStream.open({ run: RUN, log, ...options });
  onTestFinished(() => stream.close());
  return stream;
}

function publishAll(stream: RunStream, deltas: readonly Delta[]): Promise<void> {
  for (const delta of deltas) stream.publish(delta);
  return stream.settled();
}

type DeltaMessage = { readonly offset: number; readonly epoch: string; readonly delta: Delta };
const messageOf = (entry: StreamEntry) => decodePacked(entry.message.frame('binary')) as DeltaMessage;
const withoutProgress = ({ progress: _, ...rest }: RunState) => rest;

/** Everything from memory, one after the other. */
function recent(stream: RunStream, from = 0): DeltaMessage[] {
  const found: DeltaMessage[] = [];
  for (let entry = stream.recentAfter(from); entry; entry = stream.recentAfter(entry.offset))
    found.push(messageOf(entry));
  return found;
}

/** Everything from disk, a few at a time. */
async function stored(stream: RunStream): Promise<DeltaMessage[]> {
  const found: DeltaMessage[] = [];
  while (found.length < stream.offset) {
    const entries = await stream.storedAfter(found.length, 2_000);
    if (!entries) throw new Error(`nothing after ${found.length}`);
    found.push(...entries.map(messageOf));
  }
  return found;
}

describe('a stream', () => {
  it.each(SEEDS)('S-1: numbers what is published densely from 1, in order, seed %i', async (seed) => {
    const random = seededRandom(seed);
    const stream = await opened(scratch());
    const deltas = walked(seed, 40);
    const seen: number[] = [];
    let known = 0;
    stream.listen({
      advanced() {
        while (known < stream.offset) {
          const entry = stream.recentAfter(known);
          if (!entry) throw new Error(`nothing after ${known}`);
          seen.push(entry.offset);
          known = entry.offset;
        }
      },
      progressed() {},
    });
    for (const delta of deltas) {
      stream.publish(delta);
      if (random() < 0.3) stream.publish(progress);
      // Sometimes while a write is under way, sometimes after it.
      const wait = random();
      if (wait < 0.2) await stream.settled();
      else if (wait < 0.4) await Promise.resolve();
    }
    await stream.settled();
    expect(seen).toEqual(deltas.map((_, index) => index + 1));
    expect(withoutProgress(stream.state)).toEqual(withoutProgress(deltas.reduce(apply, initialState(RUN))));
  });

  it('S-6: tells nothing before it is on disk', async () => {
    const { log } = await madeLog(scratch());
    const write = vi.mocked(log.append);
    const stream = await RunStream.open({ run: RUN, log });
    const ready: (() => void)[] = [];
    const append = write.getMockImplementation();
    write.mockImplementation(async (...words) => {
      await new Promise<void>((resolve) => ready.push(resolve));
      await append?.(...words);
    });
    const [first, second, ...rest] = walked(2, 20);
    stream.publish(first);
    await vi.waitUntil(() => ready.length === 1);
    for (const delta of [second, ...rest]) stream.publish(delta);
    expect([stream.offset, stream.recentAfter(0), stream.state]).toEqual([0, null, initialState(RUN)]);
    ready[0]();
    await vi.waitUntil(() => ready.length === 2);
    expect(stream.offset).toBe(1);
    expect(write.mock.lastCall?.[0]).toHaveLength(rest.length + 1);
    ready[1]();
    await stream.settled();
    expect(stream.offset).toBe(rest.length + 2);
    await stream.close();
  });

  it('S-3: refuses a delta that does not follow before it is on disk, and goes on with the next', async () => {
    const directory = scratch();
    const stream = await opened(directory);
    stream.publish({ type: 'checkpoint-started', checkpoint: 'a', step: 1, content: null });
    const stray: Delta = {
      type: 'checkpoint-done',
      checkpoint: 'b',
      millis: 1,
      unchangedLayers: 0,
      identicalTo: null,
    };
    expect(() => stream.publish(stray)).toThrow(OutOfStep);
    stream.publish({ ...stray, checkpoint: 'a' });
    await stream.close();
    const again = await opened(directory);
    expect([again.offset, again.state.latest?.checkpoint]).toEqual([2, 'a']);
  });

  it('S-8: tells progress with the deltas that it was published with, without a number, and keeps it over them', async () => {
    const stream = await opened(scratch());
    const progressed = vi.fn();
    stream.listen({ advanced() {}, progressed });
    stream.publish(progress);
    expect(progressed).toHaveBeenCalledTimes(1);
    stream.publish({ type: 'rewound', fromStep: 1 });
    stream.publish(progress);
    expect([stream.state.progress, stream.offset]).toEqual([progress.progress, 0]);
    await stream.settled();
    expect(progressed).toHaveBeenCalledTimes(2);
    expect([stream.state.progress, stream.offset]).toEqual([progress.progress, 1]);
  });

  it('makes a snapshot once for each offset', async () => {
    const stream = await opened(null);
    const first = stream.snapshot();
    expect(stream.snapshot()).toBe(first);
    await publishAll(stream, walked(1, 10));
    const second = stream.snapshot();
    expect(second).not.toBe(first);
    const { offset, epoch, state } = stream;
    expect(decodePacked(second.frame('binary'))).toEqual({
      type: 'snapshot',
      run: 'r',
      epoch,
      offset,
      state,
    });
    expect(JSON.parse(Buffer.from(second.frame('json')).toString())).toEqual(
      decodePacked(second.frame('binary')),
    );
  });

  it('takes nothing more once it is closed', async () => {
    const directory = scratch();
    const stream = await opened(directory);
    await stream.close();
    stream.publish({ type: 'rewound', fromStep: 1 });
    await stream.settled();
    expect(stream.offset).toBe(0);
    await opened(directory);
  });

  it('R-7: says anew how many tokens a step takes where that is another at its next start, and only then', async () => {
    const directory = scratch();
    const run = { ...RUN, tokensPerStep: 4_096 };
    const first = await opened(directory, { run });
    await publishAll(first, walked(3, 20));
    await first.close();
    const tokensIn = (state: RunState) => state.run.tokensPerStep;
    const again = await opened(directory, { run: RUN });
    expect([again.offset, tokensIn(again.state)]).toEqual([first.offset, undefined]);
    await again.close();
    const other = await opened(directory, { run });
    await other.settled();
    expect([other.offset, tokensIn(other.state)]).toEqual([first.offset + 1, 4_096]);
    const told = (await stored(other)).map(({ delta }) => delta);
    expect(told.at(-1)).toEqual({ type: 'run', run: other.state.run });
    expect(withoutProgress(told.reduce(apply, initialState(RUN)))).toEqual(withoutProgress(other.state));
  });

  it('stops telling who has left', async () => {
    const stream = await opened(null);
    const advanced = vi.fn();
    stream.listen({ advanced, progressed() {} })();
    await publishAll(stream, walked(1, 2));
    expect(advanced).not.toHaveBeenCalled();
  });

  it('has no deltas on disk and no graph but the latest where it has no log', async () => {
    const stream = await opened(null, { problem: 'no log' });
    await publishAll(stream, walked(4, 40));
    const { latest, checkpoints } = stream.state;
    expect(stream.unkept).toBe('no log');
    expect(await stream.storedAfter(0, 1_000)).toBeNull();
    for (const { id } of checkpoints)
      expect(await stream.graph(id, null)).toBe(id === latest?.checkpoint ? latest : null);
  });
});

describe('the deltas of a stream', () => {
  it.each(SEEDS)(
    'R-2: make the same state from memory and from disk, from every offset on, seed %i',
    async (seed) => {
      const stream = await opened(scratch());
      const deltas = walked(seed, 30);
      await publishAll(stream, deltas);
      const [fromMemory, fromDisk] = [recent(stream), await stored(stream)];
      expect(fromDisk.map(({ delta }) => delta)).toEqual(deltas);
      let states = [initialState(RUN), initialState(RUN)];
      for (const [index, { offset, epoch, delta }] of fromMemory.entries()) {
        expect([offset, epoch]).toEqual([index + 1, stream.epoch]);
        states = [apply(states[0], delta), apply(states[1], fromDisk[index].delta)];
        expect(states[0]).toEqual(states[1]);
      }
      expect(withoutProgress(states[0])).toEqual(withoutProgress(stream.state));
      expect(fromMemory.some(({ delta }) => delta.type === 'edges' && delta.since)).toBe(true);
    },
  );

  it('are counted in bytes of MessagePack, whether they were deflated or not', async () => {
    const { log } = await madeLog(scratch());
    const stream = await RunStream.open({ run: RUN, log });
    onTestFinished(() => stream.close());
    await publishAll(stream, walked(1, 20));
    const sizes = (await log.read(1, stream.offset)).map((record) => {
      const { at, delta } = deltaOf(record);
      return encodePacked([at, delta]).length;
    });
    for (let offset = 0; offset <= stream.offset; offset += 1)
      expect(stream.bytesAfter(offset)).toBe(sizes.slice(offset).reduce((sum, size) => sum + size, 0));
  });
});
