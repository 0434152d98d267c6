import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CutShort, decodePacked, decodePackedStream, encodePacked } from '../../protocol/packed.ts';
import { Extent } from '../../protocol/packed-extent.ts';
import { seededRandom } from '../../server/base/random.ts';

const roundTrip = (value: unknown) => decodePacked(encodePacked(value));
/** Head of the extension and its length. */
const HEAD_BYTES = 3;

const micros = fc.integer({ min: 0, max: 2 ** 30 - 1 }).map((multiple) => multiple / 1e6);
const largeIntegers = fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 });
const numbers = fc.oneof(
  fc.array(fc.double(), { maxLength: 40 }),
  fc.array(micros, { maxLength: 40 }),
  fc.array(fc.integer(), { maxLength: 40 }),
  fc.array(fc.integer({ min: -(2 ** 30) + 1, max: 2 ** 30 - 1 }), { maxLength: 40 }),
  fc.array(largeIntegers, { maxLength: 40 }),
  fc.array(fc.oneof(fc.double(), micros, fc.nat(), fc.constantFrom(-0, 0, Number.NaN, 1e-6, 2 ** 31)), {
    maxLength: 12,
  }),
);

describe('numbers in MessagePack', () => {
  it('N-2: come back bit for bit, whatever they are', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        expect(roundTrip(values)).toEqual(values);
      }),
      { numRuns: 1_500 },
    );
  });

  it('N-2: come back within objects and arrays of any depth', () => {
    const nested = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        numbers,
        fc.constantFrom(null, true, 'weights', 0.5, -7),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), tie('tree'), { maxKeys: 4 }),
      ),
    })).tree;
    fc.assert(
      fc.property(
        nested.filter((value) => !JSON.stringify(value)?.includes('"__proto__"')),
        (value) => {
          expect(roundTrip(value)).toEqual(structuredClone(value));
        },
      ),
    );
  });

  it.each([
    ['the largest multiple of 1e-6', [1073.741823, 0.000001, 0, 1]],
    ['one above it', [1073.741824, 0.000001, 0, 1]],
    ['the longest step between integers', [2 ** 30 - 1, 1 - 2 ** 30, 2 ** 30 - 1, 0]],
    ['integers that are too large for a step', [2 ** 30, 0, 0, 0]],
    ['negative zeros, with others and alone', [-0, 0, 1, 2]],
    ['a negative zero in a short array', [-0]],
    ['a negative zero beside what is no number', [-0, Number.NaN, Number.POSITIVE_INFINITY]],
    ['the smallest and the largest double', [5e-324, Number.MAX_VALUE, -5e-324, 0.1 + 0.2]],
  ])('N-2: %s', (_, values) => {
    expect(roundTrip(values)).toEqual(values);
  });

  it('N-2: take 3 bytes a weight of 0.512345 and 1 for all, 2 a standard error of 0.0123, 1 an index, 8 another double', () => {
    const size = (value: number, count: number) => {
      const values = Array.from(
        { length: count },
        (_, index) => value + (Number.isInteger(value) ? index : 0),
      );
      return encodePacked(values).length - HEAD_BYTES;
    };
    expect(size(0.512345, 50)).toBe(151);
    expect(size(0.0123, 50)).toBe(100);
    expect(size(7, 50)).toBe(50);
    expect(size(1 / 3, 25)).toBe(200);
  });

  it('leaves out what is undefined, as JSON does', () => {
    expect(roundTrip({ a: 1, since: undefined })).toEqual({ a: 1 });
  });
});

describe('hostile MessagePack', () => {
  const samples = [
    { type: 'hello', protocol: 2, client: 'x'.repeat(40) },
    {
      weights: [0.5, 0.25, 0.125, 0.1],
      at: [1, 2, 3, 4],
      others: [Math.PI, 1, 2, 3],
      rest: [[], [{}], null],
    },
    ['a', new Uint8Array(300), -1, 2 ** 40, 1.5, true],
  ].map((value) => encodePacked(value));

  it('N-2: never is more than an error, at random and one change from real', () => {
    const random = seededRandom(20);
    const byte = () => Math.floor(256 * random());
    for (let round = 0; round < 30_000; round += 1) {
      const real = samples[round % samples.length];
      const bytes =
        round % 2 === 0 ? Uint8Array.from({ length: 1 + Math.floor(40 * random()) }, byte) : real.slice();
      bytes[Math.floor(random() * bytes.length)] = byte();
      try {
        decodePacked(round % 3 === 0 ? bytes.subarray(0, 1 + Math.floor(random() * bytes.length)) : bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });

  it.each([
    ['arrays of 16 bits', 0xdc, 0xff, 0xf0],
    ['maps of 16 bits', 0xde, 0x7f, 0xf0],
  ])('N-2: nested lengths of %s that lie are refused before anything is allocated', (_, ...head) => {
    // Each was allocated as it was read: 64 KiB of them took 11 GB.
    const bytes = Uint8Array.from({ length: 65_535 }, (__, index) => head[index % 3]);
    const before = process.memoryUsage().rss;
    expect(() => decodePacked(bytes)).toThrow('expected a value of at most 65535 bytes');
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * bytes.length);
  });

  it.each([
    ['an array of 2^32 − 1', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['a text of 2^32 − 1', [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ['the byte that no value begins with', [0xc1]],
    ['nothing', []],
    ['two values', [0x01, 0x02]],
    ['a number that does not end', [0xc7, 2, 1, 0xff, 0xff]],
    ['a number of more than 5 bytes', [0xc7, 7, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]],
    ['decimals of 7 bytes', [0xc7, 7, 2, 0, 0, 0, 0, 0, 0, 0]],
    ['multiples of no width', [0xc7, 7, 3, 0, 0, 0, 0, 0, 0, 0]],
    ['multiples of 5 bytes', [0xc7, 7, 3, 5, 0, 0, 0, 0, 0, 0]],
    ['planes that are not of one length', [0xc7, 7, 3, 4, 0, 0, 0, 0, 0, 0]],
    ['floats of 7 bytes', [0xc7, 7, 4, 0, 0, 0, 0, 0, 0, 0]],
  ])('N-2: refuses %s', (_, bytes) => {
    expect(() => decodePacked(Uint8Array.from(bytes))).toThrow(Error);
  });

  it('reads every head: what an encoder writes ends where its bytes end', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4, withTypedArray: false, withBigInt: false }), (value) => {
        let bytes: Uint8Array;
        try {
          bytes = encodePacked(value);
        } catch {
          return;
        }
        expect(new Extent(bytes.length).end(bytes)).toBe(bytes.length);
        expect(new Extent(bytes.length).end(bytes.subarray(0, -1))).toBeNull();
      }),
    );
    for (const length of [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536])
      for (const value of [
        'x'.repeat(length),
        new Uint8Array(length),
        Array(length).fill(null),
        Array(length).fill(1),
      ]) {
        const bytes = encodePacked(value);
        expect(new Extent(bytes.length).end(bytes)).toBe(bytes.length);
      }
  });
});

describe('a stream of values', () => {
  const values = [{ a: 1 }, [0.5, 0.25, 0.125, 1], 'x'.repeat(300), null, [[], {}]];
  const bytes = Buffer.concat(values.map((value) => encodePacked(value)));
  async function* pieces(of: Uint8Array, size: number) {
    for (let at = 0; at < of.length; at += size) yield of.subarray(at, at + size);
  }
  const all = async (stream: AsyncIterable<Uint8Array>, bytesMax = 1_000) => {
    const found: unknown[] = [];
    for await (const value of decodePackedStream(stream, bytesMax)) found.push(value);
    return found;
  };

  it.each([1, 2, 7, 300, 10_000])('is the same in pieces of %i bytes', async (size) => {
    expect(await all(pieces(bytes, size))).toEqual(values);
  });

  it('that ends within a value says so after those before it', async () => {
    const found: unknown[] = [];
    const reading = (async () => {
      for await (const value of decodePackedStream(pieces(bytes.subarray(0, -1), 7), 1_000))
        found.push(value);
    })();
    await expect(reading).rejects.toThrow(CutShort);
    expect(found).toEqual(values.slice(0, -1));
  });

  it('refuses a value that is larger than it may be', async () => {
    await expect(all(pieces(bytes, 7), 300)).rejects.toThrow(
      'expected a value of at most 300 bytes, got one of 303',
    );
  });
});
