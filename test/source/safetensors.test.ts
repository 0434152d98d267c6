import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TensorFile } from '../../server/source/tensor-file.ts';
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

async function opened(file: string): Promise<TensorFile> {
  const open = await openFile(file);
  onTestFinished(() => open.close());
  return open;
}

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
    const failure = await failureOf(file.read('count'));
    expect(failure.code).toBe('unsupported-dtype');
    expect(failure.message).toBe(
      'model.safetensors: expected tensor count in F32, F16, BF16 or F64, found I64',
    );
  });

  test('an unknown name is missing-tensor', async () => {
    const failure = await failureOf((await opened(SAMPLE_FILE)).read('lm_head.weight'));
    expect(failure.code).toBe('missing-tensor');
    expect(failure.message).toBe('model.safetensors: has no tensor lm_head.weight');
  });

  test('a tensor above the limit is refused before memory is asked for', async () => {
    const items = 2 ** 31 + 1;
    const bytes = safetensorsBytes({ huge: f32([items], 0, 4 * items) });
    const file = await opened(putModelFile(bytes, bytes.length + 4 * items));
    const before = process.memoryUsage().arrayBuffers;
    expect((await failureOf(file.read('huge'))).code).toBe('too-large');
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

test('a file without tensors and a header padded with spaces are fine', async () => {
  const file = await opened(putModelFile(safetensorsBytes('{"__metadata__":{}}     ')));
  expect(file.tensors.size).toBe(0);
});

test('a file that is not there is incomplete', async () => {
  const failure = await failureOf(openFile(join(temporaryDirectory(), 'model.safetensors')));
  expect(failure.code).toBe('incomplete');
});
