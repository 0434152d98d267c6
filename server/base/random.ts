/**
 * A small seeded generator: equal seeds give equal sequences on every machine.
 * mulberry32 (T. Ettinger, public domain): 32 bits of state, period 2³², far more draws than a probe needs.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mixed(state) / 2 ** 32;
  };
}

/** A word of 32 bits whose bits all depend on all bits of `word`. */
export function mixed(word: number): number {
  let t = Math.imul(word ^ (word >>> 15), word | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}
