/**
 * The checkpoints of a directory that a training writes into: what is there, by step, then what appears.
 *
 * By polling, because network file systems report no changes: one poll at a time, the next one `pollMillis`
 * after the last has ended, or sooner if a checkpoint will have settled by then. A checkpoint is reported
 * within settleMillis + pollMillis + two polls after its last write. When it is due is decided in ledger.ts,
 * whether it is complete in checkpoint-files.ts.
 *
 * Cost: a poll lists the directory and takes the attributes of each file of each checkpoint that is not ready
 * yet, and of one ready checkpoint in ten, so that 1,000 of them cost 20 ms a poll. A rewritten one is
 * noticed up to ten polls later.
 */
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { concat, concatMap, defer, EMPTY, from, type Observable, repeat, timer } from 'rxjs';
import { type CheckpointRef, inspect } from './checkpoint-files.ts';
import {
  allDecided,
  EMPTY_LEDGER,
  judge,
  type Ledger,
  look,
  millisToSettle,
  newest,
  type Rules,
  rests,
} from './ledger.ts';
import { scanDirectory } from './scan.ts';
import type { SourceEvent } from './source-event.ts';
import { endPlaceIn, TrainingEnd } from './training-end.ts';

export type { CheckpointRef } from './checkpoint-files.ts';
export type { SourceEvent } from './source-event.ts';

export type WatchOptions = {
  /** A checkpoint is taken when nothing in it has changed for so long. */
  readonly settleMillis?: number;
  /** Name of a file that says that a checkpoint is complete: it is taken as soon as that is there, never before. */
  readonly marker?: string;
  readonly pollMillis?: number;
  /** An incomplete checkpoint fails when nothing in it has changed for so long. */
  readonly stalledMillis?: number;
  /** False: complete as soon as all that is there is ready or failed; ends of trainings are not looked for. */
  readonly follow?: boolean;
  /** Name of a file in the directory that says that the training has ended. */
  readonly endMarker?: string;
  /** A sentence as soon as the training is known to have ended, null before. */
  readonly ended?: () => string | null;
};

export function watchDirectory(directory: string, options: WatchOptions = {}): Observable<SourceEvent> {
  const {
    settleMillis = 500,
    marker = null,
    pollMillis = 200,
    stalledMillis = 3000,
    follow = true,
    endMarker = null,
    ended = () => null,
  } = options;
  const rules: Rules = { settleMillis, stalledMillis, marker };
  const root = resolve(directory);
  return defer(() => {
    let ledger = EMPTY_LEDGER;
    const end = new TrainingEnd(endPlaceIn(root), { marker: endMarker, ofTraining: ended });
    const kept = <Step extends { readonly ledger: Ledger }>(step: Step): Step => {
      ledger = step.ledger;
      return step;
    };
    const judged = async (checkpoint: CheckpointRef): Promise<readonly SourceEvent[]> => {
      const inspection = await inspect(checkpoint);
      return kept(judge(ledger, checkpoint.id, inspection, performance.now(), rules)).events;
    };
    /** @param over what was known before the look, after which nothing more came */
    const concluded = async (over: string | null): Promise<readonly SourceEvent[]> => {
      if (!follow || ledger.missing !== null || !allDecided(ledger)) return [];
      const last = newest(ledger);
      // Its state may be written after the model, and is read when it has settled too.
      if (last && performance.now() - last.since < settleMillis) return [];
      return end.look(last?.sight ?? null, over);
    };
    const pause = (): Observable<unknown> => {
      if (!follow && allDecided(ledger)) return EMPTY;
      const settled = Math.max(1, millisToSettle(ledger, performance.now(), rules));
      return timer(Math.min(pollMillis, settled));
    };
    return defer(async () => {
      const over = end.ofTraining();
      const scan = await scanDirectory(root, marker, (id) => rests(ledger, id));
      return { over, ...kept(look(ledger, scan, performance.now(), rules)) };
    }).pipe(
      concatMap(({ events, due, over }) =>
        concat(
          events,
          from(due).pipe(
            concatMap(judged),
            concatMap((some) => some),
          ),
          defer(() => concluded(over)).pipe(concatMap((some) => some)),
        ),
      ),
      repeat({ delay: pause }),
    );
  });
}
