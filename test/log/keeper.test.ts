import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Place } from '../../protocol/messages.ts';
import type { Delta } from '../../protocol/state.ts';
import { KEEP_AGAIN_MILLIS, MIB, UNKEPT_BYTES_MAX } from '../../server/base/config.ts';
import { seededRandom } from '../../server/base/random.ts';
import { deltaOf, type EventLog, recordOf } from '../../server/log/event-log.ts';
import { Keeper } from '../../server/log/keeper.ts';
import { RunStream } from '../../server/log/run-stream.ts';
import { DeltaWalk, RUN } from './delta-walk.ts';
import { type Failing, type MadeLog, madeLog } from './made-log.ts';
import { large } from './made-records.ts';
import { scratch } from './scratch.ts';

const record = (offset: number, delta: Delta = { type: 'rewound', fromStep: offset }) =>
  recordOf(offset, 0, delta);

async function kept(made: MadeLog) {
  const warnings: string[] = [];
  const clock = { now: 1_000_000 };
  const options = { run: RUN, log: made.log, problem: null, now: () => clock.now };
  const keeper = await Keeper.open({ ...options, warn: (sentence) => warnings.push(sentence) });
  return { keeper, clock, warnings };
}

async function onDisk(log: EventLog): Promise<number[]> {
  const offsets: number[] = [];
  for await (const { offset } of log.records()) offsets.push(offset);
  return offsets;
}

describe('a keeper', () => {
  it('begins an epoch with a log and goes on with it', async () => {
    const made = await madeLog(scratch());
    const { keeper } = await kept(made);
    await keeper.keep([record(1)]);
    const { keeper: again } = await kept(made);
    expect(again.epochs).toEqual(keeper.epochs);
    expect(keeper.epochs).toEqual([{ epoch: keeper.epoch, from: 0 }]);
  });

  it('begins another one at the first offset that is lost, tells why, and holds what comes', async () => {
    const made = await madeLog(scratch());
    const { keeper, warnings } = await kept(made);
    await keeper.keep([record(1), record(2)]);
    const first = keeper.epoch;
    made.failing.records = 'lost';
    await keeper.keep([record(3), record(4)]);
    await keeper.keep([record(5)]);
    expect(keeper.epochs).toEqual([
      { epoch: first, from: 0 },
      { epoch: keeper.epoch, from: 2 },
    ]);
    expect(keeper.epoch).not.toBe(first);
    expect(keeper.problem).toContain(
      'Live viewing goes on; what is computed from now on is lost when this server stops',
    );
    expect(warnings).toEqual([keeper.problem]);
    expect(await onDisk(made.log)).toEqual([1, 2]);
  });

  it('writes all that is missing, in order, when a write succeeds again, and not before its time', async () => {
    const made = await madeLog(scratch());
    const { keeper, clock, warnings } = await kept(made);
    made.failing.records = 'lost';
    await keeper.keep([record(1), record(2)]);
    made.failing.records = null;
    clock.now += KEEP_AGAIN_MILLIS - 1;
    await keeper.keep([record(3)]);
    expect([await onDisk(made.log), keeper.isOwing]).toEqual([[], true]);
    clock.now += 1;
    await keeper.keep([record(4)]);
    expect([await onDisk(made.log), keeper.isOwing, keeper.problem]).toEqual([[1, 2, 3, 4], false, null]);
    expect(warnings[1]).toBe(`${made.log.directory}: results are kept again, and none is missing`);
    expect((await made.log.header())?.epochs).toEqual(keeper.epochs);
    await keeper.keep([record(5)]);
    expect(await onDisk(made.log)).toEqual([1, 2, 3, 4, 5]);
  });

  it('begins no further epoch while writes go on failing', async () => {
    const made = await madeLog(scratch());
    const { keeper, clock } = await kept(made);
    made.failing.records = 'written';
    for (let offset = 1; offset < 5; offset += 1) {
      await keeper.keep([record(offset)]);
      clock.now += KEEP_AGAIN_MILLIS;
    }
    expect(keeper.epochs).toHaveLength(2);
  });

  it('tells nothing more under an epoch that a failed write of the header may have put on disk', async () => {
    const made = await madeLog(scratch());
    const { keeper, clock } = await kept(made);
    made.failing.records = 'lost';
    await keeper.keep([record(1)]);
    const told = keeper.epoch;
    made.failing = { records: null, header: 'written' };
    clock.now += KEEP_AGAIN_MILLIS;
    await keeper.keep([record(2)]);
    expect((await made.log.header())?.epochs).toEqual(keeper.epochs.slice(0, 2));
    expect(keeper.epochs.slice(1)).toEqual([
      { epoch: told, from: 0 },
      { epoch: keeper.epoch, from: 2 },
    ]);
  });

  it('writes what is missing when it is closed', async () => {
    const directory = scratch();
    const made = await madeLog(directory);
    const { keeper } = await kept(made);
    made.failing.records = 'lost';
    await keeper.keep([record(1), record(2)]);
    made.failing.records = null;
    await keeper.close();
    expect(await onDisk((await madeLog(directory)).log)).toEqual([1, 2]);
  });

  it('gives up what is too much to hold, says so, and does not write a stream with a hole', async () => {
    const made = await madeLog(scratch());
    const { keeper, clock, warnings } = await kept(made);
    made.failing.records = 'lost';
    const quarter = large(UNKEPT_BYTES_MAX / 3.5);
    for (let offset = 1; offset < 5; offset += 1) await keeper.keep([record(offset, quarter)]);
    expect(keeper.problem).toBe(
      `${made.log.directory}: more than ${UNKEPT_BYTES_MAX / MIB} MiB could not be written; nothing more is kept until this server is started again`,
    );
    expect(warnings).toHaveLength(2);
    made.failing.records = null;
    clock.now += KEEP_AGAIN_MILLIS;
    await keeper.keep([record(5)]);
    expect([await onDisk(made.log), keeper.isOwing]).toEqual([[], false]);
  });

  it('is held to the bound of the log, and reads it all the while', async () => {
    const made = await madeLog(scratch(), 250);
    const { keeper, clock } = await kept(made);
    const offsets = Array.from({ length: 40 }, (_, index) => index + 1);
    for (const offset of offsets) {
      await keeper.keep([record(offset)]);
      clock.now += KEEP_AGAIN_MILLIS;
    }
    expect(keeper.problem).toContain('allow more with --data-mib');
    const written = await onDisk(made.log);
    expect(written.length).toBe(Math.floor(250 / record(1).bytes.length));
    expect(keeper.epochs[1].from).toBe(written.length);
  });
});

/** Servers that come, go on where the log ends, and are killed; and every place that any of them told, with its meaning. */
class Servers {
  stream!: RunStream;
  readonly #directory: string;
  readonly #random: () => number;
  readonly #told: { readonly place: Place; readonly meaning: string; readonly isKept: boolean }[] = [];
  readonly #clock = { now: 1_000_000 };
  #made!: MadeLog;
  #walk!: DeltaWalk;
  #lives = 0;
  /** What the history up to each offset comes to. */
  #meanings: string[] = [];

  constructor(directory: string, seed: number) {
    this.#directory = directory;
    this.#random = seededRandom(seed);
  }

  async start(): Promise<void> {
    this.#made = await madeLog(this.#directory);
    this.stream = await RunStream.open({ run: RUN, log: this.#made.log, now: () => this.#clock.now });
    this.#lives += 1;
    this.#walk = new DeltaWalk(1_000 * this.#lives);
    this.#walk.state = this.stream.state;
    this.#meanings = ['beginning'];
    for await (const found of this.#made.log.records()) this.#mean(deltaOf(found).delta);
    this.#holds();
    // What was told while results were kept is there, whoever was told.
    for (const { place, isKept } of this.#told) if (isKept) expect(this.stream.has(place)).toBe(true);
  }

  async kill(): Promise<void> {
    await this.#made.log.close();
  }

  async publish(): Promise<void> {
    const deltas = this.#walk.step();
    for (const delta of deltas) this.stream.publish(delta);
    await this.stream.settled();
    for (const delta of deltas) this.#mean(delta);
    const { epoch, offset } = this.stream;
    // A viewer who resumes is told an older place under the epoch of now.
    for (const told of [offset, Math.floor(offset * this.#random())])
      this.#told.push({
        place: { epoch, offset: told },
        meaning: this.#meanings[told],
        isKept: this.stream.unkept === null,
      });
    this.#holds();
    for (const { place } of this.#told.slice(-2)) expect(this.stream.has(place)).toBe(true);
    this.#clock.now += Math.floor(KEEP_AGAIN_MILLIS * this.#random());
  }

  failAtRandom(): void {
    const failing = (): Failing => {
      const choice = this.#random();
      if (choice < 0.5) return null;
      return choice < 0.75 ? 'lost' : 'written';
    };
    this.#made.failing = { records: failing(), header: failing() };
  }

  #mean(delta: Delta): void {
    const before = this.#meanings[this.#meanings.length - 1];
    this.#meanings.push(
      createHash('sha256')
        .update(before + JSON.stringify(delta))
        .digest('hex'),
    );
  }

  /** No place ever means another state than the one that it was told for. */
  #holds(): void {
    expect(this.#meanings).toHaveLength(this.stream.offset + 1);
    for (const { place, meaning } of this.#told)
      if (this.stream.has(place)) expect(this.#meanings[place.offset]).toBe(meaning);
  }
}

describe('every place that a viewer was ever told', () => {
  // Servers that were killed must not try again later.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    return () => vi.useRealTimers();
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'S-1: means the same for ever or is none any more, whatever fails and whoever is killed, seed %i',
    async (seed) => {
      const random = seededRandom(900 + seed);
      const servers = new Servers(join(scratch(), 'log'), seed);
      for (let life = 0; life < 6; life += 1) {
        await servers.start();
        const told: Place[] = [];
        for (let step = 0; step < 12; step += 1) {
          if (random() < 0.4) servers.failAtRandom();
          await servers.publish();
          told.push({ epoch: servers.stream.epoch, offset: servers.stream.offset });
        }
        // While a server lives, what it told stays.
        for (const place of told) expect(servers.stream.has(place)).toBe(true);
        await servers.kill();
      }
    },
  );
});

describe('a stream whose run waits', () => {
  it('is written again when its time comes, though nothing is published', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      const made = await madeLog(scratch());
      const stream = await RunStream.open({ run: RUN, log: made.log });
      made.failing.records = 'lost';
      stream.publish({ type: 'rewound', fromStep: 1 });
      await stream.settled();
      expect(stream.unkept).not.toBeNull();
      await vi.advanceTimersByTimeAsync(KEEP_AGAIN_MILLIS);
      await stream.settled();
      expect(stream.unkept).not.toBeNull();
      made.failing.records = null;
      await vi.advanceTimersByTimeAsync(KEEP_AGAIN_MILLIS);
      await stream.settled();
      expect([stream.unkept, await onDisk(made.log)]).toEqual([null, [1]]);
      await stream.close();
    } finally {
      vi.useRealTimers();
    }
  });
});
