/**
 * The numbers of edges that the slider stops at: all up to 20, then steps of about a tenth with two significant digits,
 * and all there are. So one press of an arrow key is a change that can be seen, at 10 edges and at 5,000.
 */
const SINGLE_MAX = 20;
const GROWTH = 1.1;

/** Ascending, from 1 to `most`. */
export function edgeLadder(most: number): number[] {
  const rungs: number[] = [];
  for (let count = 1; count < most; count = next(count)) rungs.push(count);
  rungs.push(Math.max(1, most));
  return rungs;
}

/** Index of the rung nearest to a number of edges, the lower of two. */
export function rungOf(ladder: readonly number[], count: number): number {
  return ladder.reduce(
    (best, rung, index) => (Math.abs(rung - count) < Math.abs(ladder[best] - count) ? index : best),
    0,
  );
}

function next(count: number): number {
  return count < SINGLE_MAX ? count + 1 : Number((count * GROWTH).toPrecision(2));
}
