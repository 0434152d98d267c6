import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { inspect, isModelFile, openCheckpoint } from '../../server/source/checkpoint-files.ts';
import {
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
  const problem = await inspect(refTo(directory));
  return problem && `${problem.code}: ${problem.message}`;
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
      { [INDEX]: null, [FIRST]: null, [SECOND]: null, 'pytorch_model.bin': '', 'optimizer.pt': '' },
      'incomplete: checkpoint-512: expected model.safetensors or model.safetensors.index.json, found config.json, optimizer.pt, pytorch_model.bin',
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

test('the files of the model are its configuration, its index and its shards', () => {
  const names = ['config.json', INDEX, FIRST, 'optimizer.pt', 'trainer_state.json', 'DONE'];
  expect(names.filter(isModelFile)).toEqual(['config.json', INDEX, FIRST]);
});
