/**
 * Seeded random numbers of the demo: uniform ones (base/random.ts), whole ones, and normal ones by Box and Muller,
 * sqrt(-2 ln u) cos(2 pi v). A whole training run draws about 3 million.
 */
import { mixed, seededRandom } from '../base/random.ts';

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
  const uniform = seededRandom(mixed(mixed(seed >>> 0) ^ (stream >>> 0)));
  const integer = (from: number, to: number): number => from + Math.floor(uniform() * (to - from + 1));
  // 1 - u lies in (0, 1], so the logarithm stays finite.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

  return { uniform, integer, normal };
}
