import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { inspect, isModelFile, openCheckpoint } from '../../server/source/checkpoint-files.ts';
import { readTokenizer } from '../../server/source/tokenizer-files.ts';
import { type SavedTensor, torchBytes } from '../support/torch-writer.ts';
import {
  f32,
  failureOf,
  putCheckpoint,
  putFiles,
  refTo,
  safetensorsBytes,
  shardOf,
  temporaryDirectory,
} from './made-files.ts';

const INDEX = 'model.safetensors.index.json';
const [FIRST, SECOND] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];

/** A checkpoint in two shards, in which each of `changes` replaces a file; `null` leaves it out. */
function sharded(changes: Readonly<Record<string, unknown>> = {}): string {
  const directory = temporaryDirectory();
  const files = {
    'config.json': { model_type: 'gpt_neox' },
    [INDEX]: { metadata: {}, weight_map: { 'a.weight': FIRST, 'b.weight': SECOND } },
    [FIRST]: shardOf('a.weight', 3),
    [SECOND]: shardOf('b.weight', 5),
    ...changes,
  };
  putFiles(directory, Object.fromEntries(Object.entries(files).filter(([, content]) => content !== null)));
  return directory;
}

async function opened(directory: string) {
  const checkpoint = await openCheckpoint(refTo(directory));
  onTestFinished(() => checkpoint.close());
  return checkpoint;
}

/** What inspection says, as `code: message`. */
async function problemOf(directory: string): Promise<string | null> {
  const inspection = await inspect(refTo(directory));
  return 'problem' in inspection ? `${inspection.problem.code}: ${inspection.problem.message}` : null;
}

describe('a checkpoint in one file', () => {
  test('opens with its configuration and its tensors', async () => {
    const directory = temporaryDirectory();
    putCheckpoint(directory);
    const { config, tensors } = await opened(directory);
    expect(config).toMatchObject({ model_type: 'gpt_neox', hidden_size: 64 });
    expect([...tensors.names()]).toHaveLength(40);
    expect(tensors.has('embed_out.weight')).toBe(true);
    expect(tensors.has('lm_head.weight')).toBe(false);
    expect(tensors.shape('embed_out.weight')).toEqual([64, 64]);
    expect(await tensors.read('embed_out.weight')).toHaveLength(4096);
  });

  test('refuses a name it does not have, by shape and by read', async () => {
    const directory = temporaryDirectory();
    putCheckpoint(directory);
    const { tensors } = await opened(directory);
    const failure = { code: 'missing-tensor', message: 'checkpoint-512: has no tensor lm_head.weight' };
    expect(() => tensors.shape('lm_head.weight')).toThrow(expect.objectContaining(failure));
    await expect(tensors.read('lm_head.weight')).rejects.toMatchObject(failure);
  });

  test('takes the configuration from where the reference says', async () => {
    const run = temporaryDirectory();
    const directory = join(run, 'checkpoint-512');
    putCheckpoint(directory);
    rmSync(join(directory, 'config.json'));
    putFiles(run, { 'config.json': { shared: true } });
    const checkpoint = await openCheckpoint({ ...refTo(directory), configFile: join(run, 'config.json') });
    onTestFinished(() => checkpoint.close());
    expect(checkpoint.config).toEqual({ shared: true });
  });

  test('wins over an index beside it', async () => {
    const { tensors } = await opened(sharded({ 'model.safetensors': shardOf('whole') }));
    expect([...tensors.names()]).toEqual(['whole']);
  });
});

describe('a checkpoint in shards', () => {
  test('reads each tensor from the shard that the index names', async () => {
    const { tensors } = await opened(sharded());
    expect([...tensors.names()]).toEqual(['a.weight', 'b.weight']);
    expect(tensors.shape('b.weight')).toEqual([5]);
    expect(await tensors.read('a.weight')).toEqual(new Float32Array(3));
  });

  test('does not show a tensor that the index leaves out', async () => {
    const both = { a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } };
    const { tensors } = await opened(
      sharded({
        [INDEX]: { weight_map: { 'b.weight': SECOND } },
        [FIRST]: safetensorsBytes(both, Uint8Array.of(1)),
      }),
    );
    expect(tensors.has('a')).toBe(false);
  });
});

describe('a checkpoint of torch.save', () => {
  const TORCH_INDEX = 'pytorch_model.bin.index.json';
  const ramp = (length: number): SavedTensor => ({
    dtype: 'F32',
    shape: [length],
    bytes: new Uint8Array(Float32Array.from({ length }, (_, index) => index).buffer),
  });
  const torchOf = (tensors: Readonly<Record<string, SavedTensor>>) =>
    torchBytes(new Map(Object.entries(tensors)));
  const CONFIG = { 'config.json': { model_type: 'gpt_neox' } };

  function directoryWith(files: Readonly<Record<string, unknown>>): string {
    const directory = temporaryDirectory();
    putFiles(directory, { ...CONFIG, ...files });
    return directory;
  }

  test('opens in one file, in shards, and as a file of the run', async () => {
    const bytes = { 'pytorch_model.bin': torchOf({ a: ramp(3), b: ramp(2) }) };
    const shards = {
      [TORCH_INDEX]: { weight_map: { a: 'pytorch_model-1.bin', b: 'pytorch_model-2.bin' } },
      'pytorch_model-1.bin': torchOf({ a: ramp(3) }),
      'pytorch_model-2.bin': torchOf({ b: ramp(2) }),
    };
    const alone = directoryWith({ 'step_5.pt': bytes['pytorch_model.bin'] });
    const checkpoints = [
      await opened(directoryWith(bytes)),
      await opened(directoryWith(shards)),
      await openCheckpoint({ ...refTo(alone), file: 'step_5.pt' }),
    ];
    const contents = new Set<string>();
    for (const { tensors, content } of checkpoints) {
      expect([...tensors.names()]).toEqual(['a', 'b']);
      expect([...(await tensors.read('a'))]).toEqual([0, 1, 2]);
      contents.add(await content());
    }
    await checkpoints[2].close();
    expect(contents.size).toBe(1);
  });

  test('has the content of the same model in safetensors, and another one where it lies turned', async () => {
    const { bytes } = ramp(6);
    const contentWith = async (name: string, file: Uint8Array) => {
      const { content } = await opened(directoryWith({ [name]: file }));
      return content();
    };
    const tensor = { dtype: 'F32' as const, shape: [2, 3], bytes };
    const safe = await contentWith('model.safetensors', safetensorsBytes({ w: f32([2, 3], 0, 24) }, bytes));
    expect(await contentWith('pytorch_model.bin', torchOf({ w: tensor }))).toBe(safe);
    expect(await contentWith('pytorch_model.bin', torchOf({ w: { ...tensor, strides: [1, 2] } }))).not.toBe(
      safe,
    );
  });

  test('gives way to safetensors, to an index of them too', async () => {
    const torch = { 'pytorch_model.bin': torchOf({ torch: ramp(1) }) };
    const { tensors } = await opened(sharded(torch));
    expect([...tensors.names()]).toEqual(['a.weight', 'b.weight']);
    const both = await opened(directoryWith({ ...torch, 'model.safetensors': shardOf('safe') }));
    expect([...both.tensors.names()]).toEqual(['safe']);
  });

  test('is refused where shards are not what the index says', async () => {
    const index = (shard: string) => ({ [TORCH_INDEX]: { weight_map: { a: shard } } });
    expect(await problemOf(directoryWith(index('pytorch_model-1.bin')))).toBe(
      `incomplete: ${TORCH_INDEX}: expected 1 shards, not there: pytorch_model-1.bin`,
    );
    for (const shard of ['../pytorch_model-1.bin', '/etc/x.bin', 'x.safetensors'])
      expect(await problemOf(directoryWith(index(shard)))).toContain(
        'expected the name of a torch file beside it',
      );
    const files = { ...index('x.bin'), 'x.bin': torchOf({ b: ramp(1) }) };
    expect(await problemOf(directoryWith(files))).toContain(
      'x.bin: expected tensor a, which pytorch_model.bin.index',
    );
  });

  test('that is a file of the run wants a configuration beside it, and leads nowhere else', async () => {
    const parent = temporaryDirectory();
    const run = join(parent, 'run');
    putFiles(parent, { 'run/step_5.pt': torchOf({ a: ramp(1) }), 'outside/config.json': {} });
    const ref = { ...refTo(run), id: 'step_5.pt', file: 'step_5.pt' };
    expect(await inspect(ref)).toMatchObject({
      problem: { message: 'step_5.pt: expected a config.json beside it, found none' },
    });
    symlinkSync('../outside/config.json', join(run, 'config.json'));
    expect(await inspect(ref)).toMatchObject({ problem: { code: 'leads-out' } });
    rmSync(join(run, 'config.json'));
    putFiles(run, CONFIG);
    expect(await inspect(ref)).toHaveProperty('content');
  });
});

describe('inspection', () => {
  test('finds nothing wrong with a complete checkpoint', async () => {
    expect(await problemOf(sharded())).toBeNull();
  });

  const cases: readonly [what: string, changes: Readonly<Record<string, unknown>>, problem: string][] = [
    [
      'no configuration',
      { 'config.json': null },
      'incomplete: checkpoint-512: expected a config.json in it or in the directory above, found none',
    ],
    [
      'half a configuration, of which nothing is quoted',
      { 'config.json': '{"secret": ' },
      'corrupt: config.json: expected JSON, found something else',
    ],
    [
      'a configuration above 1 MiB',
      { 'config.json': `"${'x'.repeat(2 ** 20)}"` },
      'too-large: config.json: expected at most 1,048,576 bytes, found 1,048,578',
    ],
    [
      'no tensors that can be read',
      { [INDEX]: null, [FIRST]: null, [SECOND]: null, 'flax_model.msgpack': '', 'optimizer.pt': '' },
      'incomplete: checkpoint-512: expected model.safetensors or pytorch_model.bin, or an index of shards, found config.json, flax_model.msgpack, optimizer.pt',
    ],
    ['a missing shard', { [SECOND]: null }, `incomplete: ${INDEX}: expected 2 shards, not there: ${SECOND}`],
    [
      'a shard that is cut short',
      { [SECOND]: shardOf('b.weight', 5).subarray(0, 70) },
      `truncated: ${SECOND}: expected 90 bytes, found 70; the file is cut short or still being written`,
    ],
    [
      'a shard without the tensor that the index says is there',
      { [SECOND]: shardOf('c.weight') },
      `missing-tensor: ${SECOND}: expected tensor b.weight, which ${INDEX} says is here`,
    ],
    ['an index that is no JSON', { [INDEX]: '{' }, `corrupt: ${INDEX}: expected JSON, found something else`],
    [
      'an index without a map',
      { [INDEX]: { metadata: {} } },
      `corrupt: ${INDEX}: expected an object weight_map, found nothing`,
    ],
    ...['../x.safetensors', '/etc/x.safetensors', 'a\\b.safetensors', '..', 'x.bin', '', 7].map(
      (shard): [string, Record<string, unknown>, string] => [
        `${JSON.stringify(shard)} as name of a shard`,
        { [INDEX]: { weight_map: { w: shard } } },
        `corrupt: ${INDEX}: expected the name of a safetensors file beside it for w, found ${JSON.stringify(shard)}`,
      ],
    ),
    [
      'an index with an endless name that a terminal obeys, of which no more is quoted than fits a sentence',
      { [INDEX]: { weight_map: { [`\u001b[2J${'n'.repeat(10_000)}`]: FIRST } } },
      `missing-tensor: ${FIRST}: expected tensor \\u{1b}[2J${'n'.repeat(71)}…, which ${INDEX} says is here`,
    ],
    [
      'a shard that no file can be called',
      { [INDEX]: { weight_map: { w: `${'s'.repeat(300)}.safetensors` } } },
      `corrupt: ${INDEX}: expected the name of a safetensors file beside it for w, found "${'s'.repeat(79)}…`,
    ],
    [
      'more shards than are opened at once',
      {
        [INDEX]: {
          weight_map: Object.fromEntries(
            Array.from({ length: 513 }, (_, n) => [`t${n}`, `s${n}.safetensors`]),
          ),
        },
      },
      `too-large: ${INDEX}: expected at most 512 shards, found 513`,
    ],
  ];

  test.each(cases)('finds %s', async (_, changes, problem) => {
    expect(await problemOf(sharded(changes))).toBe(problem);
  });

  test('finds that the directory is gone', async () => {
    expect(await problemOf(join(temporaryDirectory(), 'gone'))).toMatch(/^incomplete: /);
  });

  test.runIf(process.platform === 'linux')('leaves no file open', async () => {
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const whole = sharded();
    const lacking = sharded({ [SECOND]: shardOf('c.weight') });
    const cut = sharded({ [SECOND]: '' });
    const before = openFiles();
    for (const directory of [whole, lacking, cut]) await inspect(refTo(directory));
    expect(openFiles()).toBe(before);
  });
});

describe('links', () => {
  const OUT = /^leads-out: (\S+): expected a file inside (\S+), found a link that leads out of it; copy/;

  /** A watched directory with a checkpoint in two shards, and a place outside of it. */
  function watched(changes: Readonly<Record<string, unknown>> = {}) {
    const parent = temporaryDirectory();
    const [run, outside] = [join(parent, 'run'), join(parent, 'outside')];
    const directory = join(run, 'step1');
    cpSync(sharded(changes), directory, { recursive: true });
    mkdirSync(outside);
    return { run, outside, directory };
  }

  /** Moves a file and leaves a link in its place. */
  function moveAndLink(file: string, to: string): void {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(file, to);
    symlinkSync(to, file);
  }

  test.each(['config.json', INDEX, FIRST, SECOND])(
    '%s may be a link within the watched directory, not out of it',
    async (name) => {
      const { run, outside, directory } = watched();
      moveAndLink(join(directory, name), join(run, 'blobs/1'));
      expect(await problemOf(directory)).toBeNull();
      moveAndLink(join(run, 'blobs/1'), join(outside, '1'));
      const [, file, root] = OUT.exec((await problemOf(directory)) ?? '') ?? [];
      expect([file, root]).toEqual([name, run]);
      await expect(openCheckpoint(refTo(directory))).rejects.toMatchObject({ code: 'leads-out' });
    },
  );

  test('model.safetensors too, and to another checkpoint of the same run', async () => {
    const { run, outside, directory } = watched({ 'model.safetensors': shardOf('w') });
    moveAndLink(join(directory, 'model.safetensors'), join(run, 'step2/model.safetensors'));
    expect(await problemOf(directory)).toBeNull();
    moveAndLink(join(run, 'step2/model.safetensors'), join(outside, 'model.safetensors'));
    expect(await problemOf(directory)).toMatch(OUT);
  });

  test('a checkpoint that is a link itself has its files in the watched directory, or not', async () => {
    const { run, outside, directory } = watched();
    renameSync(directory, join(run, 'stored'));
    symlinkSync('stored', directory);
    expect(await problemOf(directory)).toBeNull();
    rmSync(directory);
    renameSync(join(run, 'stored'), join(outside, 'stored'));
    symlinkSync('../outside/stored', directory);
    expect(await problemOf(directory)).toMatch(OUT);
  });

  test('the configuration of the watched directory may not lead out of it', async () => {
    const { run, outside, directory } = watched();
    renameSync(join(directory, 'config.json'), join(run, 'config.json'));
    const ref = { ...refTo(directory), configFile: join(run, 'config.json') };
    expect(await inspect(ref)).toHaveProperty('content');
    moveAndLink(join(run, 'config.json'), join(outside, 'config.json'));
    expect(await inspect(ref)).toMatchObject({ problem: { code: 'leads-out' } });
  });

  test('a tokenizer may not either, in the checkpoint or beside it', async () => {
    const { run, outside, directory } = watched();
    for (const place of [run, directory]) {
      putFiles(place, { 'tokenizer.json': { model: place }, 'tokenizer_config.json': {} });
      expect((await readTokenizer(refTo(directory)))?.tokenizer).toEqual({ model: place });
      moveAndLink(join(place, 'tokenizer_config.json'), join(outside, `${place}/tokenizer_config.json`));
      expect((await failureOf(readTokenizer(refTo(directory)))).code).toBe('leads-out');
      rmSync(join(place, 'tokenizer_config.json'));
      moveAndLink(join(place, 'tokenizer.json'), join(outside, `${place}/tokenizer.json`));
      expect((await failureOf(readTokenizer(refTo(directory)))).message).toMatch(
        /^tokenizer\.json: expected a/,
      );
    }
  });
});

test('the files of the model are its configuration, its index and its shards', () => {
  const torch = ['pytorch_model.bin', 'pytorch_model.bin.index.json', 'pytorch_model-00001-of-00002.bin'];
  const names = ['config.json', INDEX, FIRST, ...torch, 'optimizer.pt', 'training_args.bin', 'DONE'];
  expect(names.filter(isModelFile)).toEqual(['config.json', INDEX, FIRST, ...torch]);
});
