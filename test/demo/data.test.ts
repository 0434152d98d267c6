import { describe, expect, test } from 'vitest';
import {
  BATCH_SEQUENCES,
  createBigramLanguage,
  drawBatch,
  drawRepeatedBatch,
  LONGEST_PERIOD,
  POSITIONS,
  SHORTEST_PERIOD,
  TOKENS_PER_STEP,
  VOCABULARY,
} from '../../server/demo/data.ts';
import { createRandom } from '../../server/demo/random.ts';

const language = createBigramLanguage(createRandom(7, 1));

describe('training text', () => {
  test('is all repeated where the share of repeats is 1, with periods that vary', () => {
    const periods = sequencesOf(drawBatch(language, createRandom(7, 3), 200, 1)).map(periodOf);
    expect(Math.min(...periods.map((period) => period ?? 0))).toBeGreaterThanOrEqual(SHORTEST_PERIOD);
    expect(Math.max(...periods.map((period) => period ?? POSITIONS))).toBeLessThanOrEqual(LONGEST_PERIOD);
    expect(new Set(periods).size).toBeGreaterThan(10);
  });

  test('has no repeated segment in the control run', () => {
    const sequences = sequencesOf(drawBatch(language, createRandom(7, 3), 500, 0));
    expect(sequences.map(periodOf).filter((period) => period !== undefined)).toEqual([]);
  });

  test('follows the bigram language in the control run', () => {
    for (const sequence of sequencesOf(drawBatch(language, createRandom(7, 3), 100, 0))) {
      for (let t = 1; t < POSITIONS; t++) {
        expect(language.successors[sequence[t - 1]]).toContain(sequence[t]);
      }
    }
  });

  test('mixes both kinds in the asked share', () => {
    const periods = sequencesOf(drawBatch(language, createRandom(7, 3), 2000, 0.7)).map(periodOf);
    expect(periods.filter((period) => period !== undefined).length / 2000).toBeCloseTo(0.7, 1);
  });

  test('is as many tokens a step as the run says', () => {
    expect(drawBatch(language, createRandom(7, 3), BATCH_SEQUENCES, 0.7)).toHaveLength(TOKENS_PER_STEP);
  });

  test('never has the special token 0 or one beyond the vocabulary', () => {
    const tokens = drawBatch(language, createRandom(7, 3), 500, 0.5);
    expect(tokens.every((token) => token > 0 && token < VOCABULARY)).toBe(true);
  });

  test('is the same for the same seed and another for another', () => {
    const draw = (seed: number): Int32Array => drawBatch(language, createRandom(seed, 3), 4, 0.7);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

test('held-out text says every half twice', () => {
  for (const sequence of sequencesOf(drawRepeatedBatch(createRandom(7, 2), 20))) {
    expect(sequence.slice(POSITIONS / 2)).toEqual(sequence.slice(0, POSITIONS / 2));
  }
});

function sequencesOf(tokens: Int32Array): readonly Int32Array[] {
  return Array.from({ length: tokens.length / POSITIONS }, (_, b) =>
    tokens.slice(b * POSITIONS, (b + 1) * POSITIONS),
  );
}

/** The smallest period of at most half the sequence with which all of it repeats. */
function periodOf(sequence: Int32Array): number | undefined {
  for (let period = 1; period <= POSITIONS / 2; period++) {
    if (sequence.every((token, t) => t < period || token === sequence[t - period])) return period;
  }
  return undefined;
}
