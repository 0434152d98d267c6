import { cpSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspect } from '../../server/source/checkpoint-files.ts';
import {
  age,
  f32,
  putCheckpoint,
  putFiles,
  refTo,
  safetensorsBytes,
  temporaryDirectory,
} from './made-files.ts';

const INDEX = 'model.safetensors.index.json';
const MODEL = 'model.safetensors';
/** Long enough that only its first, middle and last KiB are read: 16 KiB. */
const LONG = 4096;

async function contentOf(directory: string): Promise<string> {
  const inspection = await inspect(refTo(directory));
  if ('problem' in inspection) throw inspection.problem;
  return inspection.content;
}

type Tensors = Readonly<
  Record<string, { readonly dtype?: string; readonly shape: readonly number[]; readonly bytes: Uint8Array }>
>;

/** A file with these tensors, laid out in this order. */
function fileOf(tensors: Tensors, metadata?: unknown): Uint8Array {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { dtype = 'F32', shape, bytes }]) => {
    end += bytes.length;
    return [name, { ...f32(shape, end - bytes.length, end), dtype }];
  });
  const header = { ...(metadata ? { __metadata__: metadata } : {}), ...Object.fromEntries(entries) };
  return safetensorsBytes(header, Buffer.concat(Object.values(tensors).map(({ bytes }) => bytes)));
}

function ramp(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed) % 251);
}

const A = { shape: [LONG], bytes: ramp(4 * LONG, 1) };
const B = { shape: [2, 3], bytes: ramp(24, 2) };
const C = { shape: [0], bytes: new Uint8Array(0) };
const CONFIG = { model_type: 'gpt_neox' };

/** The content of a checkpoint with these files, in a directory of its own. */
async function contentWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  const directory = temporaryDirectory();
  putFiles(directory, { 'config.json': CONFIG, ...files });
  return contentOf(directory);
}

const original = () => contentWith({ [MODEL]: fileOf({ A, B, C }) });

/** A with one byte changed. */
function flipped(at: number): Tensors[string] {
  const bytes = A.bytes.slice();
  bytes[at] ^= 1;
  return { ...A, bytes };
}

describe('the same model has the same content', () => {
  test('in another place, at another time, in another file', async () => {
    const [here, there] = [join(temporaryDirectory(), 'step1'), join(temporaryDirectory(), 'step99')];
    putCheckpoint(here);
    const content = await contentOf(here);
    expect(content).toMatch(/^[\w-]{43}$/);
    age(here);
    expect(await contentOf(here)).toBe(content);
    cpSync(here, there, { recursive: true });
    expect(await contentOf(there)).toBe(content);
    const model = join(here, MODEL);
    const before = statSync(model).ino;
    writeFileSync(join(here, 'new'), readFileSync(model));
    renameSync(join(here, 'new'), model);
    expect(statSync(model).ino).not.toBe(before);
    expect(await contentOf(here)).toBe(content);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['in another order', { [MODEL]: fileOf({ C, B, A }) }],
    ['with other words of its writer', { [MODEL]: fileOf({ A, B, C }, { format: 'pt' }) }],
    [
      'in shards',
      {
        [INDEX]: { weight_map: { A: 'x.safetensors', C: 'x.safetensors', B: 'y.safetensors' } },
        'x.safetensors': fileOf({ C, A }),
        'y.safetensors': fileOf({ B }),
      },
    ],
    [
      'beside a tensor that the index leaves out',
      {
        [INDEX]: { weight_map: { A: 'x.safetensors', B: 'x.safetensors', C: 'x.safetensors' } },
        'x.safetensors': fileOf({ A, rest: B, B, C }),
      },
    ],
    ['beside other files', { [MODEL]: fileOf({ A, B, C }), 'tokenizer.json': {}, 'optimizer.pt': 'moments' }],
  ])('%s', async (_, files) => {
    expect(await contentWith(files)).toBe(await original());
  });
});

describe('another model has another content', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['another configuration', { 'config.json': '{"model_type":"gpt_neox" }', [MODEL]: fileOf({ A, B, C }) }],
    ['another name', { [MODEL]: fileOf({ A, b: B, C }) }],
    ['another shape', { [MODEL]: fileOf({ A, B: { ...B, shape: [3, 2] }, C }) }],
    ['another dtype', { [MODEL]: fileOf({ A, B: { ...B, dtype: 'I32' }, C }) }],
    ['a tensor less, though it is empty', { [MODEL]: fileOf({ A, B }) }],
    ['two names exchanged', { [MODEL]: fileOf({ B: A, A: B, C }) }],
    ['a bit of the first KiB', { [MODEL]: fileOf({ A: flipped(1023), B, C }) }],
    ['a bit of the middle KiB', { [MODEL]: fileOf({ A: flipped(2 * LONG), B, C }) }],
    ['a bit of the last KiB', { [MODEL]: fileOf({ A: flipped(4 * LONG - 1), B, C }) }],
    ['a bit of a small tensor', { [MODEL]: fileOf({ A, B: { ...B, bytes: ramp(24, 3) }, C }) }],
  ])('%s', async (_, files) => {
    expect(await contentWith(files)).not.toBe(await original());
  });

  test('three checkpoints of one training have three', async () => {
    const contents = await Promise.all(
      ([0, 512, 4000] as const).map((step) => {
        const directory = temporaryDirectory();
        putCheckpoint(directory, step);
        return contentOf(directory);
      }),
    );
    expect(new Set(contents).size).toBe(3);
  });
});

test('a change outside of the samples goes unseen, as the header says', async () => {
  expect(await contentWith({ [MODEL]: fileOf({ A: flipped(1024), B, C }) })).toBe(await original());
});

test('every byte of a tensor of up to 3 KiB counts', async () => {
  const bytes = ramp(3072, 5);
  const contentOfBytes = (changed: Uint8Array) =>
    contentWith({ [MODEL]: fileOf({ A: { dtype: 'U8', shape: [3072], bytes: changed } }) });
  const whole = await contentOfBytes(bytes);
  for (const at of [0, 1023, 1024, 2047, 2048, 3071]) {
    const changed = bytes.slice();
    changed[at] ^= 1;
    expect(await contentOfBytes(changed)).not.toBe(whole);
  }
});
