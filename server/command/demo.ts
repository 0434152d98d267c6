/** `phasewatch` without a command: trains a small model on the spot and serves its run, and those started beside it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, of, skip, take } from 'rxjs';
import { parseOptions, UsageError as TrainingUsageError } from '../demo/options.ts';
import type { Command } from '../terminal/options.ts';
import { UsageError } from '../terminal/words.ts';
import { DemoTrainings } from '../trainings.ts';
import { say } from './person.ts';
import { serve } from './serve.ts';

export async function demo(command: Command & { readonly name: 'demo' }): Promise<number> {
  const options = optionsOf(command.training);
  const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-demo-'));
  const trainings = new DemoTrainings({ directory: scratch, options, words: command.training, say });
  trainings.start(options.seed);
  try {
    // A demo leaves nothing behind, unless it is asked to.
    const words = { ...command, data: command.data ?? join(scratch, 'data') };
    const runs = trainings.runs;
    const first = runs.pipe(take(1));
    const others = runs.pipe(skip(1));
    return await serve(concat(first, of('looked' as const), others), words, { trainings });
  } finally {
    trainings.stop();
    // A trainer may be in the middle of writing.
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @throws UsageError before anything is started */
function optionsOf(words: readonly string[]) {
  try {
    return parseOptions(['--out=run', ...words]);
  } catch (error) {
    throw error instanceof TrainingUsageError ? new UsageError(error.message) : error;
  }
}
