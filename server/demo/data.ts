/**
 * The language of the training text: a mixture of two kinds of sequences over V = 64 tokens.
 *
 *   repeated   a segment of uniform tokens, repeated to the end:  w_t = w_{t-p}, the period p drawn per sequence
 *   bigram     a seeded Markov chain:                             w_t ~ P(. | w_{t-1}), a few successors each
 *
 * Only looking back for the last occurrence of the present token predicts a repeat, because the period
 * changes from sequence to sequence. With one fixed period the model learns to copy from a fixed distance,
 * which lowers the same loss without any induction head. Letters: B batch, T positions, V vocabulary.
 */

import type { Random } from './random.ts';

export const VOCABULARY = 64;
export const POSITIONS = 48;
/** Of one step. */
export const BATCH_SEQUENCES = 32;
export const TOKENS_PER_STEP = BATCH_SEQUENCES * POSITIONS;
/** Token 0 is the model's special token and is never drawn. */
const FIRST_TOKEN = 1;
const LAST_TOKEN = VOCABULARY - 1;

/** Periods of the repeated training text. Short ones give more repeated tokens per sequence to learn from. */
export const SHORTEST_PERIOD = 6;
export const LONGEST_PERIOD = 24;

/** Probabilities of a token's successors in the bigram language; 1.2 nats of entropy. */
const SUCCESSOR_PROBABILITIES = [0.5, 0.25, 0.15, 0.1] as const;

/** successors[token] lists the tokens that may follow it, in the order of SUCCESSOR_PROBABILITIES. */
export type BigramLanguage = { readonly successors: readonly (readonly number[])[] };

export function createBigramLanguage(random: Random): BigramLanguage {
  const successors = Array.from({ length: VOCABULARY }, () => {
    const drawn = new Set<number>();
    while (drawn.size < SUCCESSOR_PROBABILITIES.length) drawn.add(drawToken(random));
    return [...drawn];
  });
  return { successors };
}

/** One batch of training text, tokens [B, T] row by row; `induction` is the share of repeated sequences. */
export function drawBatch(
  language: BigramLanguage,
  random: Random,
  sequences: number,
  induction: number,
): Int32Array {
  const tokens = new Int32Array(sequences * POSITIONS);
  for (let b = 0; b < sequences; b++) {
    const sequence = tokens.subarray(b * POSITIONS, (b + 1) * POSITIONS);
    if (random.uniform() < induction) {
      fillRepeated(sequence, random, random.integer(SHORTEST_PERIOD, LONGEST_PERIOD));
    } else {
      fillBigram(sequence, random, language);
    }
  }
  return tokens;
}

/** Held-out text for the induction measure: every sequence is one segment of T/2 tokens, said twice. */
export function drawRepeatedBatch(random: Random, sequences: number): Int32Array {
  const tokens = new Int32Array(sequences * POSITIONS);
  for (let b = 0; b < sequences; b++) {
    fillRepeated(tokens.subarray(b * POSITIONS, (b + 1) * POSITIONS), random, POSITIONS / 2);
  }
  return tokens;
}

function fillRepeated(sequence: Int32Array, random: Random, period: number): void {
  for (let t = 0; t < sequence.length; t++) {
    sequence[t] = t < period ? drawToken(random) : sequence[t - period];
  }
}

function fillBigram(sequence: Int32Array, random: Random, language: BigramLanguage): void {
  sequence[0] = drawToken(random);
  for (let t = 1; t < sequence.length; t++) {
    sequence[t] = language.successors[sequence[t - 1]][drawSuccessor(random)];
  }
}

function drawToken(random: Random): number {
  return random.integer(FIRST_TOKEN, LAST_TOKEN);
}

function drawSuccessor(random: Random): number {
  let rest = random.uniform();
  for (const [index, probability] of SUCCESSOR_PROBABILITIES.entries()) {
    rest -= probability;
    if (rest < 0) return index;
  }
  return SUCCESSOR_PROBABILITIES.length - 1;
}
