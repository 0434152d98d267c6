/** `phasewatch` without a command: trains a small model on the spot and serves its run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, NEVER, of } from 'rxjs';
import { TOKENS_PER_STEP } from '../demo/data.ts';
import { startDemo } from '../demo/process.ts';
import { watchDirectory } from '../source/directory.ts';
import type { Command } from '../terminal/options.ts';
import { say } from './person.ts';
import { serve } from './serve.ts';

export async function demo(command: Command & { readonly name: 'demo' }): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-demo-'));
  const directory = join(scratch, 'run');
  const training = startDemo({ directory, seed: command.seed, say });
  const run = {
    id: 'demo',
    name: `Demo: a small model learns to copy (seed ${command.seed})`,
    source: directory,
    tokensPerStep: TOKENS_PER_STEP,
    analysis: null,
  };
  try {
    const runs = concat(
      of({ run, source: watchDirectory(directory, { ended: training.ended }) }, 'looked' as const),
      NEVER,
    );
    // A demo leaves nothing behind, unless it is asked to.
    return await serve(runs, { ...command, data: command.data ?? join(scratch, 'data') });
  } finally {
    training.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}
