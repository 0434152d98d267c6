import { expect, test } from 'vitest';
import { widenBF16, widenF16 } from '../../server/source/half-precision.ts';

const ALL_PATTERNS = Uint16Array.from({ length: 65_536 }, (_, pattern) => pattern);

/** The definition of binary16, written as a sum over its bits. */
function f16ByDefinition(pattern: number): number {
  const bits = pattern.toString(2).padStart(16, '0');
  const sign = bits[0] === '1' ? -1 : 1;
  const exponent = Number.parseInt(bits.slice(1, 6), 2);
  const fraction = [...bits.slice(6)].reduce((sum, bit, place) => sum + Number(bit) * 2 ** -(place + 1), 0);
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

function widened(halves: Uint16Array, widen: typeof widenF16): Float32Array {
  const values = new Float32Array(halves.length);
  widen(halves, new Uint32Array(values.buffer));
  return values;
}

/** Patterns whose value is not, to the sign of zero, what it has to be. */
function differing(values: Float32Array, expected: (pattern: number) => number): number[] {
  return Array.from(ALL_PATTERNS).filter((pattern) => !Object.is(values[pattern], expected(pattern)));
}

test('every one of the 65,536 patterns of F16 has the value of its definition', () => {
  expect(differing(widened(ALL_PATTERNS, widenF16), f16ByDefinition)).toEqual([]);
});

test.each([
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x7bff, 65_504],
  [0x0001, 2 ** -24],
  [0x03ff, 2 ** -14 - 2 ** -24],
  [0x0400, 2 ** -14],
  [0x8000, -0],
  [0xfc00, Number.NEGATIVE_INFINITY],
])('F16 pattern %i is %d', (pattern, value) => {
  expect(widened(Uint16Array.of(pattern), widenF16)[0]).toBe(value);
});

test('a NaN of F16 keeps its sign and its fraction', () => {
  const bits = new Uint32Array(2);
  widenF16(Uint16Array.of(0x7e00, 0xfd55), bits);
  expect([...bits]).toEqual([0x7fc00000, 0xffaaa000]);
});

test('every pattern of BF16 is the upper half of its float32', () => {
  const view = new DataView(new ArrayBuffer(4));
  const byDefinition = (pattern: number) => {
    view.setUint16(0, pattern);
    return view.getFloat32(0);
  };
  expect(differing(widened(ALL_PATTERNS, widenBF16), byDefinition)).toEqual([]);
});
