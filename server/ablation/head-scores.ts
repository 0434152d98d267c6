/**
 * What each head of the clean run attends to, from its attention pattern; mean over prompts and positions.
 *
 *   prefix_matching     from positions of the second half whose token occurred before: attention to the position
 *                       after that previous occurrence (induction heads; Olsson et al. 2022, arXiv 2209.11895)
 *                       (the one half a prompt earlier where that is the same token, as in the induction probe,
 *                       else the latest)
 *   previous_token      attention to the position before, from position 1 on
 *   first_position      attention to position 0, from position 1 on
 *   attention_entropy   −Σ p ln p of a position's attention, nats
 *
 * O(P·H·T²). A score that no position speaks for is 0.
 */
import type { ProbeTokens } from './probe.ts';

export const HEAD_SCORES = [
  'prefix_matching',
  'previous_token',
  'first_position',
  'attention_entropy',
] as const;
export type HeadScore = (typeof HEAD_SCORES)[number];
/** One value a head. */
export type HeadScores = Readonly<Record<HeadScore, number[]>>;

/** @param pattern [P,H,T,T], row = query position */
export function headScores(pattern: Float32Array, heads: number, probe: ProbeTokens): HeadScores {
  const { prompts: P, positions: T } = probe;
  const follows = Array.from({ length: P }, (_, prompt) => afterPreviousOccurrence(probe, prompt));
  const scores: HeadScores = {
    prefix_matching: [],
    previous_token: [],
    first_position: [],
    attention_entropy: [],
  };
  for (let head = 0; head < heads; head += 1) {
    const sums = { prefix: new Mean(), previous: new Mean(), first: new Mean(), entropy: new Mean() };
    for (let prompt = 0; prompt < P; prompt += 1)
      for (let query = 0; query < probe.lengths[prompt]; query += 1) {
        const begin = ((prompt * heads + head) * T + query) * T;
        const row = pattern.subarray(begin, begin + query + 1);
        const follow = follows[prompt][query];
        if (follow !== null) sums.prefix.add(row[follow]);
        if (query > 0) {
          sums.previous.add(row[query - 1]);
          sums.first.add(row[0]);
        }
        sums.entropy.add(entropy(row));
      }
    scores.prefix_matching.push(sums.prefix.value);
    scores.previous_token.push(sums.previous.value);
    scores.first_position.push(sums.first.value);
    scores.attention_entropy.push(sums.entropy.value);
  }
  return scores;
}

/** For each position of the second half the position after the previous occurrence of its token; else null. */
function afterPreviousOccurrence(
  { ids, positions, lengths }: ProbeTokens,
  prompt: number,
): (number | null)[] {
  const T = lengths[prompt];
  const tokens = ids.subarray(prompt * positions, prompt * positions + T);
  const lastSeen = new Map<number, number>();
  return Array.from(tokens, (token, at) => {
    const half = at - T / 2;
    const seen = half >= 0 && tokens[half] === token ? half : lastSeen.get(token);
    lastSeen.set(token, at);
    return half >= 0 && seen !== undefined ? seen + 1 : null;
  });
}

function entropy(probabilities: Float32Array): number {
  let sum = 0;
  for (const p of probabilities) if (p > 0) sum -= p * Math.log(p);
  return sum;
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
  }

  get value(): number {
    return this.#count > 0 ? this.#sum / this.#count : 0;
  }
}
