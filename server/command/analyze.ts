/** `phasewatch analyze`: the checkpoints of a directory or an address, one JSON object a line on stdout. */
import process from 'node:process';
import { Subject } from 'rxjs';
import { apply, initialState } from '../../protocol/apply.ts';
import { HISTORY_BYTES_MAX } from '../base/config.ts';
import { engineOf, settingsOf } from '../engine-settings.ts';
import { GraphHistory } from '../graph/history.ts';
import { pipeline } from '../pipeline.ts';
import { Places } from '../places.ts';
import { endLine, lineOf, phasesLine } from '../terminal/lines.ts';
import type { Command } from '../terminal/options.ts';
import { ProgressBar } from '../terminal/progress-line.ts';
import { namedSteps } from '../terminal/steps.ts';
import { EXIT, onInterrupt, say } from './person.ts';

export async function analyze(command: Command & { readonly name: 'analyze' }): Promise<number> {
  const { place, probe } = command;
  const places = new Places({ ...command, withTokenizer: probe.kind === 'text', follow: false });
  const { run, source } = places.run(place);
  const engine = await engineOf(command);
  const bar = new ProgressBar(process.stderr);
  let state = initialState(run);
  const through = new Subject<string>();
  const deltas = pipeline({
    past: state,
    source: source({ isDone: () => false, through }),
    through: (checkpoint) => through.next(checkpoint),
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
  const missing = namedSteps(place.steps).filter(
    (step) => !state.checkpoints.some((found) => found.step === step),
  );
  if (missing.length > 0) say(`no checkpoint of step ${missing.join(', ')} in ${place.path}`);
  if (state.progress.message !== null) say(state.progress.message);
  for (const line of [phasesLine(state), endLine(state)]) process.stdout.write(`${JSON.stringify(line)}\n`);
  const allWell =
    missing.length === 0 && state.checkpoints.every((checkpoint) => checkpoint.status === 'done');
  return allWell && state.progress.message === null ? EXIT.ok : EXIT.failed;
}
