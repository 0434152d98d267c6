/**
 * The two 16-bit number formats of checkpoints, widened to float32. Both widenings are exact.
 *
 * F16 (IEEE 754 binary16), sign s, exponent e of 5 bits, fraction f of 10 bits:
 *   0 < e < 31: (−1)^s · 2^(e−15) · (1 + f/2^10);   e = 0: (−1)^s · 2^(−14) · f/2^10;   e = 31: ±∞, or NaN if f > 0.
 * BF16: the upper half of a float32.
 *
 * All 65,536 patterns of F16 stand in a table of 256 KiB, built on first use: one look-up a number. NaNs keep
 * sign and fraction, because bits are moved and never numbers.
 */

const FRACTION_BITS = 10;
/** float32 has 23 bits of fraction. */
const FRACTION_SHIFT = 23 - FRACTION_BITS;
/** Difference of the two exponent biases, 127 and 15. */
const EXPONENT_SHIFT = 127 - 15;

let table: Uint32Array | null = null;

/** Float32 bits `bits [N]` of the F16 patterns `halves [N]`; writes into `bits`. */
export function widenF16(halves: Uint16Array, bits: Uint32Array): void {
  table ??= Uint32Array.from({ length: 1 << 16 }, (_, half) => bitsFromF16(half));
  const bitsOf = table;
  for (let index = 0; index < halves.length; index++) bits[index] = bitsOf[halves[index]];
}

/** Float32 bits `bits [N]` of the BF16 patterns `halves [N]`; writes into `bits`. */
export function widenBF16(halves: Uint16Array, bits: Uint32Array): void {
  for (let index = 0; index < halves.length; index++) bits[index] = halves[index] << 16;
}

function bitsFromF16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> FRACTION_BITS) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << FRACTION_SHIFT)) >>> 0;
  if (exponent > 0) return (sign | ((exponent + EXPONENT_SHIFT) << 23) | (fraction << FRACTION_SHIFT)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  // Subnormal: float32 has room to write it with a leading one, which is then implied.
  const leading = 31 - Math.clz32(fraction);
  const rest = (fraction << (FRACTION_BITS - leading)) & 0x3ff;
  return (sign | ((EXPONENT_SHIFT + 1 + leading - FRACTION_BITS) << 23) | (rest << FRACTION_SHIFT)) >>> 0;
}
