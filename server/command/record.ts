/**
 * `phasewatch record`: analyses the checkpoints of a directory or an address into one file that can be replayed and exported
 * anywhere.
 * What is in the file is on disk when a checkpoint is done; a file whose writer was killed can be read up to there.
 */
import { open } from 'node:fs/promises';
import process from 'node:process';
import {
  concatMap,
  from,
  fromEventPattern,
  lastValueFrom,
  type Observable,
  Subject,
  scan,
  takeUntil,
  tap,
} from 'rxjs';
import { apply, initialState } from '../../protocol/apply.ts';
import type { Update } from '../../protocol/state.ts';
import { HISTORY_BYTES_MAX } from '../base/config.ts';
import { engineOf, settingsOf } from '../engine-settings.ts';
import { GraphHistory } from '../graph/history.ts';
import { recordedBytes, recordingHeader } from '../log/recording.ts';
import { pipeline } from '../pipeline.ts';
import { Places } from '../places.ts';
import type { Command } from '../terminal/options.ts';
import { ProgressBar } from '../terminal/progress-line.ts';
import { UsageError } from '../terminal/words.ts';
import { EXIT, onInterrupt, say } from './person.ts';

export async function record(command: Command & { readonly name: 'record' }): Promise<number> {
  const { file, follow, place, probe } = command;
  const places = new Places({ ...command, withTokenizer: probe.kind === 'text' });
  const { run, source } = places.run(place);
  const settings = await settingsOf(command);
  const output = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === 'EEXIST'
        ? `--out: ${file} is there already`
        : `--out: ${file} cannot be written (${error.code})`,
    );
  });
  const engine = await engineOf(command);
  const past = initialState(run);
  const through = new Subject<string>();
  const bar = new ProgressBar(process.stderr);
  await output.write(recordingHeader(past.run, new Date()));
  const written = async (update: Update): Promise<Update> => {
    if (update.type === 'progress') {
      bar.draw(update.progress);
      return update;
    }
    await output.write(recordedBytes({ at: Date.now(), delta: update }));
    if (update.type === 'checkpoint-done') await output.sync();
    return update;
  };
  const history = new GraphHistory({ bytesMax: HISTORY_BYTES_MAX });
  const turns = { every: command.every, maxLag: command.maxLag, fillIn: true };
  const updates: Observable<Update> = pipeline({
    past,
    source: source({ isDone: () => false, through }),
    through: (checkpoint) => through.next(checkpoint),
    engine,
    settings,
    history,
    turns,
    note: say,
  });
  let isInterrupted = false;
  const interrupt = fromEventPattern<void>((stop) => onInterrupt(stop)).pipe(
    tap(() => {
      isInterrupted = true;
    }),
  );
  const state = await lastValueFrom(
    updates.pipe(
      concatMap((update) => from(written(update))),
      takeUntil(interrupt),
      scan(apply, past),
    ),
    { defaultValue: past },
  ).finally(async () => {
    bar.clear();
    engine.stop();
    await output.sync();
    await output.close();
  });
  const done = state.checkpoints.filter(({ status }) => status === 'done').length;
  say(`${file}: ${done} checkpoint${done === 1 ? '' : 's'}; phasewatch replay ${file} shows them`);
  if (state.progress.message !== null) say(state.progress.message);
  if (isInterrupted && !follow) return EXIT.interrupted;
  return done === state.checkpoints.length && done > 0 ? EXIT.ok : EXIT.failed;
}
