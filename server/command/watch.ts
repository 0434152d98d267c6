/** `phasewatch watch`: serves the runs of some directories until the process is told to stop. */
import { concatMap } from 'rxjs';
import { unreachable } from '../../protocol/unreachable.ts';
import { watchDirectory } from '../source/directory.ts';
import { type RunDirectoryEvent, watchRunDirectories } from '../source/run-directories.ts';
import type { Command } from '../terminal/options.ts';
import { say } from './person.ts';
import { type RunToWatch, serve } from './serve.ts';
import { runOf } from './setup.ts';

/** A poll takes a few milliseconds: more runs are polled less often, or 100 idle ones would take half a core. */
const POLL_MILLIS = 200;
const POLL_MILLIS_A_RUN = 20;

export function watch(command: Command & { readonly name: 'watch' }): Promise<number> {
  const { paths, settleMillis, marker, endMarker, tokensPerStep } = command;
  let runs = 0;
  const toWatch = (event: RunDirectoryEvent): readonly (RunToWatch | 'looked')[] => {
    switch (event.type) {
      case 'note':
        say(event.message);
        return [];
      case 'looked':
        return ['looked'];
      case 'run': {
        const { directory, name } = event;
        runs += 1;
        const pollMillis = Math.max(POLL_MILLIS, POLL_MILLIS_A_RUN * runs);
        const options = {
          settleMillis,
          pollMillis,
          ...(marker !== undefined && { marker }),
          ...(endMarker !== undefined && { endMarker }),
        };
        return [
          { run: runOf(directory, { name, tokensPerStep }), source: watchDirectory(directory, options) },
        ];
      }
      default:
        return unreachable(event);
    }
  };
  return serve(watchRunDirectories(paths).pipe(concatMap(toWatch)), command);
}
