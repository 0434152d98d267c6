import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Subject, type Subscription } from 'rxjs';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Bucket } from '../../../server/source/bucket/bucket.ts';
import { type BucketOptions, watchBucket } from '../../../server/source/bucket/bucket-source.ts';
import { downloadObject } from '../../../server/source/bucket/object-download.ts';
import { FileCache } from '../../../server/source/cache/file-cache.ts';
import { openCheckpoint } from '../../../server/source/checkpoint-files.ts';
import type { SourceEvent } from '../../../server/source/source-event.ts';
import { stubStoreEnvironment } from '../../support/s3-environment.ts';
import { S3Server } from '../../support/s3-server.ts';
import { torchBytes } from '../../support/torch-writer.ts';
import { shardOf, temporaryDirectory } from '../made-files.ts';

const INDEX = 'model.safetensors.index.json';
const FAST = { pollMillis: 20, stalledMillis: 60 };

beforeEach(() => {
  stubStoreEnvironment();
  return () => vi.unstubAllEnvs();
});

function cacheAt(root: string): FileCache {
  return new FileCache({ root, bytesMax: 1e9 });
}

/** A bucket's events, as they come to somebody who holds on to files until told otherwise. */
class Watched {
  readonly events: SourceEvent[] = [];
  readonly through = new Subject<string>();
  readonly done = new Map<string, string>();
  readonly cache = cacheAt(join(temporaryDirectory(), 'cache'));
  #subscription: Subscription | null = null;
  #isComplete = false;

  start(store: S3Server, options: Partial<BucketOptions> = {}, address = 's3://runs/exp'): this {
    const source = watchBucket(address, {
      ...FAST,
      endpoint: store.url,
      cache: this.cache,
      ...options,
    });
    const isDone = (id: string, content: string) => this.done.get(id) === content;
    this.#subscription = source({ isDone, through: this.through }).subscribe({
      next: (event) => this.events.push(event),
      complete: () => {
        this.#isComplete = true;
      },
    });
    onTestFinished(() => this.stop());
    return this;
  }

  async untilComplete(): Promise<void> {
    await vi.waitFor(() => expect(this.#isComplete).toBe(true), { timeout: 5000 });
  }

  stop(): void {
    this.#subscription?.unsubscribe();
  }

  /** In short form, without what is told on the way. */
  get told(): readonly string[] {
    return this.events.flatMap((event) => {
      if (event.type === 'fetching') return [];
      if (event.type === 'ready') return [`ready ${event.checkpoint.id}`];
      return [event.type === 'failed' ? `failed ${event.id} ${event.failure.code}` : event.type];
    });
  }

  get sentences(): readonly string[] {
    return this.events.flatMap((event) =>
      event.type === 'failed' ? [event.failure.message] : event.type === 'missing' ? [event.message] : [],
    );
  }

  checkpoint(id: string) {
    const found = this.events.findLast((event) => event.type === 'ready' && event.checkpoint.id === id);
    if (found?.type !== 'ready') throw new Error(`${id} is not ready; what came: ${this.told.join(', ')}`);
    return found.checkpoint;
  }

  async until(...told: readonly string[]): Promise<void> {
    await vi.waitFor(() => expect(this.told).toEqual(told), { timeout: 10_000, interval: 10 });
  }
}

/** A whole checkpoint of one tensor, by default at its step. */
function put(store: S3Server, name: string, tensor = 'w', items = 4): void {
  store.put(`exp/${name}/config.json`, { model_type: 'gpt2' });
  store.put(`exp/${name}/model.safetensors`, shardOf(tensor, items));
}

/** Looks at the store that have ended since. */
function looks(store: S3Server): number {
  return store.requests.filter(({ kind, key }) => kind === 'list' && key === 'exp/').length;
}

async function afterLooks(store: S3Server, count: number): Promise<void> {
  const before = looks(store);
  await vi.waitFor(() => expect(looks(store)).toBeGreaterThan(before + count), { timeout: 10_000 });
}

describe('what is there', () => {
  test('comes by step with its files on disk, from a list of many pages', async () => {
    const store = await S3Server.start();
    store.pageSize = 2;
    for (const name of ['step1000', 'checkpoint-20', 'step_3']) put(store, name);
    store.put('exp/step_3/optimizer.pt', 'x');
    store.put('exp/runs/events', 'x');
    const watched = new Watched().start(store);
    await watched.until('ignored', 'ready step_3', 'ready checkpoint-20', 'ready step1000');
    const checkpoint = watched.checkpoint('step_3');
    expect(checkpoint).toMatchObject({
      step: 3,
      isSealed: true,
      content: expect.stringMatching(/^[\w-]{43}$/),
    });
    const { config, tensors, close } = await openCheckpoint(checkpoint);
    expect([config, [...tensors.names()]]).toEqual([{ model_type: 'gpt2' }, ['w']]);
    await close();
    expect(readdirSync(checkpoint.directory).sort()).toEqual([
      'config.json',
      'entry.json',
      'model.safetensors',
    ]);
  });

  test('may be a file of torch.save, shards, or have its configuration and tokenizer beside it', async () => {
    const store = await S3Server.start();
    store.put('exp/config.json', {});
    store.put('exp/tokenizer.json', {});
    store.put('exp/step_1/model.safetensors', shardOf('w'));
    store.put(`exp/step_2/${INDEX}`, { weight_map: { a: 'a.safetensors', b: 'b.safetensors' } });
    store.put('exp/step_2/a.safetensors', shardOf('a'));
    store.put('exp/step_2/b.safetensors', shardOf('b'));
    store.put(
      'exp/step_3.pt',
      torchBytes(new Map([['c', { dtype: 'F32', shape: [2], bytes: Buffer.alloc(8) }]])),
    );
    store.put('exp/step_3_optimizer.pt', 'x');
    const watched = new Watched().start(store);
    await watched.until('ready step_1', 'ready step_2', 'ready step_3.pt');
    expect(readdirSync(watched.checkpoint('step_1').directory)).toContain('tokenizer.json');
    const { tensors, close } = await openCheckpoint(watched.checkpoint('step_2'));
    expect([...tensors.names()]).toEqual(['a', 'b']);
    await close();
    const file = await openCheckpoint(watched.checkpoint('step_3.pt'));
    expect([...file.tensors.names()]).toEqual(['c']);
    await file.close();
  });

  test('is known by its ETags, without a byte of it', async () => {
    const store = await S3Server.start();
    put(store, 'step1');
    const first = new Watched().start(store);
    await first.until('ready step1');
    first.stop();
    const asked = store.gets.length;
    put(store, 'step2');
    const second = new Watched();
    second.done.set('step1', first.checkpoint('step1').content ?? '');
    second.start(store);
    await second.until('ready step1', 'ready step2');
    expect(store.gets.slice(asked)).toEqual(['exp/step2/config.json', 'exp/step2/model.safetensors']);
  });

  test('is fetched three ahead of whoever takes it, and let go of after that', async () => {
    const store = await S3Server.start();
    for (let step = 1; step <= 5; step++) put(store, `step${step}`);
    const watched = new Watched().start(store);
    await watched.until('ready step1', 'ready step2', 'ready step3');
    await afterLooks(store, 2);
    expect(store.gets.filter((key) => key.includes('step4'))).toEqual([]);
    watched.through.next('step1');
    await watched.until('ready step1', 'ready step2', 'ready step3', 'ready step4');
    await vi.waitFor(() => expect(readdirSync(join(watched.cache.root, 'pins'))).toHaveLength(3), {
      timeout: 10_000,
    });
    watched.stop();
    await vi.waitFor(() => expect(readdirSync(join(watched.cache.root, 'pins'))).toEqual([]), {
      timeout: 10_000,
    });
  });

  test('that was fetched before is there, in another life too', async () => {
    const store = await S3Server.start();
    put(store, 'step1');
    const first = new Watched().start(store);
    await first.until('ready step1');
    first.stop();
    const asked = store.gets.length;
    const second = new Watched().start(store, { cache: cacheAt(first.cache.root) });
    await second.until('ready step1');
    expect(store.gets).toHaveLength(asked);
  });

  test('that takes more than the cache may costs itself', async () => {
    const store = await S3Server.start();
    for (const [name, elements] of [
      ['step1', 1000],
      ['step2', 2],
    ] as const)
      put(store, name, 'w', elements);
    const root = join(temporaryDirectory(), 'cache');
    const watched = new Watched().start(store, { cache: new FileCache({ root, bytesMax: 2000 }) });
    await watched.until('failed step1 too-large', 'ready step2');
  });

  test('is not fetched where its step is not wanted', async () => {
    const store = await S3Server.start();
    for (const name of ['step1', 'step2']) put(store, name);
    store.put('exp/config.json', {});
    store.put('exp/step_3.pt', 'x');
    const watched = new Watched().start(store, { isWanted: (step) => step === 2 });
    await watched.until('ready step2');
    await afterLooks(store, 3);
    expect(watched.told).toEqual(['ready step2']);
    expect(store.gets.filter((key) => !key.includes('step2'))).toEqual([]);
  });
});

describe('what appears', () => {
  test('is not taken before two looks have found the same', async () => {
    const store = await S3Server.start();
    put(store, 'step1');
    const watched = new Watched().start(store);
    await watched.until('ready step1');
    expect(looks(store)).toBeGreaterThanOrEqual(2);
  });

  test('in pieces fails with what is missing, and is ready with the last piece', async () => {
    const store = await S3Server.start();
    store.put(`exp/step1/${INDEX}`, { weight_map: { a: 'a.safetensors', b: 'b.safetensors' } });
    store.put('exp/step1/a.safetensors', shardOf('a'));
    const watched = new Watched().start(store);
    await watched.until('failed step1 incomplete');
    expect(watched.sentences).toEqual([
      `step1: expected a config.json in it or in the prefix above, found none; ${INDEX}: expected 2 shards, not there: b.safetensors`,
    ]);
    store.put('exp/step1/b.safetensors', shardOf('b'));
    store.put('exp/step1/config.json', {});
    await watched.until('failed step1 incomplete', 'ready step1');
  });

  test('with a marker is ready with the marker and not before', async () => {
    const store = await S3Server.start();
    for (const name of ['step1', 'step2']) put(store, name);
    store.put('exp/step2/DONE', '');
    const watched = new Watched().start(store, { marker: 'DONE', stalledMillis: 600_000 });
    await watched.until('ready step2');
    await afterLooks(store, 3);
    expect(watched.told).toEqual(['ready step2']);
    store.put('exp/step1/DONE', '');
    await watched.until('ready step2', 'ready step1');
  });

  test('and is written again is ready again, as soon as the first is let go of', async () => {
    const store = await S3Server.start();
    put(store, 'step1');
    const watched = new Watched().start(store);
    await watched.until('ready step1');
    const { content, directory } = watched.checkpoint('step1');
    put(store, 'step1', 'v');
    await afterLooks(store, 30);
    expect(watched.told).toEqual(['ready step1']);
    expect(readdirSync(directory)).toContain('model.safetensors');
    watched.through.next('step1');
    await watched.until('ready step1', 'ready step1');
    expect(watched.checkpoint('step1').content).not.toBe(content);
  });

  test.each([false, true])('and is written again while it is fetched is never a mixture', async (ignores) => {
    const store = await S3Server.start();
    store.ignoresConditions = ignores;
    put(store, 'step1');
    let isWritten = false;
    store.refuse = ({ kind, key }) => {
      if (kind === 'get' && key.endsWith('model.safetensors') && !isWritten) {
        isWritten = true;
        put(store, 'step1', 'v');
      }
      return null;
    };
    const watched = new Watched().start(store);
    await watched.until('ready step1');
    const { tensors, close } = await openCheckpoint(watched.checkpoint('step1'));
    expect([...tensors.names()]).toEqual(['v']);
    await close();
    const gets = store.requests.filter(({ kind }) => kind === 'get');
    expect(gets.filter(({ condition }) => condition === null)).toEqual([]);
    // What it is called is what it is now: whoever has that needs no byte more.
    const another = new Watched();
    another.done.set('step1', watched.checkpoint('step1').content ?? '');
    await another.start(store).until('ready step1');
    expect(store.gets).toHaveLength(gets.length);
  });

  test('and is no model is refused by name, the others go on', async () => {
    const store = await S3Server.start();
    for (const name of ['step1', 'step2']) put(store, name);
    store.put('exp/step1/model.safetensors', shardOf('w').subarray(0, 60));
    const watched = new Watched().start(store);
    await watched.until('failed step1 truncated', 'ready step2');
  });
});

test('a disk that takes nothing costs the checkpoint, and says so', async () => {
  const store = await S3Server.start();
  put(store, 'step1');
  const file = join(temporaryDirectory(), 'no-directory');
  writeFileSync(file, '');
  const watched = new Watched().start(store, { cache: cacheAt(join(file, 'cache')) });
  await watched.until('failed step1 unreadable');
  expect(watched.sentences).toEqual([
    'step1: what is fetched cannot be kept on the disk of this machine (ENOTDIR); it is tried again',
  ]);
});

test('a disk that is full is told from a network that is away', async () => {
  const store = await S3Server.start();
  put(store, 'step1');
  const signal = new AbortController().signal;
  const bucket = await Bucket.open({ bucket: 'runs', prefix: '', text: 's3://runs' }, store.url, signal);
  onTestFinished(() => bucket.close());
  const { objects } = await bucket.list('exp/step1/');
  const file = join(temporaryDirectory(), 'model');
  symlinkSync('/dev/full', `${file}.partial`);
  await expect(downloadObject(bucket, objects[0], file, { signal, onBytes: () => {} })).rejects.toThrow(
    /ENOSPC/,
  );
  expect(store.gets).toHaveLength(1);
});

describe('the end of the training', () => {
  test('is told by the state of the newest checkpoint, after all that is there', async () => {
    const store = await S3Server.start();
    for (const name of ['step1', 'step2']) put(store, name);
    store.put('exp/step1/trainer_state.json', { global_step: 1, max_steps: 2 });
    const watched = new Watched().start(store);
    await watched.until('ready step1', 'ready step2');
    store.put('exp/step2/trainer_state.json', { global_step: 2, max_steps: 2 });
    await watched.until('ready step1', 'ready step2', 'ended');
    expect(watched.events).toContainEqual({
      type: 'ended',
      message: 'the training reached its last step, 2 (trainer_state.json)',
      checkpoint: 'step2',
      isNews: true,
    });
  });

  test('is not told before what waits to be fetched has been reported', async () => {
    const store = await S3Server.start();
    for (const name of ['step1', 'step2']) put(store, name);
    store.put('exp/step2/trainer_state.json', { global_step: 2, max_steps: 2 });
    const watched = new Watched().start(store, { aheadMax: 1 });
    await watched.until('ready step1');
    await afterLooks(store, 3);
    expect(watched.told).toEqual(['ready step1']);
    watched.through.next('step1');
    await watched.until('ready step1', 'ready step2', 'ended');
  });

  test('is told by the end marker, and taken back with it', async () => {
    const store = await S3Server.start();
    put(store, 'step1');
    const watched = new Watched().start(store, { endMarker: 'END' });
    await watched.until('ready step1');
    store.put('exp/END', '');
    await watched.until('ready step1', 'ended');
    store.remove('exp/END');
    await watched.until('ready step1', 'ended', 'continued');
  });
});

describe('whoever does not follow', () => {
  test('gets what is there, hears of the rest, and it is over', async () => {
    const store = await S3Server.start();
    for (const name of ['step1', 'step2', 'step3']) put(store, name);
    store.put('exp/step4/config.json', {});
    store.refuse = ({ kind, key }) =>
      kind === 'get' && key.startsWith('exp/step2/') ? { status: 403, code: 'AccessDenied' } : null;
    const watched = new Watched().start(store, { follow: false, stalledMillis: undefined });
    await watched.until('failed step4 incomplete', 'ready step1', 'failed step2 unreadable', 'ready step3');
    await watched.untilComplete();
  });

  test('is told that nothing is there, and it is over', async () => {
    const store = await S3Server.start();
    const watched = new Watched().start(store, { follow: false });
    await watched.untilComplete();
    expect(watched.told).toEqual(['missing']);
  });
});

describe('a store', () => {
  test('that cuts connections is asked for the rest, until all is there', async () => {
    const store = await S3Server.start();
    put(store, 'step1', 'w', 50_000);
    store.cut = (key) => (key.endsWith('model.safetensors') ? 70_000 : null);
    const watched = new Watched().start(store);
    await watched.until('ready step1');
    // How much of what was sent before a cut arrives is the network's to say.
    const ranges = store.requests.flatMap(({ range }) => (range === null ? [] : [range]));
    const starts = ranges.map((range) => Number(/^bytes=(\d+)-$/.exec(range)?.[1]));
    expect(starts.length).toBeGreaterThanOrEqual(2);
    for (const [index, start] of starts.entries()) {
      const before = starts[index - 1] ?? 0;
      expect(start).toBeGreaterThan(before);
      expect(start).toBeLessThanOrEqual(before + 70_000);
    }
    const { tensors, close } = await openCheckpoint(watched.checkpoint('step1'));
    expect(await tensors.read('w')).toEqual(new Float32Array(50_000));
    await close();
    expect(watched.events.at(-1)).toEqual({ type: 'fetching', message: null });
  });

  test('that was left in the middle of an object is asked for the rest in another life', async () => {
    const store = await S3Server.start();
    put(store, 'step1', 'w', 50_000);
    store.cut = (key) => (key.endsWith('model.safetensors') ? 70_000 : null);
    const isAskedAgain = () => store.requests.some(({ range }) => range !== null);
    store.stalls = isAskedAgain;
    const first = new Watched().start(store);
    await vi.waitFor(() => expect(isAskedAgain()).toBe(true), { timeout: 5000 });
    first.stop();
    await vi.waitFor(() => expect(store.openRequests).toBe(0), { timeout: 5000 });
    store.cut = () => null;
    store.stalls = () => false;
    store.requests.length = 0;
    const second = new Watched().start(store, { cache: cacheAt(first.cache.root) });
    await second.until('ready step1');
    const asked = store.requests.filter(({ kind }) => kind === 'get');
    expect(asked).toMatchObject([
      { key: 'exp/step1/model.safetensors', range: expect.stringMatching(/^bytes=[1-9]\d*-$/) },
    ]);
  });

  test('that is busy is asked again', async () => {
    const store = await S3Server.start();
    put(store, 'step1');
    let busy = 2;
    store.refuse = () => (busy-- > 0 ? { status: 503, code: 'SlowDown' } : null);
    await new Watched().start(store).until('ready step1');
  });

  test('that does not give an object costs that checkpoint only', async () => {
    const store = await S3Server.start();
    for (const name of ['step1', 'step2']) put(store, name);
    store.refuse = ({ kind, key }) =>
      kind === 'get' && key.startsWith('exp/step1/') ? { status: 403, code: 'AccessDenied' } : null;
    const watched = new Watched().start(store);
    await watched.until('failed step1 unreadable', 'ready step2');
    expect(watched.sentences[0]).toBe(
      'step1: s3://runs/exp/step1/config.json: access is refused (403 AccessDenied); these credentials need s3:ListBucket on the bucket and s3:GetObject on its objects',
    );
  });

  test.each([
    [
      'another bucket',
      's3://other/exp',
      {},
      /^s3:\/\/other\/exp: there is no such bucket at http:\S+; look at its name/,
    ],
    [
      'an unknown key',
      's3://runs/exp',
      { AWS_ACCESS_KEY_ID: 'AKIAOTHER' },
      /does not take these credentials \(InvalidAccessKeyId\)/,
    ],
    [
      'no credentials',
      's3://runs/exp',
      {
        AWS_ACCESS_KEY_ID: undefined,
      },
      /found no credentials; set AWS_ACCESS_KEY_ID/,
    ],
    ['nothing there', 's3://runs/typo/', {}, /^s3:\/\/runs\/typo: there is nothing below this prefix yet$/],
  ])('is missing with what to do: %s', async (_, address, environment, sentence) => {
    const store = await S3Server.start();
    put(store, 'step1');
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const watched = new Watched().start(store, {}, address);
    await watched.until('missing');
    expect(watched.sentences[0]).toMatch(sentence);
  });

  test('with no end of names is missing, and asked to be named more closely', async () => {
    const store = await S3Server.start();
    store.pageSize = 1;
    for (let at = 0; at <= 100; at++) store.put(`exp/${at}.txt`, '');
    const watched = new Watched().start(store);
    await watched.until('missing');
    expect(watched.sentences[0]).toMatch(/^s3:\/\/runs\/exp: expected at most 100 pages of names/);
  });

  test('that refuses all is missing, and present when it does not any more', async () => {
    const store = await S3Server.start();
    put(store, 'step1');
    store.refuse = () => ({ status: 403, code: 'AccessDenied' });
    const watched = new Watched().start(store);
    await watched.until('missing');
    store.refuse = () => null;
    await watched.until('missing', 'present', 'ready step1');
  });

  test('that is named by the environment is found there, and may be away', async () => {
    const store = await S3Server.start();
    put(store, 'step1');
    await store.down();
    vi.stubEnv('AWS_ENDPOINT_URL_S3', store.url);
    const watched = new Watched();
    const source = watchBucket('s3://runs/exp', { ...FAST, cache: watched.cache });
    const subscription = source({ isDone: () => false, through: watched.through }).subscribe((event) => {
      watched.events.push(event);
    });
    onTestFinished(() => subscription.unsubscribe());
    await watched.until('missing');
    expect(watched.sentences[0]).toMatch(
      /^s3:\/\/runs\/exp: http:\S+ cannot be reached \(ECONNREFUSED\); look at --endpoint/,
    );
    await store.up();
    await watched.until('missing', 'present', 'ready step1');
  });

  test('is left alone as soon as nobody listens, whatever is under way', async () => {
    const store = await S3Server.start();
    put(store, 'step1');
    store.stalls = (key) => key.endsWith('model.safetensors');
    const watched = new Watched().start(store);
    await vi.waitFor(() => expect(store.gets).toContain('exp/step1/model.safetensors'), { timeout: 5000 });
    watched.stop();
    const heard = watched.events.length;
    await vi.waitFor(() => expect(store.openRequests).toBe(0), { timeout: 5000 });
    expect(watched.events).toHaveLength(heard);
  });
});
