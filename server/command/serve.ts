/**
 * Watches runs and serves them until the process is told to stop: one engine that the runs take turns at, one door for
 * all viewers. A run that goes wrong leaves the others alone.
 */

import process from 'node:process';
import { concatMap, EMPTY, ignoreElements, mergeMap, type Observable, tap } from 'rxjs';
import { MIB } from '../base/config.ts';
import { dataDirectory } from '../data-directory.ts';
import { engineOf, settingsOf } from '../engine-settings.ts';
import type { Route } from '../gateway/route.ts';
import type { Trainings } from '../gateway/trainings.ts';
import { ServedRuns } from '../served-runs.ts';
import { SharedEngine } from '../shared-engine.ts';
import type { EngineWords } from '../terminal/engine-words.ts';
import type { ServeWords } from '../terminal/options.ts';
import { type RunToWatch, WatchedRun } from '../watched-run.ts';
import { openAlerts } from './alerts.ts';
import { openDoor } from './door.ts';
import { EXIT, onInterrupt, say } from './person.ts';

export type ServeMore = {
  /** What viewers may start others with; null for nothing. */
  readonly trainings?: Trainings | null;
  /** Beside those of every server. */
  readonly routes?: readonly Route[];
};

/**
 * @param toWatch `looked` once all runs that are there from the start have come: the address is told then
 */
export async function serve(
  toWatch: Observable<RunToWatch | 'looked'>,
  words: EngineWords & ServeWords,
  { trainings = null, routes = [] }: ServeMore = {},
): Promise<number> {
  const settings = await settingsOf(words);
  const alerts = openAlerts(words, process.env.PHASEWATCH_WEBHOOK);
  const engine = await engineOf(words);
  const runs = new ServedRuns({ trainsMore: trainings !== null });
  const door = await openDoor({ words, runs, alerts, trainings, routes }).catch((error: unknown) => {
    engine.stop();
    throw error;
  });
  engine.warmUp();
  const shared = new SharedEngine(engine);
  const common = {
    engine: shared,
    settings,
    turns: { every: words.every, maxLag: words.maxLag, fillIn: true },
    data: dataDirectory(words.data),
    dataBytesMax: words.dataMib * MIB,
    log: door.log,
    say,
  };
  const watching = toWatch.pipe(
    // One after the other, so that they are listed in the order in which they were found.
    concatMap((next) => {
      if (next !== 'looked') return WatchedRun.open({ ...next, ...common });
      door.announce();
      return EMPTY;
    }),
    tap((run) => {
      runs.add(run.stream);
      alerts.follow(run.stream, () => run.isEndNews);
    }),
    mergeMap((run) => run.watch()),
    ignoreElements(),
  );
  const failed = await new Promise<unknown>((settle) => {
    const subscription = watching.subscribe({ error: settle });
    onInterrupt(() => {
      subscription.unsubscribe();
      settle(null);
    });
  });
  engine.stop();
  await door.close();
  await runs.close();
  if (failed) throw failed;
  return EXIT.ok;
}
