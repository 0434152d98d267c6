/** TensorBoard event files, written by an independent program (test/fixtures/tensorboard/make.py), cut and damaged. */
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from '../../../server/source/curve/crc32c.ts';
import { TensorBoardFile } from '../../../server/source/curve/tensorboard.ts';
import { temporaryDirectory } from '../made-files.ts';
import { type Point, readAll } from './made-logs.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/tensorboard', import.meta.url));
const VALUES: Record<string, Point[]> = JSON.parse(readFileSync(join(FIXTURES, 'values.json'), 'utf8'));
const SIMPLE = readFileSync(join(FIXTURES, 'events.out.tfevents.1.simple'));
const POINTS = VALUES['events.out.tfevents.1.simple'];

function written(bytes: Uint8Array): { readonly path: string; readonly file: TensorBoardFile } {
  const root = temporaryDirectory();
  const path = join(root, 'events.out.tfevents.1.host');
  writeFileSync(path, bytes);
  return { path, file: new TensorBoardFile(path, root) };
}

describe('the checksum', () => {
  it('is that of RFC 3720', () => {
    expect(crc32c(new Uint8Array(32)).toString(16)).toBe('8a9136aa');
    expect(crc32c(new Uint8Array(32).fill(255)).toString(16)).toBe('62a8ab43');
    expect(crc32c(Buffer.from('123456789')).toString(16)).toBe('e3069283');
  });

  it('is masked as record files want it', () => {
    // rotr(e3069283, 15) = 2507c60d; + a282ead8 = c78ab0e5
    expect(maskedCrc32c(Buffer.from('123456789')).toString(16)).toBe('c78ab0e5');
  });
});

describe('a TensorBoard event file', () => {
  it.each(Object.entries(VALUES))(
    'has the scalars of %s, and passes over what is none',
    async (name, values) => {
      const { points } = await readAll(new TensorBoardFile(join(FIXTURES, name), FIXTURES));
      expect(points).toEqual(values);
    },
  );

  it('counts the values that are not finite', async () => {
    expect((await readAll(written(SIMPLE).file)).notFinite).toBe(1);
  });

  it('gives every scalar once, however the file was cut when it was first read', async () => {
    for (let bytes = 0; bytes <= SIMPLE.length; bytes += 1) {
      const { path, file } = written(SIMPLE.subarray(0, bytes));
      const before = await readAll(file);
      appendFileSync(path, SIMPLE.subarray(bytes));
      const after = await readAll(file);
      expect([...before.points, ...after.points]).toEqual(POINTS);
    }
  });

  it('ends at a broken record, with what came before it and one sentence', async () => {
    const broken = Buffer.from(SIMPLE);
    broken[broken.length - 6] ^= 1;
    const { file } = written(broken);
    const reading = await file.read();
    expect(reading.entries.map(({ step }) => step)).toEqual([10, 20, 30]);
    await expect(file.read()).rejects.toThrow('expected a record whose checksum fits');
    expect(file.isOver).toBe(true);
  });

  it('begins anew where the file is shorter than before', async () => {
    const { path, file } = written(SIMPLE);
    await readAll(file);
    truncateSync(path, 0);
    await readAll(file);
    writeFileSync(path, SIMPLE);
    expect((await readAll(file)).points).toEqual(POINTS);
  });
});
