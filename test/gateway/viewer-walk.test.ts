/**
 * A seeded random walk: viewers in both encodings connect, subscribe, stall, read again, leave and are cut off, while a
 * made-up history is published and the server is restarted on the same log. Each of them follows the rules (a gap, a
 * delta twice or another epoch throws), and in the end each has exactly the server's state.
 */
import { expect, it, vi } from 'vitest';
import type { Progress } from '../../protocol/state.ts';
import { HANDED_BYTES_MAX, LAG_BYTES_MAX, MIB } from '../../server/base/config.ts';
import type { RunStream } from '../../server/log/run-stream.ts';
import { Follower } from '../support/follower.ts';
import { RunStory } from '../support/run-story.ts';
import { logDirectory, openedStream, runInfo, type Served, served } from '../support/served.ts';

const SEEDS = [1, 2026];
const VIEWERS = 6;
const ACTIONS = 240;
/** Once in so many actions, in the middle between two of them, a stalled viewer is left behind for good. */
const ACTIONS_PER_BURST = 120;

/** What happens next, each as often as it stands here. */
const ACTIONS_BY_WEIGHT = Object.entries({
  publish: 10,
  progress: 3,
  connect: 7,
  terminate: 2,
  stall: 3,
  resume: 3,
  subscribeAfter: 2,
  subscribeAnew: 1,
  unsubscribe: 1,
  restart: 1,
}).flatMap(([name, weight]) => Array.from({ length: weight }, () => name));

class Walk {
  readonly story: RunStory;
  readonly followers: readonly Follower[];
  readonly counts = new Map<string, number>();
  readonly #directory: string;
  readonly #stalled = new Set<Follower>();
  readonly #unsubscribed = new Set<Follower>();
  #stream: RunStream;
  #server: Served;

  private constructor(seed: number, directory: string, stream: RunStream, server: Served) {
    this.story = new RunStory({ run: runInfo('a'), seed, edgesPerLayer: 60 });
    this.followers = Array.from(
      { length: VIEWERS },
      (_, index) => new Follower('a', index % 2 === 0 ? 'json' : 'binary'),
    );
    this.#directory = directory;
    this.#stream = stream;
    this.#server = server;
    this.#listenToDisk();
  }

  static async begin(seed: number): Promise<Walk> {
    const directory = logDirectory();
    const stream = await openedStream('a', directory);
    return new Walk(seed, directory, stream, await served([stream]));
  }

  get stream(): RunStream {
    return this.#stream;
  }

  async step(): Promise<void> {
    const { story } = this;
    const action = ACTIONS_BY_WEIGHT[story.below(ACTIONS_BY_WEIGHT.length)];
    const follower = this.followers[story.below(VIEWERS)];
    if (action === 'publish') await this.#publish(1 + story.below(12));
    else if (action === 'progress') this.#stream.publish({ type: 'progress', progress: this.#progress() });
    else if (action === 'restart') await this.#restart();
    else if (follower.isConnected === (action === 'connect')) return;
    else await this.#act(action, follower);
    this.#count(action);
  }

  /** One viewer stops reading, and misses more than it may; the others miss nothing. */
  async burst(): Promise<void> {
    const [first, ...others] = this.followers;
    if (!first.isConnected) await this.#act('connect', first);
    for (const follower of others) this.#resume(follower);
    this.#resume(first);
    if (this.#unsubscribed.has(first)) await this.#act('subscribeAfter', first);
    await this.#upToDate();
    await this.#act('stall', first);
    const bulk = async () => {
      this.#stream.publish(this.story.bulky(MIB / 2));
      await this.#stream.settled();
      await this.#upToDate();
    };
    while (this.#server.counters.outboxBytes <= HANDED_BYTES_MAX) await bulk();
    const { offset } = this.#stream;
    while (this.#stream.bytesAfter(offset) <= LAG_BYTES_MAX) await bulk();
    this.#resume(first);
    this.#count('burst');
  }

  /** Everybody comes, reads, and has what there is. */
  async end(): Promise<void> {
    for (const follower of this.followers) {
      this.#resume(follower);
      if (!follower.isConnected) await this.#act('connect', follower);
      else if (this.#unsubscribed.has(follower)) await this.#act('subscribeAfter', follower);
    }
    await this.#publish(20);
    await this.#stream.settled();
    this.#stream.publish({ type: 'progress', progress: this.#progress() });
    await this.#upToDate();
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  async #act(action: string, follower: Follower): Promise<void> {
    switch (action) {
      case 'connect':
        this.#unsubscribed.delete(follower);
        return follower.connect(this.#server.port);
      case 'terminate':
        this.#stalled.delete(follower);
        return follower.terminate();
      case 'stall':
        this.#stalled.add(follower);
        return follower.stall();
      case 'resume':
        return this.#resume(follower);
      case 'subscribeAfter':
      case 'subscribeAnew':
        this.#unsubscribed.delete(follower);
        return follower.subscribe(action === 'subscribeAnew');
      case 'unsubscribe':
        this.#unsubscribed.add(follower);
        return follower.unsubscribe();
      default:
        throw new Error(`no action ${action}`);
    }
  }

  #resume(follower: Follower): void {
    this.#stalled.delete(follower);
    follower.resume();
  }

  async #publish(count: number): Promise<void> {
    for (let told = 0; told < count; told += 1) this.#stream.publish(this.story.next());
    // Now and then more comes before this is on disk.
    if (this.story.below(3) > 0) await this.#stream.settled();
  }

  async #restart(): Promise<void> {
    await this.#server.close();
    // A viewer that does not read does not hear of it.
    for (const follower of this.followers) this.#resume(follower);
    for (const follower of this.followers) await vi.waitFor(() => expect(follower.isConnected).toBe(false));
    const { epoch, offset, state } = this.#stream;
    this.#stream = await openedStream('a', this.#directory);
    expect(this.#stream).toMatchObject({ epoch, offset });
    expect({ ...this.#stream.state, progress: null }).toEqual({ ...state, progress: null });
    this.#server = await served([this.#stream]);
    this.#listenToDisk();
  }

  /** Those who read and are subscribed. */
  async #upToDate(): Promise<void> {
    for (const follower of this.followers) {
      if (!follower.isConnected || this.#stalled.has(follower) || this.#unsubscribed.has(follower)) continue;
      await vi.waitFor(
        () => {
          expect(follower.place?.offset).toBe(this.#stream.offset);
          expect(follower.state?.progress).toEqual(this.#stream.state.progress);
        },
        { interval: 2, timeout: 20_000 },
      );
    }
  }

  #listenToDisk(): void {
    const stored = this.#stream.storedAfter.bind(this.#stream);
    vi.spyOn(this.#stream, 'storedAfter').mockImplementation(async (...request) => {
      this.#count('read from disk');
      return stored(...request);
    });
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  #progress(): Progress {
    const known = this.story.below(1e6);
    return { ...this.#stream.state.progress, activity: 'analysing', known, taken: this.story.below(known) };
  }
}

it.each(SEEDS)(
  'S-2: whatever viewers and server go through, all end in the same state (seed %i)',
  async (seed) => {
    const walk = await Walk.begin(seed);
    for (let action = 1; action <= ACTIONS; action += 1) {
      await walk.step();
      if (action % ACTIONS_PER_BURST === ACTIONS_PER_BURST / 2) await walk.burst();
    }
    await walk.end();

    expect({ ...walk.stream.state, progress: null }).toEqual({ ...walk.story.state, progress: null });
    for (const follower of walk.followers) {
      expect(follower.place).toEqual({ epoch: walk.stream.epoch, offset: walk.stream.offset });
      expect(follower.state).toEqual(walk.stream.state);
    }
    // All kinds of action and answer happened, or the walk says less than it seems to.
    const happened = new Set(walk.counts.keys());
    expect(
      [...new Set([...ACTIONS_BY_WEIGHT, 'burst', 'read from disk'])].filter((name) => !happened.has(name)),
    ).toEqual([]);
    for (const answer of ['snapshot', 'resumed', 'delta', 'progress', 'resync'] as const)
      expect({ answer, told: walk.followers.some(({ told }) => told[answer] > 0) }).toEqual({
        answer,
        told: true,
      });
    await walk.close();
  },
  60_000,
);
