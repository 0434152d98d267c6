import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CheckpointFailure } from '../../server/base/failure.ts';
import { openSafetensors, type SafetensorsFile } from '../../server/source/safetensors.ts';
import { tensorsFromHeader } from '../../server/source/safetensors-header.ts';
import {
  putModelFile,
  SAMPLE_BYTES,
  SAMPLE_HEADER_BYTES,
  SAMPLE_RUN,
  safetensorsBytes,
  temporaryDirectory,
} from './made-files.ts';

const SAMPLE_FILE = join(SAMPLE_RUN, 'checkpoint-512', 'model.safetensors');

async function opened(file: string): Promise<SafetensorsFile> {
  const open = await openSafetensors(file);
  onTestFinished(() => open.close());
  return open;
}

/** The failure that opening a file of these bytes ends with. */
async function failureOf(bytes: Uint8Array, fileBytes?: number): Promise<CheckpointFailure> {
  return expectFailure(openSafetensors(putModelFile(bytes, fileBytes)));
}

async function expectFailure(promise: Promise<unknown>): Promise<CheckpointFailure> {
  const error = await promise.catch((reason: unknown) => reason);
  if (!(error instanceof CheckpointFailure)) throw new Error(`expected a failure, got ${error}`);
  return error;
}

const f32 = (shape: unknown, begin: unknown, end: unknown) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('a real file', () => {
  test('lists its tensors with dtype, shape and place in the file', async () => {
    const { tensors } = await opened(SAMPLE_FILE);
    expect(tensors.size).toBe(40);
    const payload = 8 + SAMPLE_HEADER_BYTES;
    expect(tensors.get('embed_out.weight')).toEqual({
      dtype: 'F32',
      shape: [64, 64],
      begin: payload,
      end: payload + 16_384,
    });
    expect(Math.max(...Array.from(tensors.values(), (entry) => entry.end))).toBe(SAMPLE_BYTES);
  });

  test('gives the float32 values that lie in it', async () => {
    const file = await opened(SAMPLE_FILE);
    const bytes = readFileSync(SAMPLE_FILE);
    for (const [name, { begin, end }] of file.tensors) {
      const values = await file.read(name);
      expect(values.length).toBe((end - begin) / 4);
      for (const index of [0, 1, values.length - 1])
        expect(values[index]).toBe(bytes.readFloatLE(begin + 4 * index));
    }
  });

  test('gives every caller a buffer of its own', async () => {
    const file = await opened(SAMPLE_FILE);
    const [first, second] = await Promise.all([file.read('embed_out.weight'), file.read('embed_out.weight')]);
    first.fill(7);
    expect(second[0]).not.toBe(7);
    expect(second.byteLength).toBe(second.buffer.byteLength);
  });
});

describe('reading', () => {
  test('F32, F16, BF16, a scalar and an empty tensor come as float32', async () => {
    const payload = new DataView(new ArrayBuffer(16));
    payload.setFloat32(0, -1.5, true);
    payload.setFloat32(4, 2 ** -149, true);
    payload.setUint16(8, 0x3c00, true);
    payload.setUint16(10, 0xc000, true);
    payload.setUint16(12, 0x4049, true);
    payload.setUint16(14, 0x3f80, true);
    const header = {
      __metadata__: { format: 'pt' },
      single: f32([2], 0, 8),
      half: { dtype: 'F16', shape: [1, 2], data_offsets: [8, 12] },
      brain: { dtype: 'BF16', shape: [1], data_offsets: [12, 14] },
      scalar: { dtype: 'BF16', shape: [], data_offsets: [14, 16] },
      empty: f32([3, 0], 16, 16),
    };
    const file = await opened(putModelFile(safetensorsBytes(header, new Uint8Array(payload.buffer))));
    expect([...file.tensors.keys()]).toEqual(['single', 'half', 'brain', 'scalar', 'empty']);
    expect([...(await file.read('single'))]).toEqual([-1.5, 2 ** -149]);
    expect([...(await file.read('half'))]).toEqual([1, -2]);
    expect([...(await file.read('brain'))]).toEqual([3.140625]);
    expect([...(await file.read('scalar'))]).toEqual([1]);
    expect([...(await file.read('empty'))]).toEqual([]);
  });

  test('halves come in the right order where they take more than one chunk', async () => {
    const items = 2 ** 19 + 3;
    const halves = Uint16Array.from({ length: items }, (_, index) => index % 31_744);
    const header = { ramp: { dtype: 'BF16', shape: [items], data_offsets: [0, 2 * items] } };
    const file = await opened(putModelFile(safetensorsBytes(header, new Uint8Array(halves.buffer))));
    const bits = new Uint32Array((await file.read('ramp')).buffer);
    expect(bits.findIndex((value, index) => value !== halves[index] * 65_536)).toBe(-1);
  });

  test('another dtype may stand in the header and is refused only when asked for', async () => {
    const header = { count: { dtype: 'I64', shape: [1], data_offsets: [0, 8] }, w: f32([1], 8, 12) };
    const file = await opened(putModelFile(safetensorsBytes(header, new Uint8Array(12))));
    expect(await file.read('w')).toEqual(Float32Array.of(0));
    const failure = await expectFailure(file.read('count'));
    expect(failure.code).toBe('unsupported-dtype');
    expect(failure.message).toBe('model.safetensors: expected tensor count in F32, F16 or BF16, found I64');
  });

  test('an unknown name is missing-tensor', async () => {
    const failure = await expectFailure((await opened(SAMPLE_FILE)).read('lm_head.weight'));
    expect(failure.code).toBe('missing-tensor');
    expect(failure.message).toBe('model.safetensors: has no tensor lm_head.weight');
  });

  test('a tensor above the limit is refused before memory is asked for', async () => {
    const items = 2 ** 31 + 1;
    const bytes = safetensorsBytes({ huge: f32([items], 0, 4 * items) });
    const file = await opened(putModelFile(bytes, bytes.length + 4 * items));
    const before = process.memoryUsage().arrayBuffers;
    expect((await expectFailure(file.read('huge'))).code).toBe('too-large');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test('a file that is cut while it is open is truncated', async () => {
    const path = putModelFile(readFileSync(SAMPLE_FILE));
    const file = await opened(path);
    truncateSync(path, 300_000);
    const reads = Array.from(file.tensors.keys(), (name) => file.read(name));
    const results = await Promise.allSettled(reads);
    const codes = new Set(
      results.map((result) => (result.status === 'rejected' ? result.reason.code : 'read')),
    );
    expect(codes).toEqual(new Set(['read', 'truncated']));
  });
});

describe('a file that is too short', () => {
  const sample = readFileSync(SAMPLE_FILE);

  test('empty', async () => {
    const failure = await failureOf(new Uint8Array(0));
    expect(failure.code).toBe('truncated');
    expect(failure.message).toBe(
      'model.safetensors: expected at least 8 bytes, found 0; the file is cut short or still being written',
    );
  });

  test('seven bytes', async () => {
    expect((await failureOf(sample.subarray(0, 7))).code).toBe('truncated');
  });

  test('cut within its header', async () => {
    const failure = await failureOf(sample.subarray(0, 1000));
    expect(failure.code).toBe('truncated');
    expect(failure.message).toContain('expected 4,240 bytes, found 1,000');
  });

  test('cut within its payload', async () => {
    const failure = await failureOf(sample.subarray(0, 300_000));
    expect(failure.code).toBe('truncated');
    expect(failure.message).toBe(
      'model.safetensors: expected 637,328 bytes, found 300,000; the file is cut short or still being written',
    );
  });

  test('cut by a single byte', async () => {
    expect((await failureOf(sample.subarray(0, SAMPLE_BYTES - 1))).code).toBe('truncated');
  });
});

describe('a file that contradicts itself or the format is corrupt', () => {
  const cases: readonly [what: string, bytes: Uint8Array, said: string][] = [
    ['a header above 100 MB', Buffer.from('01e1f50500000000', 'hex'), 'at most 100,000,000 bytes'],
    [
      'a header length beyond 2^53',
      Buffer.alloc(32, 0xff),
      'first eight bytes say 18,446,744,073,709,551,615',
    ],
    ['space reserved with zeros', new Uint8Array(4096), 'expected a header in JSON'],
    ['a foreign file', Buffer.from('PK\x03\x04 a zip archive under this name'), 'first eight bytes say'],
    ['a header that is no JSON', safetensorsBytes('{"w": '), 'expected a header in JSON'],
    ['a header that is no UTF-8', safetensorsBytes('{}').fill(0xff, 8), 'expected a header in JSON'],
    ['a header that is an array', safetensorsBytes([]), 'expected a JSON object'],
    ['a tensor that is no object', safetensorsBytes({ w: 3 }), 'tensor "w": expected an object'],
    ['no dtype', safetensorsBytes({ w: { shape: [], data_offsets: [0, 4] } }), 'found nothing'],
    ['an unknown dtype', safetensorsBytes({ w: { ...f32([], 0, 4), dtype: 'F31' } }), 'found "F31"'],
    ['no shape', safetensorsBytes({ w: { dtype: 'F32', data_offsets: [0, 4] } }), 'expected a shape'],
    ['a negative size', safetensorsBytes({ w: f32([-1, -1], 0, 4) }), 'found [-1,-1]'],
    ['half a size', safetensorsBytes({ w: f32([0.5, 2], 0, 4) }), 'found [0.5,2]'],
    ['a size as text', safetensorsBytes({ w: f32(['1'], 0, 4) }), 'found ["1"]'],
    [
      'a size beyond 2^53',
      safetensorsBytes('{"w":{"dtype":"F32","shape":[1e300],"data_offsets":[0,4]}}'),
      'shape',
    ],
    ['sizes whose product overflows', safetensorsBytes({ w: f32(Array(40).fill(2 ** 40), 0, 4) }), '2^47'],
    ['one offset', safetensorsBytes({ w: { dtype: 'F32', shape: [], data_offsets: [0] } }), 'data_offsets'],
    ['offsets in reverse', safetensorsBytes({ w: f32([0], 4, 0) }), 'found [4,0]'],
    ['a negative offset', safetensorsBytes({ w: f32([1], -4, 0) }), 'found [-4,0]'],
    ['an end beyond 2^53', safetensorsBytes({ w: f32([1], 2 ** 53 - 5, 2 ** 53 - 1) }), '2^47'],
    [
      'a wrong product',
      safetensorsBytes({ w: f32([2, 3], 0, 20) }),
      'expected 24 bytes for F32 [2,3], found 20',
    ],
    ['an overlap', safetensorsBytes({ a: f32([2], 0, 8), b: f32([2], 4, 12) }), 'there is an overlap'],
    ['the same place twice', safetensorsBytes({ a: f32([1], 0, 4), b: f32([1], 0, 4) }), 'overlap'],
    ['a hole', safetensorsBytes({ a: f32([1], 0, 4), b: f32([1], 8, 12) }), 'there is a hole'],
    ['a hole at the start', safetensorsBytes({ a: f32([1], 4, 8) }), 'there is a hole'],
    [
      'bytes after the last tensor',
      safetensorsBytes({ a: f32([1], 0, 4) }, new Uint8Array(5)),
      'no tensor lies',
    ],
    ['half a byte', safetensorsBytes({ a: { dtype: 'F4', shape: [1], data_offsets: [0, 1] } }), '0.5 bytes'],
  ];

  test.each(cases)('%s', async (_, bytes, said) => {
    const failure = await failureOf(bytes);
    expect(failure.code).toBe('corrupt');
    expect(failure.message).toMatch(/^model\.safetensors: /);
    expect(failure.message).toContain(said);
  });

  test('all problems are told at once, up to three, and the rest counted', async () => {
    const header = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, 0]));
    const failure = await failureOf(safetensorsBytes(header));
    expect(failure.message).toBe(
      'model.safetensors: tensor "a": expected an object; tensor "b": expected an object; ' +
        'tensor "c": expected an object; and 2 more',
    );
  });

  test('a directory under the name', async () => {
    expect((await expectFailure(openSafetensors(temporaryDirectory()))).code).toBe('corrupt');
  });

  test('a pipe under the name does not make anybody wait', async () => {
    const pipe = join(temporaryDirectory(), 'model.safetensors');
    execFileSync('mkfifo', [pipe]);
    expect((await expectFailure(openSafetensors(pipe))).code).toBe('corrupt');
  });
});

test('a file without tensors and a header padded with spaces are fine', async () => {
  const file = await opened(putModelFile(safetensorsBytes('{"__metadata__":{}}     ')));
  expect(file.tensors.size).toBe(0);
});

test('a file that is not there is incomplete', async () => {
  const failure = await expectFailure(openSafetensors(join(temporaryDirectory(), 'model.safetensors')));
  expect(failure.code).toBe('incomplete');
});

describe('a damaged real header', () => {
  const header = readFileSync(SAMPLE_FILE).subarray(8, 8 + SAMPLE_HEADER_BYTES);

  const flips = fc.array(
    fc.tuple(fc.nat(SAMPLE_HEADER_BYTES - 1), fc.constantFrom(...'0123456789[]{},:"-.e \0'), fc.nat(2)),
    { minLength: 1, maxLength: 4 },
  );

  /** Each damage overwrites, removes or inserts one character. */
  function damaged(damages: readonly (readonly [number, string, number])[]): Uint8Array {
    let text = header.toString('latin1');
    for (const [at, character, kind] of damages)
      text = text.slice(0, at) + (kind === 1 ? '' : character) + text.slice(at + (kind === 2 ? 0 : 1));
    return Buffer.from(text, 'latin1');
  }

  test('is refused as a failure, or describes tensors that tile exactly the bytes of the file', () => {
    const property = fc.property(flips, (damages) => {
      const bytes = damaged(damages);
      try {
        const tensors = tensorsFromHeader('model.safetensors', bytes, SAMPLE_BYTES);
        const payload = Array.from(tensors.values()).reduce((sum, { begin, end }) => sum + end - begin, 0);
        expect(8 + bytes.length + payload).toBe(SAMPLE_BYTES);
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointFailure);
        expect((error as CheckpointFailure).message.length).toBeLessThan(1000);
      }
    });
    fc.assert(property, { seed: 512, numRuns: 600 });
  });

  test('costs no more memory than the header, whatever length the file claims', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const property = fc.asyncProperty(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.nat(5000),
      async (length, size) => {
        const bytes = Buffer.concat([Buffer.alloc(8), header]);
        bytes.writeBigUInt64LE(size % 2 === 0 ? length : length % 100_000_001n);
        const failure = await failureOf(bytes.subarray(0, size));
        expect(['truncated', 'corrupt']).toContain(failure.code);
      },
    );
    await fc.assert(property, { seed: 512, numRuns: 200 });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20);
  });
});
