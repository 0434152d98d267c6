import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, NEVER, toArray } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { neededTensors } from '../../../server/model/needed-tensors.ts';
import { FileCache } from '../../../server/source/cache/file-cache.ts';
import { type HubWatchOptions, watchHub } from '../../../server/source/hub/watch-hub.ts';
import type { SourceEvent } from '../../../server/source/source-event.ts';
import { HubServer } from '../../support/hub-server.ts';
import { SAMPLE_RUN, safetensorsBytes, temporaryDirectory } from '../made-files.ts';
import { safetensorsOf, sampleOf, torchOf } from '../samples.ts';
import { Taking } from '../taking.ts';

const NOBODY = { isDone: () => false, through: NEVER };

async function opened() {
  const hub = await HubServer.start();
  onTestFinished(() => hub.down());
  const root = join(temporaryDirectory(), 'cache');
  const options = {
    cache: new FileCache({ root, bytesMax: 1e9 }),
    needs: neededTensors,
    endpoint: hub.url,
    pollMillis: 15,
    patience: { attemptsMax: 2, backoffMillis: 2 },
  };
  const watch = (more: Partial<HubWatchOptions> = {}, word = 'hf://someone/model') =>
    watchHub(word, { ...options, ...more });
  /** Everything that is there, with as many ahead as there are. */
  const all = (more: Partial<HubWatchOptions> = {}, word?: string): Promise<SourceEvent[]> =>
    lastValueFrom(watch({ follow: false, ahead: 100, ...more }, word)(NOBODY).pipe(toArray()));
  const take = (more: Partial<HubWatchOptions> = {}) => {
    const taking = new Taking(watch(more));
    onTestFinished(() => taking.stop());
    return taking;
  };
  return { hub, root, options, all, take, watch };
}

function filesOf(seed: number) {
  const sample = sampleOf(seed);
  return { 'config.json': sample.config, 'model.safetensors': safetensorsOf(sample) };
}

function short(event: SourceEvent): string {
  if (event.type === 'ready') return `ready ${event.checkpoint.id}`;
  if (event.type === 'failed') return `failed ${event.id} ${event.failure.code}`;
  return event.type === 'missing' ? `missing ${event.message}` : event.type;
}

const shortened = (events: readonly SourceEvent[]) =>
  events.filter(({ type }) => type !== 'fetching').map(short);

/** Tensors as a safetensors file, each of zeros but its first byte. */
function fileOf(tensors: Readonly<Record<string, number>>): Buffer {
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [name, bytes] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape: [bytes / 4], data_offsets: [at, at + bytes] };
    at += bytes;
  }
  const payload = Buffer.alloc(at);
  for (let byte = 0; byte < at; byte++) payload[byte] = (byte * 7) % 64;
  return Buffer.from(safetensorsBytes(header, payload));
}

/** The first connection for tensors gives so many bytes, and those after it nothing. */
function cutAfter(hub: HubServer, bytes: number): void {
  let connections = 0;
  hub.cut = ({ to, range }) => {
    if (to === 'hub' || range === 'bytes=0-131071') return null;
    connections += 1;
    return connections === 1 ? bytes : 0;
  };
}

describe('which checkpoints', () => {
  test('are the branches and tags whose names give a step, by step', async () => {
    const { hub, all } = await opened();
    hub.push('main', filesOf(9));
    for (const step of [100, 0, 20]) hub.push(`step${step}`, filesOf(step));
    hub.tag('step7-tokens1B', filesOf(7));
    expect(shortened(await all())).toEqual(
      ['step0', 'step7-tokens1B', 'step20', 'step100'].map((id) => `ready ${id}`),
    );
  });

  test('are those of a pattern and of steps that are asked for; nothing of the others is listed', async () => {
    const { hub, all } = await opened();
    for (const step of [1, 2, 3, 4]) hub.push(`step${step}`, filesOf(step));
    hub.push('ema-step3', filesOf(5));
    const isWanted = (step: number) => step > 1 && step < 4;
    expect(shortened(await all({ revisions: 'step*', isWanted }))).toEqual(['ready step2', 'ready step3']);
    expect(hub.requests.filter(({ kind }) => kind === 'tree')).toHaveLength(2);
  });

  test('are the folders of main where no revision gives a step, with a configuration for all', async () => {
    const { hub, all } = await opened();
    const { 'config.json': config, 'model.safetensors': model } = filesOf(1);
    hub.pageSize = 2;
    hub.push('main', {
      'config.json': config,
      'checkpoints/step_20/model.safetensors': model,
      'checkpoints/step_3/model.safetensors': filesOf(2)['model.safetensors'],
      'checkpoints/notes/a.txt': 'nothing',
    });
    expect(shortened(await all())).toEqual(['ready step_3', 'ready step_20']);
    expect(shortened(await all({}, 'hf://someone/model@main/checkpoints'))).toEqual([
      'failed step_3 incomplete',
      'failed step_20 incomplete',
    ]);
  });

  test('are none: then it is said what was expected', async () => {
    const { hub, all } = await opened();
    expect(shortened(await all())).toEqual([
      'missing hf://someone/model: there is no branch or tag main in it',
    ]);
    hub.push('main', filesOf(1));
    expect(shortened(await all())).toEqual([
      'missing hf://someone/model: no branch, tag or folder of it has a name that gives a step, such as step1000',
    ]);
    hub.push('step1', filesOf(1));
    expect(shortened(await all({ revisions: 'x*' }))[0]).toContain('none of its 1 checkpoints');
    expect(shortened(await all({}, 'hf://someone/model@gone'))[0]).toContain('no branch or tag gone in it');
    expect(shortened(await all({}, 'hf://someone/else'))[0]).toContain('there is no such thing (404)');
  });
});

describe('what is fetched', () => {
  test('of one file that is needed whole is that file, and has the hash that the hub names', async () => {
    const { hub, all } = await opened();
    hub.push('step512', {
      'config.json': readFileSync(join(SAMPLE_RUN, 'checkpoint-512/config.json')),
      'model.safetensors': readFileSync(join(SAMPLE_RUN, 'checkpoint-512/model.safetensors')),
      'optimizer.pt': Buffer.alloc(5000),
    });
    const [event] = (await all()).filter(({ type }) => type === 'ready');
    if (event.type !== 'ready') throw new Error('not ready');
    const { directory, content, isSealed } = event.checkpoint;
    expect(readdirSync(directory).sort()).toEqual(['config.json', 'entry.json', 'model.safetensors']);
    const name = 'model.safetensors';
    const original = readFileSync(join(SAMPLE_RUN, 'checkpoint-512', name));
    expect(readFileSync(join(directory, name)).equals(original)).toBe(true);
    expect({ content, isSealed }).toEqual({ content: expect.stringMatching(/^[\w-]{43}$/), isSealed: true });
  });

  test('of a file with more are the tensors that are needed, neighbours in one request', async () => {
    const { hub, take } = await opened();
    const model = fileOf({
      'h.0.attn.bias': 8_000,
      a: 4_000,
      'h.0.attn.masked_bias': 4,
      b: 8_000,
      'h.1.attn.bias': 3_000_000,
      c: 400,
    });
    hub.push('step1', { 'config.json': { model_type: 'gpt2' }, 'model.safetensors': model });
    const taking = take();
    await taking.untilTaken(1);
    const read = taking.taken[0].tensors;
    expect(Object.keys(read)).toEqual(['a', 'b', 'c']);
    const payload = model.length - 3_020_404;
    const floats = (begin: number, bytes: number) => [
      ...new Float32Array(new Uint8Array(model.subarray(payload + begin, payload + begin + bytes)).buffer),
    ];
    expect(read.a.values).toEqual(floats(8_000, 4_000));
    expect(read.b.values).toEqual(floats(12_004, 8_000));
    expect(read.c.values).toEqual(floats(3_020_004, 400));
    const ranges = hub.requests.filter(({ to }) => to === 'store').map(({ range }) => range);
    const range = (begin: number, end: number) => `bytes=${payload + begin}-${payload + end - 1}`;
    expect(ranges).toEqual(['bytes=0-131071', range(8_000, 20_004), range(3_020_004, 3_020_404)]);
  });

  test('of shards is one file; of a longer header all of it', async () => {
    const { hub, take } = await opened();
    const many = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [`layer.${index}.weight`, 4]),
    );
    const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    const names = Object.keys(many);
    hub.push('step1', {
      'config.json': { model_type: 'gpt2' },
      [first]: fileOf(many),
      [second]: fileOf({ last: 8, left: 8 }),
      'model.safetensors.index.json': {
        weight_map: { ...Object.fromEntries(names.map((name) => [name, first])), last: second },
      },
    });
    const taking = take();
    await taking.untilTaken(1);
    expect(Object.keys(taking.taken[0].tensors)).toEqual([...names, 'last']);
  });

  test('of files of torch.save alone is all of them', async () => {
    const { hub, take } = await opened();
    const sample = sampleOf(4);
    hub.push('step4', { 'config.json': sample.config, 'pytorch_model.bin': torchOf(sample) });
    const taking = take();
    await taking.untilTaken(1);
    expect(taking.taken[0].tensors).toEqual(sample.tensors);
  });

  test('is a tokenizer only where one is needed', async () => {
    const { hub, all } = await opened();
    hub.push('step1', { ...filesOf(1), 'tokenizer.json': {} });
    const fetched = async (withTokenizer: boolean) => {
      const ready = (await all({ withTokenizer })).find(({ type }) => type === 'ready');
      return ready?.type === 'ready' && existsSync(join(ready.checkpoint.directory, 'tokenizer.json'));
    };
    expect([await fetched(false), await fetched(true)]).toEqual([false, true]);
  });

  test('lies in the cache for the next start, which fetches no tensor again', async () => {
    const { hub, all } = await opened();
    hub.push('step1', filesOf(1));
    await all();
    const before = hub.fetched.length;
    expect(shortened(await all())).toEqual(['ready step1']);
    expect(hub.fetched.length).toBe(before);
  });
});

describe('what is wrong with one checkpoint costs nobody else anything', () => {
  const config = sampleOf(1).config;
  for (const [what, files, sentence] of [
    [
      'nothing in it',
      {},
      'incomplete step2: expected model.safetensors or pytorch_model.bin, or an index of shards, found nothing',
    ],
    ['no weights', { 'config.json': config, 'a.md': '' }, 'found a.md, config.json'],
    [
      'no configuration',
      { 'model.safetensors': fileOf({ a: 4 }) },
      'incomplete step2: expected a config.json, found model.safetensors',
    ],
    [
      'another model',
      { ...filesOf(2), 'config.json': { model_type: 'bert' } },
      'unsupported-model config.json: expected model_type to be one of',
    ],
    [
      'a missing shard',
      { 'config.json': config, 'model.safetensors.index.json': { weight_map: { a: 'model-1.safetensors' } } },
      'incomplete model.safetensors.index.json: expected 1 shards, not there: model-1.safetensors',
    ],
    [
      'a shard without its tensor',
      {
        'config.json': config,
        'model-1.safetensors': fileOf({ b: 4 }),
        'model.safetensors.index.json': { weight_map: { a: 'model-1.safetensors' } },
      },
      'missing-tensor model-1.safetensors: expected tensor a',
    ],
    [
      'a broken header',
      { 'config.json': config, 'model.safetensors': Buffer.alloc(3000, 9) },
      'corrupt model.safetensors: expected a header of at most',
    ],
  ] as const)
    test(`: ${what}`, async () => {
      const { hub, all } = await opened();
      hub.push('step1', filesOf(1));
      hub.push('step2', files);
      hub.push('step3', filesOf(3));
      const events = await all();
      expect(events.flatMap((event) => (event.type === 'ready' ? [event.checkpoint.id] : []))).toEqual([
        'step1',
        'step3',
      ]);
      const failed = events.flatMap((event) => (event.type === 'failed' ? [event] : []));
      expect(failed.map(({ step }) => step)).toEqual([2]);
      expect(`${failed[0].failure.code} ${failed[0].failure.message}`).toContain(sentence);
    });

  test(': bytes that are not those that were pushed', async () => {
    const { hub, all } = await opened();
    hub.push('step1', filesOf(1));
    hub.damage('step1', 'model.safetensors');
    const [failed] = (await all()).filter(({ type }) => type === 'failed');
    expect(failed).toMatchObject({
      failure: { code: 'corrupt', message: expect.stringContaining('it changed on the way') },
    });
  });

  test(': refused weights', async () => {
    const { hub, all } = await opened();
    hub.push('step1', filesOf(1));
    hub.push('step2', filesOf(2));
    hub.refuse = ({ path }) => (hub.nameOf(path) === 'step1/model.safetensors' ? { status: 403 } : null);
    expect(shortened(await all())).toEqual(['failed step1 refused', 'ready step2']);
  });
});

describe('resumption', () => {
  test('goes on with the bytes that the last start left', async () => {
    const { hub, all } = await opened();
    const model = fileOf({ a: 3_000_000 });
    hub.push('step1', { 'config.json': { model_type: 'gpt2' }, 'model.safetensors': model });
    cutAfter(hub, 2_000_000);
    expect(shortened(await all())[0]).toContain('missing');
    hub.cut = () => null;
    expect(shortened(await all())).toEqual(['ready step1']);
    const last = Number(/=(\d+)-/.exec(hub.requests.findLast(({ to }) => to === 'store')?.range ?? '')?.[1]);
    expect(last).toBeGreaterThan(1_000_000);
    expect(last).toBeLessThanOrEqual(2_000_000);
  });

  test('begins anew where what was left is damaged', async () => {
    const { hub, root, all } = await opened();
    const model = fileOf({ a: 3_000_000 });
    hub.push('step1', { 'config.json': { model_type: 'gpt2' }, 'model.safetensors': model });
    cutAfter(hub, 2_000_000);
    await all();
    hub.cut = () => null;
    const [partial] = readdirSync(join(root, 'partial'));
    const file = join(root, 'partial', partial, 'model.safetensors');
    const bytes = readFileSync(file);
    expect(bytes.length).toBeGreaterThan(1_000_000);
    bytes[500_000] ^= 1;
    writeFileSync(file, bytes);
    const ready = (await all()).find(({ type }) => type === 'ready');
    if (ready?.type !== 'ready') throw new Error('not ready');
    expect(readFileSync(join(ready.checkpoint.directory, 'model.safetensors')).equals(model)).toBe(true);
  });
});

describe('watching on', () => {
  test('asks for refs with the ETag of the last answer, and lists nothing that did not move', async () => {
    const { hub, take } = await opened();
    hub.push('step1', filesOf(1));
    const taking = take();
    await taking.untilTaken(1);
    await expect.poll(() => hub.requests.filter(({ kind }) => kind === 'refs').length).toBeGreaterThan(4);
    expect(hub.requests.filter(({ kind }) => kind === 'tree')).toHaveLength(1);
    // The same files under another commit are no news.
    hub.push('step1', filesOf(1));
    hub.push('step2', filesOf(2));
    await taking.untilTaken(2);
    expect(taking.steps).toEqual([1, 2]);
  });

  test('tells how far a fetch is, and that it is over', async () => {
    const { hub, all } = await opened();
    hub.push('step1', filesOf(1));
    const told = (await all()).flatMap((event) => (event.type === 'fetching' ? [event.message] : []));
    expect(told[0]).toMatch(/^fetching step1 from hf:\/\/someone\/model: 0\.0 of 0\.0 MB$/);
    expect(told.at(-1)).toBeNull();
  });

  test('waits for room where the cache is small, and goes on when something is through', async () => {
    const { hub, root, take } = await opened();
    for (const step of [1, 2, 3]) hub.push(`step${step}`, filesOf(step));
    const bytes = filesOf(1)['model.safetensors'].length + 2_000;
    const cache = new FileCache({ root, bytesMax: bytes });
    const taking = take({ cache });
    await taking.untilTaken(3);
    expect(taking.steps).toEqual([1, 2, 3]);
    expect(readdirSync(join(root, 'ready'))).toHaveLength(1);
  });

  test('stops at once, closes its files and keeps what came', async () => {
    const { hub, root, watch } = await opened();
    hub.push('step1', {
      'config.json': { model_type: 'gpt2' },
      'model.safetensors': fileOf({ a: 30_000_000 }),
    });
    const handles = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(root);
        } catch {
          return false;
        }
      });
    await firstValueFrom(watch()(NOBODY));
    await expect.poll(() => hub.openRequests).toBe(0);
    await expect.poll(handles).toEqual([]);
    expect(readdirSync(join(root, 'partial'))).toHaveLength(1);
  });
});
