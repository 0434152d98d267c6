/** `phasewatch analyze`: the checkpoints of a directory, one JSON object a line on stdout. */
import { resolve } from 'node:path';
import process from 'node:process';
import { filter } from 'rxjs';
import { apply, initialState } from '../../protocol/apply.ts';
import { HISTORY_BYTES_MAX } from '../base/config.ts';
import { GraphHistory } from '../graph/history.ts';
import { pipeline } from '../pipeline.ts';
import { type SourceEvent, watchDirectory } from '../source/directory.ts';
import { endLine, lineOf, phasesLine } from '../terminal/lines.ts';
import type { Command } from '../terminal/options.ts';
import { ProgressBar } from '../terminal/progress-line.ts';
import { EXIT, onInterrupt, say } from './person.ts';
import { engineOf, runOf, settingsOf } from './setup.ts';

export async function analyze(command: Command & { readonly name: 'analyze' }): Promise<number> {
  const engine = await engineOf(command);
  const bar = new ProgressBar(process.stderr);
  const run = runOf(command.directory);
  let state = initialState(run);
  const wanted = command.steps && new Set(command.steps);
  const source = watchDirectory(resolve(command.directory), { follow: false }).pipe(
    filter((event) => !wanted || isOfSteps(event, wanted)),
  );
  const deltas = pipeline({
    past: state,
    source,
    engine,
    settings: await settingsOf(command),
    history: new GraphHistory({ bytesMax: HISTORY_BYTES_MAX }),
    turns: { every: command.every, maxLag: command.maxLag, fillIn: false },
    note: say,
  });
  const interrupted = await new Promise<boolean>((settle, fail) => {
    const subscription = deltas.subscribe({
      next(delta) {
        state = apply(state, delta);
        const line = lineOf(delta, state);
        if (line) bar.clear();
        if (line) process.stdout.write(`${JSON.stringify(line)}\n`);
        if (delta.type === 'progress') bar.draw(delta.progress);
      },
      error: fail,
      complete: () => settle(false),
    });
    onInterrupt(() => {
      subscription.unsubscribe();
      settle(true);
    });
  }).finally(() => {
    bar.clear();
    engine.stop();
  });
  if (interrupted) return EXIT.interrupted;
  const missing =
    command.steps?.filter((step) => !state.checkpoints.some((found) => found.step === step)) ?? [];
  if (missing.length > 0) say(`no checkpoint of step ${missing.join(', ')} in ${command.directory}`);
  if (state.progress.message !== null) say(state.progress.message);
  for (const line of [phasesLine(state), endLine(state)]) process.stdout.write(`${JSON.stringify(line)}\n`);
  const allWell =
    missing.length === 0 && state.checkpoints.every((checkpoint) => checkpoint.status === 'done');
  return allWell && state.progress.message === null ? EXIT.ok : EXIT.failed;
}

function isOfSteps(event: SourceEvent, steps: ReadonlySet<number>): boolean {
  if (event.type === 'ready') return steps.has(event.checkpoint.step);
  if (event.type === 'failed') return steps.has(event.step);
  return true;
}
