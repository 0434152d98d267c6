/**
 * The training run: draws text, steps the model, saves checkpoints and reports its losses.
 *
 * The same seed writes the same bytes on one machine. The seed is split into independent streams for the
 * first weights, the bigram language, the held-out text and the batches.
 */

import { setImmediate } from 'node:timers/promises';
import { type LogEntry, writeCheckpoint } from './checkpoint.ts';
import { BATCH_SEQUENCES, createBigramLanguage, drawBatch, drawRepeatedBatch, POSITIONS } from './data.ts';
import { createModel, initialWeights } from './model.ts';
import { createOptimizer } from './optimizer.ts';
import type { Options } from './options.ts';
import { createRandom } from './random.ts';
import { isCheckpointStep, learningRate } from './schedule.ts';

const HELD_OUT_SEQUENCES = 16;
const REPORT_EVERY = 10;

const Stream = { weights: 0, language: 1, heldOut: 2, batches: 3 } as const;

export type Report = {
  readonly step: number;
  /** Mean training loss in nats since the report before. */
  readonly loss: number;
  /** Loss in nats over the second half of held-out text that says everything twice. */
  readonly repeatedLossNats: number;
};

/** The output directory has to exist. Between two steps the event loop gets a turn. */
export async function train(options: Options, report: (report: Report) => void): Promise<void> {
  const { architecture, steps, seed, induction, out } = options;
  const weights = initialWeights(architecture, createRandom(seed, Stream.weights));
  const language = createBigramLanguage(createRandom(seed, Stream.language));
  const heldOut = drawRepeatedBatch(createRandom(seed, Stream.heldOut), HELD_OUT_SEQUENCES);
  const batches = createRandom(seed, Stream.batches);
  const model = createModel(architecture);
  const optimizer = createOptimizer(weights);
  const log: LogEntry[] = [];

  const save = (step: number): void =>
    writeCheckpoint(out, { step, lastStep: steps, architecture, weights, log });

  save(0);
  let sumOfLosses = 0;
  for (let step = 1; step <= steps; step++) {
    const batch = drawBatch(language, batches, BATCH_SEQUENCES, induction);
    const { loss, gradient } = model.step(weights, batch);
    optimizer.update(gradient, learningRate(step));
    sumOfLosses += loss;

    if (step % REPORT_EVERY === 0) {
      const mean = sumOfLosses / REPORT_EVERY;
      sumOfLosses = 0;
      log.push({ step, loss: mean, learning_rate: learningRate(step) });
      const repeatedLossNats = secondHalfMean(model.losses(weights, heldOut));
      report({ step, loss: mean, repeatedLossNats });
    }
    if (isCheckpointStep(step, steps)) save(step);
    await setImmediate();
  }
}

/** Mean loss of the tokens T/2 ... T-1; `losses` [B, T-1] begins with token 1 of each sequence. */
function secondHalfMean(losses: Float32Array): number {
  const second = losses.filter((_, index) => (index % (POSITIONS - 1)) + 1 >= POSITIONS / 2);
  return second.reduce((sum, loss) => sum + loss, 0) / second.length;
}
