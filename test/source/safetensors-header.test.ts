import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CheckpointFailure } from '../../server/base/failure.ts';
import { tensorsFromHeader } from '../../server/source/safetensors-header.ts';
import {
  f32,
  failureOf,
  openFile,
  putModelFile,
  SAMPLE_BYTES,
  SAMPLE_FILE,
  SAMPLE_HEADER_BYTES,
  safetensorsBytes,
  temporaryDirectory,
} from './made-files.ts';

/** The failure that opening a file of these bytes ends with. */
function refusal(bytes: Uint8Array): Promise<CheckpointFailure> {
  return failureOf(openFile(putModelFile(bytes)));
}

describe('a file that is too short', () => {
  const sample = readFileSync(SAMPLE_FILE);

  test('empty', async () => {
    const failure = await refusal(new Uint8Array(0));
    expect(failure.code).toBe('truncated');
    expect(failure.message).toBe(
      'model.safetensors: expected at least 8 bytes, found 0; the file is cut short or still being written',
    );
  });

  test('seven bytes', async () => {
    expect((await refusal(sample.subarray(0, 7))).code).toBe('truncated');
  });

  test('cut within its header', async () => {
    const failure = await refusal(sample.subarray(0, 1000));
    expect(failure.code).toBe('truncated');
    expect(failure.message).toContain('expected 4,240 bytes, found 1,000');
  });

  test('cut within its payload', async () => {
    const failure = await refusal(sample.subarray(0, 300_000));
    expect(failure.code).toBe('truncated');
    expect(failure.message).toBe(
      'model.safetensors: expected 637,328 bytes, found 300,000; the file is cut short or still being written',
    );
  });

  test('cut by a single byte', async () => {
    expect((await refusal(sample.subarray(0, SAMPLE_BYTES - 1))).code).toBe('truncated');
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
    const failure = await refusal(bytes);
    expect(failure.code).toBe('corrupt');
    expect(failure.message).toMatch(/^model\.safetensors: /);
    expect(failure.message).toContain(said);
  });

  test('all problems are told at once, up to three, and the rest counted', async () => {
    const header = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, 0]));
    const failure = await refusal(safetensorsBytes(header));
    expect(failure.message).toBe(
      'model.safetensors: tensor "a": expected an object; tensor "b": expected an object; ' +
        'tensor "c": expected an object; and 2 more',
    );
  });

  test('a directory under the name', async () => {
    expect((await failureOf(openFile(temporaryDirectory()))).code).toBe('corrupt');
  });

  test('a pipe under the name does not make anybody wait', async () => {
    const pipe = join(temporaryDirectory(), 'model.safetensors');
    execFileSync('mkfifo', [pipe]);
    expect((await failureOf(openFile(pipe))).code).toBe('corrupt');
  });
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
        const failure = await refusal(bytes.subarray(0, size));
        expect(['truncated', 'corrupt']).toContain(failure.code);
      },
    );
    await fc.assert(property, { seed: 512, numRuns: 200 });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20);
  });
});
