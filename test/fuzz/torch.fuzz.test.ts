/**
 * 10,000 damaged files of torch.save: archives, and pickles in whole archives. Whatever is in them, what comes out is a
 * checkpoint that can be read, or a failure with a stable code and a sentence that can be printed; never another error,
 * never a program that runs, never more memory than the file itself suggests.
 *
 * PHASEWATCH_SEED chooses another walk; a case that is found is printed with its seed, and pinned below.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckpointFailure } from '../../server/base/failure.ts';
import { openTorch } from '../../server/source/torch-file.ts';
import { unpickled } from '../../server/source/torch-pickle.ts';
import { archiveBytes, pickleOf, torchBytes } from '../support/torch-writer.ts';
import { largestAllocation } from './allocations.ts';
import { type Damage, damaged, damageOf } from './damage.ts';

const SEED = Number(process.env.PHASEWATCH_SEED ?? 20_250_915);
const CODES = [
  'truncated',
  'corrupt',
  'too-large',
  'unsupported-file',
  'unsupported-dtype',
  'missing-tensor',
];
/** No case comes near it; one that does not end does. */
const CASE_MILLIS_MAX = 2000;

const real = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../fixtures/torch/${name}`, import.meta.url)));
const REAL = ['every-kind.pt', 'every-kind-protocol-5.pt', 'lightning.ckpt', 'nanogpt.pt'].map(real);
const ramp = (length: number) => new Uint8Array(Float32Array.from({ length }, (_, index) => index).buffer);
const WIDE = torchBytes(new Map([['w', { dtype: 'F32', shape: [3, 4], bytes: ramp(12) }]]), { wide: true });
const FILES = [...REAL, WIDE];

async function settled(act: () => unknown): Promise<boolean> {
  const begun = performance.now();
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof CheckpointFailure)) throw error;
    expect(CODES).toContain(error.code);
    expect(error.message).toMatch(/expected |takes .* bytes/);
    expect(error.message.length).toBeLessThan(1500);
    expect(error.message).not.toMatch(/\p{Cc}/u);
    return false;
  } finally {
    expect(performance.now() - begun).toBeLessThan(CASE_MILLIS_MAX);
  }
}

/** What means something in archives and pickles. */
const PIECES = [
  'PK\x01\x02',
  'PK\x03\x04',
  'PK\x05\x06',
  'PK\x06\x06',
  'PK\x06\x07',
  '\xff\xff\xff\xff',
  '\xff\xff',
  '\0\0\0\0',
  '\x01\0\x10\0',
  '(',
  ')',
  '.',
  'R',
  'Q',
  'b',
  '\x81',
  't',
  'u',
  's',
  'e',
  'a',
  '}',
  ']',
  'N',
  '0',
  '1',
  'h\0',
  'q\0',
  'cos\nsystem\n',
  'ctorch\nSize\n',
  'ctorch._utils\n_rebuild_tensor_v2\n',
  'ctorch\nFloatStorage\n',
  'ccollections\nOrderedDict\n',
  'K\x01',
  'J\xff\xff\xff\x7f',
  'J\xff\xff\xff\xff',
  'X\x07\0\0\0storage',
  'X\xff\xff\xff\xff',
  '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f',
  '\x95\0\0\0\0\0\0\0\0',
  '\x94',
  '\x93',
  '\x92',
  'G\x7f\xf0\0\0\0\0\0\0',
  '__proto__',
  '\x1b[2J',
];
const pieces = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 3 })
  .map((list) => list.join(''));

/** Damages of a file whose last bytes matter as much as its first. */
function damages(fileBytes: number): fc.Arbitrary<Damage[]> {
  const at = fc.oneof(
    fc.nat(fileBytes),
    fc.nat(300).map((back) => Math.max(0, fileBytes - back)),
  );
  const text = pieces;
  const one: fc.Arbitrary<Damage> = fc.oneof(
    damageOf(fileBytes, fileBytes).filter(({ does }) => does !== 'claim'),
    fc.record({ does: fc.constant('write' as const), at, text }),
    fc.record({ does: fc.constant('insert' as const), at, text }),
    fc.record({ does: fc.constant('flip' as const), at, bit: fc.nat(7) }),
  );
  return fc.array(one, { minLength: 1, maxLength: 3 });
}

describe('pickles', () => {
  const SEEDS = [
    ...REAL.map((bytes) => {
      const begin = bytes.indexOf(Buffer.of(0x80));
      return bytes.subarray(begin, bytes.indexOf(Buffer.from('PK\x07\x08', 'latin1'), begin));
    }),
    pickleOf(new Map([['w', { call: 'os.system', args: ['x'] }]])),
  ];

  test('4,000 damaged real ones', async () => {
    let read = 0;
    const property = fc.asyncProperty(
      fc.nat(SEEDS.length - 1).chain((seed) => fc.tuple(fc.constant(seed), damages(SEEDS[seed].length))),
      async ([seed, list]) => {
        if (await settled(() => unpickled('p', damaged(SEEDS[seed], SEEDS[0], list)))) read += 1;
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: 4000 });
    // The walk visits both outcomes, or it would test nothing.
    expect(read).toBeGreaterThan(200);
    expect(read).toBeLessThan(3800);
  });

  test('3,000 of opcodes in any order', async () => {
    let read = 0;
    const program = fc.array(
      fc.oneof(
        fc.constantFrom(...PIECES),
        fc.nat(255).map((byte) => String.fromCharCode(byte)),
      ),
      { maxLength: 40 },
    );
    const property = fc.asyncProperty(program, async (list) => {
      const bytes = Buffer.from(`${list.join('')}.`, 'latin1');
      if (await settled(() => unpickled('p', bytes))) read += 1;
    });
    await fc.assert(property, { seed: SEED, numRuns: 3000 });
    expect(read).toBeGreaterThan(50);
  });
});

describe('files', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'phasewatch-fuzz-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Opens a file, reads all of it; true where all could be. */
  async function readAll(bytes: Uint8Array): Promise<boolean> {
    const path = join(directory, 'step1.pt');
    writeFileSync(path, bytes);
    const { result, bytesMax } = await largestAllocation(() =>
      settled(async () => {
        const file = await openTorch(path, directory, { unwrap: true });
        try {
          for (const [name, { shape, begin, end }] of file.tensors) {
            expect(begin).toBeGreaterThanOrEqual(0);
            expect(end).toBeLessThanOrEqual(bytes.length);
            const size = shape.reduce((product, axis) => product * axis, 1);
            await settled(async () => expect(await file.read(name)).toHaveLength(size));
          }
        } finally {
          await file.close();
        }
      }),
    );
    // Halves take twice their size, and once a table of 256 KiB.
    expect(bytesMax).toBeLessThanOrEqual(2 * bytes.length + 2 ** 18);
    return result;
  }

  test('2,000 damaged real ones', async () => {
    let read = 0;
    const property = fc.asyncProperty(
      fc.nat(FILES.length - 1).chain((file) => fc.tuple(fc.constant(file), damages(FILES[file].length))),
      async ([file, list]) => {
        if (await readAll(damaged(FILES[file], REAL[0], list))) read += 1;
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: 2000 });
    expect(read).toBeGreaterThan(100);
    expect(read).toBeLessThan(1900);
  });

  test('1,000 whole archives that lie about their tensors', async () => {
    let read = 0;
    const size = fc.oneof(fc.nat(6), fc.nat(6), fc.constantFrom(-1, 2 ** 31 - 1, 65_536));
    const tensor = fc.record({
      dtype: fc.constantFrom('F32' as const, 'F16' as const, 'F64' as const, 'BOOL' as const),
      shape: fc.array(size, { maxLength: 4 }),
      strides: fc.array(size, { maxLength: 4 }),
      offset: size,
    });
    const property = fc.asyncProperty(
      fc.array(tensor, { maxLength: 3 }),
      fc.boolean(),
      async (list, agree) => {
        const storages: Uint8Array[] = [];
        const entries = list.map(({ strides, shape, ...rest }, index) => {
          const fitting = shape.map((_, axis) => strides[axis] ?? 1);
          return [
            `w${index}`,
            { ...rest, shape, strides: agree ? fitting : strides, bytes: ramp(24) },
          ] as const;
        });
        const pickle = pickleOf(new Map(entries), storages);
        if (await readAll(archiveBytes(pickle, storages))) read += 1;
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: 1000 });
    expect(read).toBeGreaterThan(50);
    expect(read).toBeLessThan(950);
  });
});

test('nothing that a file said was done', () => {
  expect(existsSync('executed-by-a-checkpoint')).toBe(false);
});
