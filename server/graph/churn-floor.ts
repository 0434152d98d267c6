/**
 * Churn floor: the churn (churn.ts) between the graph of the even prompts 0, 2, 4, … and that of the odd prompts
 * 1, 3, 5, … of one checkpoint, each averaged over its prompts.
 *
 * What the choice of prompts alone changes: a churn below it is noise. 0 … 1, "no sample" with a single prompt. The
 * halves have half the prompts each, so it errs on the high side. O(M·P).
 */
import { churn } from './churn.ts';
import { promptMeans } from './prompt-means.ts';

/** @param weights [edges, P] */
export function churnFloor(weights: Float32Array, prompts: number): number | null {
  if (prompts < 2) return null;
  const even = promptMeans(weights, prompts, (prompt) => prompt % 2 === 0);
  const odd = promptMeans(weights, prompts, (prompt) => prompt % 2 === 1);
  return churn(even, odd);
}
