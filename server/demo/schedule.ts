/**
 * When the training saves a checkpoint and how fast it learns at each step.
 *
 *   checkpoints   0, 1, 2, 4, ... 64, every 25 steps through the phase change, every 50 after it, and the last
 *   r(n)          R min(1, n / 50): linear warm-up, then constant
 *
 * R learning rate, n step from 1. The doubling start is that of the Pythia suite (arXiv:2304.01373).
 */

export const DEFAULT_STEPS = 1000;

const DOUBLING_UNTIL = 64;
const DENSE_EVERY = 25;
const DENSE_UNTIL = 600;
const SPARSE_EVERY = 50;

const LEARNING_RATE = 6e-3;
const WARM_UP_STEPS = 50;

/** Has the training to save after this step? Step 0 is before the first update. */
export function isCheckpointStep(step: number, lastStep: number): boolean {
  if (step === 0 || step === lastStep) return true;
  if (step <= DOUBLING_UNTIL) return Number.isInteger(Math.log2(step));
  return step % (step <= DENSE_UNTIL ? DENSE_EVERY : SPARSE_EVERY) === 0;
}

export function learningRate(step: number): number {
  return LEARNING_RATE * Math.min(1, step / WARM_UP_STEPS);
}
