/**
 * What every source of checkpoints keeps to, wherever they come from: order, completeness, torn writes, failures,
 * resumption, cancellation. A kind of source gives a harness that makes a place of its own for each test, with real
 * files or a real server, and the ways in which checkpoints come to be there. What a kind cannot do, it says why, and
 * the list of exceptions here knows of it.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Source } from '../../server/source/source.ts';
import { type Sample, sampleOf } from './samples.ts';
import { type Taken, Taking, type TakingOptions } from './taking.ts';

/** What not every kind can do. */
export type Ability = 'torn' | 'spoil' | 'again' | 'away';

/** Kinds that lack an ability for a reason that lies in what they are. */
const EXCEPTIONS: Readonly<Record<string, readonly Ability[]>> = {
  push: ['spoil', 'away'],
};

export type Place = {
  /** The source, as a new process makes it: of the last one it has the files and nothing else. */
  source(): Source;
  /** A complete checkpoint appears. */
  put(step: number, sample: Sample): Promise<void>;
  /** Only a part of it is there, or it is cut. */
  putTorn?(step: number, sample: Sample): Promise<void>;
  /** The torn one is whole. */
  mend?(step: number, sample: Sample): Promise<void>;
  /** One that is all there and cannot be read: the header of its tensors is nonsense. */
  spoil?(step: number, sample: Sample): Promise<void>;
  /** It is written again, with other contents. */
  again?(step: number, sample: Sample): Promise<void>;
  /** The whole of it cannot be reached, until `reachable`. */
  unreachable?(): Promise<void>;
  reachable?(): Promise<void>;
  /** Its server takes requests for tensors and answers none, until the place closes. */
  stall?(): Promise<void>;
  /** Requests under way, or open files of the place. */
  openRequests?(): number;
  /** Steps whose tensors were fetched, one entry for each time. */
  fetched?(): readonly number[];
  close(): Promise<void>;
};

export type Harness = {
  open(): Promise<Place>;
  /** So many checkpoints are ready before the first is let go of; absent for a source that fetches nothing. */
  readonly aheadMax?: number;
  /** A sentence why, for each ability that the kind lacks. */
  readonly cannot?: Readonly<Partial<Record<Ability, string>>>;
};

export function describeSource(name: string, harness: Harness): void {
  const { cannot = {}, aheadMax } = harness;
  const able = (ability: Ability) => test.skipIf(ability in cannot);

  async function opened(): Promise<Place> {
    const place = await harness.open();
    onTestFinished(() => place.close());
    return place;
  }

  describe(`a source, ${name},`, () => {
    test('lacks nothing but what its kind is excused from', async () => {
      expect(Object.keys(cannot).sort()).toEqual([...(EXCEPTIONS[name] ?? [])].sort());
      for (const reason of Object.values(cannot)) expect(reason).toMatch(/^\S+ \S+ .{10,}/);
      // One that fetches has to say how far ahead it goes.
      const place = await opened();
      expect(place.fetched === undefined || aheadMax !== undefined).toBe(true);
    });

    test('gives what is there by step, each once and whole', async () => {
      const place = await opened();
      for (const step of [30, 4, 200]) await place.put(step, sampleOf(step));
      const taking = take(place);
      await taking.untilTaken(3);
      await place.put(1000, sampleOf(1000));
      await taking.untilTaken(4);
      expect(taking.steps).toEqual([4, 30, 200, 1000]);
      for (const taken of taking.taken) expectSample(taken, sampleOf(taken.step));
      expect(new Set(taking.contents.values()).size).toBe(4);
      expect(taking.types('failed')).toBe(0);
    });

    test('gives what appears, as it appears', async () => {
      const place = await opened();
      const taking = take(place);
      for (const [index, step] of [0, 10, 20].entries()) {
        await place.put(step, sampleOf(step));
        await taking.untilTaken(index + 1);
        expectSample(taking.taken[index], sampleOf(step));
      }
      expect(taking.steps).toEqual([0, 10, 20]);
    });

    able('torn')('gives nothing torn, lets others overtake it, and gives it when it is whole', async () => {
      const place = await openedWith('putTorn', 'mend');
      await place.put(1, sampleOf(1));
      await place.putTorn(2, sampleOf(2));
      const taking = take(place);
      await taking.untilTaken(1);
      await place.put(3, sampleOf(3));
      await taking.untilTaken(2);
      expect(taking.steps).toEqual([1, 3]);
      await place.mend(2, sampleOf(2));
      await taking.untilTaken(3);
      expect(taking.steps).toEqual([1, 3, 2]);
      expectSample(taking.last(2), sampleOf(2));
    });

    able('spoil')('reports what is broken with a code and a sentence; the others go on', async () => {
      const place = await openedWith('spoil');
      await place.put(1, sampleOf(1));
      await place.spoil(2, sampleOf(2));
      await place.put(3, sampleOf(3));
      const taking = take(place);
      await taking.untilTaken(2);
      await taking.until('a failure of step 2', () => taking.failuresOf(2).length > 0);
      await place.put(4, sampleOf(4));
      await taking.untilTaken(3);
      expect(taking.steps).toEqual([1, 3, 4]);
      const failures = taking.failuresOf(2);
      expect(failures).toHaveLength(1);
      expect(failures[0].failure.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(failures[0].failure.message).toMatch(/^\S+ \S+ .{10,}/);
      expect(failures[0].failure.message).not.toMatch(/\n|\[object|undefined/);
    });

    able('again')('gives what was written again once more, with another content', async () => {
      const place = await openedWith('again');
      await place.put(1, sampleOf(1));
      const taking = take(place);
      await taking.untilTaken(1);
      await place.again(1, sampleOf(101));
      await taking.until('step 1 again', () => taking.last(1)?.content !== taking.taken[0].content);
      const [first] = taking.taken;
      const last = taking.last(1);
      expect(last?.id).toBe(first.id);
      expectSample(first, sampleOf(1));
      expectSample(last, sampleOf(101));
    });

    able('away')('says that it cannot be reached, and that it can, and goes on', async () => {
      const place = await openedWith('unreachable', 'reachable');
      await place.put(1, sampleOf(1));
      const taking = take(place);
      await taking.untilTaken(1);
      await place.unreachable();
      await taking.until('missing', () => taking.types('missing') > 0);
      await place.reachable();
      await taking.until('present', () => taking.types('present') > 0);
      await place.put(2, sampleOf(2));
      await taking.untilTaken(2);
      expect(taking.steps).toEqual([1, 2]);
      const told = taking.events.flatMap((event) => (event.type === 'missing' ? [event.message] : []));
      for (const message of told) expect(message).toMatch(/^\S+ \S+ .{5,}/);
      expect(taking.types('failed')).toBe(0);
    });

    able('away')('may be away at first', async () => {
      const place = await openedWith('unreachable', 'reachable');
      await place.put(2, sampleOf(2));
      await place.put(1, sampleOf(1));
      await place.unreachable();
      const taking = take(place);
      await taking.until('missing', () => taking.types('missing') > 0);
      expect(taking.taken).toEqual([]);
      await place.reachable();
      await taking.untilTaken(2);
      expect(taking.steps).toEqual([1, 2]);
      expect(taking.types('present')).toBe(1);
    });

    test('goes on in another life where the last one stopped, without fetching what is done', async () => {
      const place = await opened();
      for (const step of [1, 2]) await place.put(step, sampleOf(step));
      const before = take(place);
      await before.untilTaken(2);
      before.stop();
      await place.put(3, sampleOf(3));
      const fetchedBefore = place.fetched?.().length ?? 0;
      const after = take(place, { done: before.contents });
      await after.untilTaken(1);
      await place.put(4, sampleOf(4));
      await after.untilTaken(2);
      expect(after.steps).toEqual([3, 4]);
      for (const taken of after.taken) expectSample(taken, sampleOf(taken.step));
      expect(new Set(place.fetched?.().slice(fetchedBefore))).toEqual(new Set(place.fetched && [3, 4]));
    });

    able('again')('gives in another life what was written again meanwhile', async () => {
      const place = await openedWith('again');
      for (const step of [1, 2]) await place.put(step, sampleOf(step));
      const before = take(place);
      await before.untilTaken(2);
      before.stop();
      await place.again(1, sampleOf(101));
      const after = take(place, { done: before.contents });
      await after.untilTaken(1);
      expect(after.steps).toEqual([1]);
      expectSample(after.last(1), sampleOf(101));
    });

    test.runIf(aheadMax !== undefined)('goes only so far ahead of who takes', async () => {
      const place = await opened();
      const ahead = aheadMax ?? 0;
      const count = ahead + 3;
      for (let step = 1; step <= count; step++) await place.put(step, sampleOf(step));
      const taking = take(place, { holds: true });
      for (let taken = 1; taken <= count; taken++) {
        await taking.untilTaken(taken);
        if (taken >= ahead) taking.release();
      }
      expect(taking.steps).toEqual(Array.from({ length: count }, (_, index) => index + 1));
      expect(taking.peak).toBeLessThanOrEqual(ahead);
    });

    test('is silent as soon as nobody listens', async () => {
      const place = await opened();
      await place.put(1, sampleOf(1));
      await place.put(2, sampleOf(2));
      const taking = take(place);
      await taking.until('an event', () => taking.events.length > 0);
      taking.stop();
      const heard = taking.events.length;
      const witness = take(place);
      await place.put(3, sampleOf(3));
      await witness.untilTaken(3);
      witness.stop();
      expect(witness.steps).toEqual([1, 2, 3]);
      expect(taking.events).toHaveLength(heard);
      await expectQuiet(place);
    });

    test('stops whatever it is at when nobody listens any more', async () => {
      const place = await opened();
      for (const step of [1, 2, 3]) await place.put(step, sampleOf(step));
      await place.stall?.();
      const taking = take(place);
      if (place.stall)
        await expect.poll(() => place.openRequests?.(), { timeout: 20_000 }).toBeGreaterThan(0);
      taking.stop();
      const heard = taking.events.length;
      await expectQuiet(place);
      expect(taking.events).toHaveLength(heard);
      expect(taking.types('ready')).toBe(0);
    });
  });

  /** A place that has what the test needs; a kind that has it not has to say so. */
  async function openedWith<Member extends keyof Place>(...members: readonly Member[]) {
    const place = await opened();
    for (const member of members)
      if (!place[member]) throw new Error(`${name}: has no ${member}, and does not say why it cannot`);
    return place as Place & Required<Pick<Place, Member>>;
  }
}

function take(place: Place, options: TakingOptions = {}): Taking {
  const taking = new Taking(place.source(), options);
  onTestFinished(() => taking.stop());
  return taking;
}

function expectSample(taken: Taken | undefined, { config, tensors }: Sample): void {
  expect(taken?.config).toEqual(config);
  expect(taken?.tensors).toEqual(tensors);
}

/** Nothing is under way any more; what was cut off may take a moment to be noticed on the other side. */
async function expectQuiet(place: Place): Promise<void> {
  if (place.openRequests) await expect.poll(() => place.openRequests?.(), { timeout: 20_000 }).toBe(0);
}
