/**
 * The looks at a run's folder in a bucket, one every `pollMillis` after the last has ended: what is found complete goes
 * to be fetched, what stays incomplete fails, and when all that is there has been reported the training may have ended.
 * What follows from a look is decided in ledger.ts, for which a list of objects is as good as one of files.
 */
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { TRAINER_STATE_BYTES_MAX } from '../../base/config.ts';
import { CheckpointFailure } from '../../base/failure.ts';
import { jsonFrom } from '../json-file.ts';
import {
  allDecided,
  EMPTY_LEDGER,
  judge,
  type Ledger,
  look,
  newest,
  type Rules,
  rests,
  unready,
} from '../ledger.ts';
import type { SourceEvent } from '../source-event.ts';
import { TRAINER_STATE_FILE, TrainingEnd } from '../training-end.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import type { BucketFetches } from './bucket-fetches.ts';
import { BucketProblem } from './bucket-problem.ts';
import { type Candidate, scanBucket } from './bucket-scan.ts';
import { type Wanted, wantedOf } from './wanted-objects.ts';

export type LooksOptions = {
  readonly bucket: Bucket;
  readonly rules: Rules;
  readonly endMarker: string | null;
  readonly isWanted: (step: number) => boolean;
  /** Whether what is to come is waited for. */
  readonly follow: boolean;
  readonly pollMillis: number;
  readonly emit: (event: SourceEvent) => void;
  readonly signal: AbortSignal;
};

export class BucketLooks {
  readonly #options: LooksOptions;
  readonly #end: TrainingEnd;
  /** The trainer's state of each checkpoint, where it has one. */
  readonly #states = new Map<string, BucketObject | null>();
  /** Names of the objects directly below the prefix. */
  #beside: ReadonlySet<string> = new Set();
  #ledger: Ledger = EMPTY_LEDGER;

  constructor(options: LooksOptions) {
    this.#options = options;
    const place = {
      stateOf: async ({ checkpoint }: { readonly checkpoint: { readonly id: string } }) => {
        const state = this.#states.get(checkpoint.id);
        return state ? jsonOf(options.bucket, state) : undefined;
      },
      has: async (name: string) => this.#beside.has(name),
    };
    this.#end = new TrainingEnd(place, { marker: options.endMarker, ofTraining: () => null });
  }

  /** Whether the last look got no answer. */
  get isAway(): boolean {
    return this.#ledger.missing !== null;
  }

  /** A checkpoint that was found complete is to be looked at anew, not before `waitMillis` have passed. */
  unready(id: string, waitMillis: number): void {
    this.#ledger = unready(this.#ledger, id, performance.now(), waitMillis);
  }

  /** Until all that is there has been reported, where none follows; rejects when the signal says so. */
  async run(fetches: BucketFetches): Promise<void> {
    const { pollMillis, emit, follow, signal } = this.#options;
    for (;;) {
      await this.#look(fetches);
      for (const event of await this.#ended(fetches)) emit(event);
      if (!follow && (await this.#isAllReported(fetches))) return;
      await setTimeout(pollMillis, undefined, { signal });
    }
  }

  async #look(fetches: BucketFetches): Promise<void> {
    const { bucket, rules, isWanted } = this.#options;
    const { scan, candidates, beside } = await scanBucket(bucket, { marker: rules.marker, isWanted }, (id) =>
      rests(this.#ledger, id),
    );
    this.#beside = beside;
    for (const [id, { objects }] of candidates) this.#states.set(id, objects.get(TRAINER_STATE_FILE) ?? null);
    const { ledger, events, due } = look(this.#ledger, scan, performance.now(), rules);
    this.#ledger = ledger;
    this.#tell(events, fetches);
    for (const { id } of due) {
      const candidate = candidates.get(id);
      if (candidate) await this.#inspect(candidate, fetches);
    }
  }

  /** Of what the last look has found; what turns out on the way to have changed is looked at anew. */
  async #isAllReported(fetches: BucketFetches): Promise<boolean> {
    if (this.isAway) return true;
    if (!allDecided(this.#ledger)) return false;
    await fetches.untilIdle();
    return allDecided(this.#ledger);
  }

  async #inspect(candidate: Candidate, fetches: BucketFetches): Promise<void> {
    const { id, step, file } = candidate;
    const wanted = await this.#wanted(candidate);
    if (wanted === null) return;
    const inspection = wanted instanceof CheckpointFailure ? { problem: wanted } : wanted;
    const { ledger, events } = judge(this.#ledger, id, inspection, performance.now(), this.#options.rules);
    this.#ledger = ledger;
    this.#tell(events, fetches);
    if (!(wanted instanceof CheckpointFailure)) fetches.add({ id, step, file, ...wanted });
  }

  /** Null where the store does not answer, which the next look will tell. */
  async #wanted(candidate: Candidate): Promise<Wanted | CheckpointFailure | null> {
    try {
      return await wantedOf(candidate, (object) => textOf(this.#options.bucket, object));
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (error instanceof CheckpointFailure) return error;
      if (!(error instanceof BucketProblem)) throw error;
      if (error.kind !== 'refused') return null;
      return new CheckpointFailure('unreadable', `${candidate.id}: ${error.message}`, { cause: error });
    }
  }

  /** What the ledger says; one that it calls ready is so in the bucket only. */
  #tell(events: readonly SourceEvent[], fetches: BucketFetches): void {
    for (const event of events) {
      if (event.type === 'failed') fetches.drop(event.id);
      if (event.type !== 'ready') this.#options.emit(event);
    }
  }

  /** Whether the training has ended, once all that is there has been reported. */
  async #ended(fetches: BucketFetches): Promise<readonly SourceEvent[]> {
    if (this.isAway || !allDecided(this.#ledger) || !fetches.isIdle) return [];
    try {
      return await this.#end.look(newest(this.#ledger)?.sight ?? null, null);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      // It is asked again after the next look, which tells whether the store can be reached.
      if (error instanceof BucketProblem) return [];
      throw error;
    }
  }
}

async function jsonOf(bucket: Bucket, object: BucketObject): Promise<unknown> {
  if (object.bytes > TRAINER_STATE_BYTES_MAX)
    throw new CheckpointFailure(
      'too-large',
      `${TRAINER_STATE_FILE}: expected at most ${TRAINER_STATE_BYTES_MAX.toLocaleString('en-US')} bytes, found ${object.bytes.toLocaleString('en-US')}`,
    );
  return jsonFrom(TRAINER_STATE_FILE, Buffer.from(await textOf(bucket, object)));
}

async function textOf(bucket: Bucket, object: BucketObject): Promise<string> {
  try {
    const { body } = await bucket.read(object, 0);
    return await text(body);
  } catch (error) {
    throw bucket.problem(error, object.key);
  }
}
