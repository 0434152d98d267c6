/** A broken invariant: its name, and what was expected and what came. A scenario ends at the first. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly invariant: string;

  constructor(invariant: string, sentence: string) {
    super(`${invariant}: ${sentence}`);
    this.invariant = invariant;
  }
}

/** Looks again until `problem` is null. @throws Broken `timely` with the last problem */
export async function untilNone(
  what: string,
  millisMax: number,
  problem: () => Promise<string | null> | string | null,
): Promise<void> {
  const end = performance.now() + millisMax;
  for (;;) {
    const found = await problem();
    if (found === null) return;
    if (performance.now() > end)
      throw new Broken('timely', `expected within ${millisMax / 1000} s: ${what}; still: ${found}`);
    await passed(LOOK_MILLIS);
  }
}

/** Time that passes as part of a scenario: a trainer that writes slowly, a viewer who goes for a while. */
export function passed(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

const LOOK_MILLIS = 25;
