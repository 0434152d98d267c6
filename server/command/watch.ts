/**
 * `phasewatch watch`: serves the runs of some directories and addresses, and those that are pushed, until the process is
 * told to stop.
 *
 * A pushed run lies in a directory of the server's own and is watched like any other. Of two runs of one name the first
 * counts, and one in a watched directory that is there from the start before all that are pushed.
 */
import { dirname, resolve } from 'node:path';
import { concat, concatMap, EMPTY, from, ignoreElements, map, merge, tap } from 'rxjs';
import { unreachable } from '../../protocol/unreachable.ts';
import { uploadRoutes } from '../gateway/uploads.ts';
import { isAddress, Places, runIn } from '../places.ts';
import { watchTraining } from '../source/curve/watch-training.ts';
import { ofSteps } from '../source/of-steps.ts';
import { type RunDirectoryEvent, watchRunDirectories } from '../source/run-directories.ts';
import type { Source } from '../source/source.ts';
import type { Command, Place, PlaceWords } from '../terminal/options.ts';
import { wantedSteps } from '../terminal/steps.ts';
import { UsageError } from '../terminal/words.ts';
import type { PushedRun, Uploads } from '../upload/uploads.ts';
import type { RunToWatch } from '../watched-run.ts';
import { say } from './person.ts';
import { serve } from './serve.ts';
import { uploadsOf } from './uploads.ts';

/** A poll takes a few milliseconds: more runs are polled less often, or 100 idle ones would take half a core. */
const POLL_MILLIS = 200;
const POLL_MILLIS_A_RUN = 20;

export async function watch(command: Command & { readonly name: 'watch' }): Promise<number> {
  const { places, probe } = command;
  const addressed = runsAt(
    places.filter(({ path }) => isAddress(path)),
    new Places({ ...command, withTokenizer: probe.kind === 'text' }),
  );
  const directories = places.filter(({ path }) => !isAddress(path));
  const watched = new Set(addressed.map(({ run }) => run.id));
  const uploads = uploadsOf(command, (name) => watched.has(name));
  if (places.length === 0 && uploads === null)
    throw new UsageError(
      'watch takes a directory or an address, or several of them, or a config file that names some, or --upload-token T for runs that are pushed; got none of these',
    );

  let runs = 0;
  const runOf = (directory: string, name: string, words: PlaceWords): RunToWatch => {
    const { settleMillis, marker, endMarker, tokensPerStep, steps } = words;
    runs += 1;
    const training = watchTraining(directory, {
      settleMillis,
      pollMillis: Math.max(POLL_MILLIS, POLL_MILLIS_A_RUN * runs),
      ...(marker !== undefined && { marker }),
      ...(endMarker !== undefined && { endMarker }),
    });
    return {
      run: runIn(directory, { name, tokensPerStep }),
      source: ofSteps(() => training, wantedSteps(steps)),
    };
  };
  const pushedRun = (pushed: PushedRun, desk: Uploads): RunToWatch => {
    // It appears whole: there is nothing to wait for, and no marker in it.
    const words = { ...command.pushed, settleMillis: 0, marker: undefined };
    const { run, source } = runOf(pushed.directory, pushed.name, words);
    return { run, source: (taker) => merge(source(taker), released(pushed, desk, taker)) };
  };
  const toWatch = async (event: RunDirectoryEvent): Promise<readonly (RunToWatch | 'looked')[]> => {
    switch (event.type) {
      case 'note':
        say(event.message);
        return [];
      case 'looked': {
        const pushed = (await uploads?.open()) ?? [];
        return [...pushed.flatMap((run) => (uploads ? [pushedRun(run, uploads)] : [])), 'looked'];
      }
      case 'run': {
        const { directory, name } = event;
        if (uploads?.has(name)) {
          say(`${directory}: a run "${name}" is pushed to this server already, so this one is not watched`);
          return [];
        }
        watched.add(name);
        return [runOf(directory, name, placeOf(directory, directories))];
      }
      default:
        return unreachable(event);
    }
  };
  const found = watchRunDirectories(directories).pipe(
    concatMap(toWatch),
    concatMap((some) => some),
  );
  const pushed = uploads ? uploads.came.pipe(map((run) => pushedRun(run, uploads))) : EMPTY;
  return serve(merge(concat(from(addressed), found), pushed), command, {
    routes: uploads ? [uploadRoutes(uploads)] : [],
  });
}

/** Of an address that is given twice the last counts. @throws UsageError where one is wrong */
function runsAt(addressed: readonly Place[], places: Places): readonly RunToWatch[] {
  const runs = addressed.map((place) => places.run(place));
  return [...new Map(runs.map((one) => [one.run.id, one])).values()];
}

/** The place that a run was found in: its own, or its parent's. */
function placeOf(directory: string, places: readonly Place[]): Place {
  const at = (path: string) => places.find((place) => resolve(place.path) === path);
  const place = at(directory) ?? at(dirname(directory));
  if (!place) throw new Error(`invariant: ${directory} is in one of the places that are watched`);
  return place;
}

/** Hears which files of a pushed run are not read any more. */
function released({ name }: PushedRun, uploads: Uploads, taker: Parameters<Source>[0]) {
  return from(taker.through).pipe(
    tap((checkpoint) => uploads.release(name, checkpoint)),
    ignoreElements(),
  );
}
