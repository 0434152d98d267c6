/**
 * Seeded random numbers: mulberry32 (Tommy Ettinger, public domain), one 32-bit word of state.
 *
 *   s <- s + 0x6D2B79F5 (mod 2^32);  t = hash(s);  uniform = t / 2^32
 *
 * Its period is 2^32 numbers; a whole training run draws about 3 million. Normal numbers come from uniform
 * ones by Box and Muller: sqrt(-2 ln u) cos(2 pi v).
 */

export type Random = {
  /** A real number in [0, 1). */
  readonly uniform: () => number;
  /** A whole number in [from, to], both ends included. */
  readonly integer: (from: number, to: number) => number;
  /** A normal number with mean 0 and variance 1. */
  readonly normal: () => number;
};

/**
 * `stream` separates the uses of one seed: the weights, the language and the batches each read their own
 * stream, so that changing how many numbers one of them draws leaves the others as they were.
 */
export function createRandom(seed: number, stream: number): Random {
  let state = hash(hash(seed >>> 0) ^ (stream >>> 0));

  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    return hash(state) / 2 ** 32;
  };
  const integer = (from: number, to: number): number => from + Math.floor(uniform() * (to - from + 1));
  // 1 - u lies in (0, 1], so the logarithm stays finite.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

  return { uniform, integer, normal };
}

function hash(word: number): number {
  let t = word;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}
