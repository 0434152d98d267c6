/**
 * The checkpoints of a run in an object store: what is there, by step, then what appears. Two things go on beside each
 * other until nobody listens any more:
 *
 *   looks     every `pollMillis`: list (bucket-scan.ts) → what is due (ledger.ts) → whether it is all there
 *             (wanted-objects.ts) → it waits to be fetched
 *   fetches   one checkpoint at a time, by step, to disk, not far ahead of whoever takes them (bucket-fetches.ts)
 *
 * A checkpoint has settled when two looks, and `settleMillis`, have found the same objects; with a marker, when that is
 * there. Its content is what its objects' ETags say, so that one that is done is known without a byte of it. An object
 * that is written again while it is fetched is noticed by its ETag, and the checkpoint waits until it has settled anew.
 *
 * Limit: a checkpoint of several objects that is written again, and rests between two of them for longer than it takes
 * to settle, is taken as it is then, and once more after the last; the marker is for that.
 */
import { Observable } from 'rxjs';
import type { FileCache } from '../cache/file-cache.ts';
import type { Source, Taker } from '../source.ts';
import type { SourceEvent } from '../source-event.ts';
import { Bucket } from './bucket.ts';
import { type BucketAddress, bucketAddressFrom } from './bucket-address.ts';
import { BucketFetches } from './bucket-fetches.ts';
import { BucketLooks } from './bucket-looks.ts';

/** A list request costs 1/200,000 of a dollar: 16 of them each 10 s are 70 cents a day. */
const POLL_MILLIS = 10_000;
/** The rest of an upload may take as long as its largest object: 5 GB at 50 MB/s take 100 s. */
const STALLED_MILLIS = 120_000;
/** The one that is analysed, the next, and one more where they differ in size. */
const AHEAD_MAX = 3;

export type BucketOptions = {
  /** URL of the store; unless given, as the environment says, or AWS. */
  readonly endpoint?: string;
  /** A checkpoint is taken when nothing in it has changed for so long, and for two looks. */
  readonly settleMillis?: number;
  /** Name of an object that says that a checkpoint is complete: it is taken as soon as that is there, never before. */
  readonly marker?: string;
  /** Name of an object directly below the prefix that says that the training has ended. */
  readonly endMarker?: string;
  readonly pollMillis?: number;
  /** An incomplete checkpoint fails when nothing in it has changed for so long. */
  readonly stalledMillis?: number;
  readonly aheadMax?: number;
  /** Which steps are wanted. */
  readonly isWanted?: (step: number) => boolean;
  /** False: complete when all that is there is ready or failed. */
  readonly follow?: boolean;
  readonly cache: FileCache;
};

/** @param address `s3://bucket/prefix` @throws TypeError where it is none */
export function watchBucket(address: string, options: BucketOptions): Source {
  const place = bucketAddressFrom(address);
  if (place === null) throw new TypeError(`expected an address such as s3://bucket/prefix, got ${address}`);
  return (taker) =>
    new Observable<SourceEvent>((subscriber) => {
      const ending = new AbortController();
      subscriber.add(() => ending.abort());
      const emit = (event: SourceEvent) => {
        if (!ending.signal.aborted) subscriber.next(event);
      };
      watchOn(place, options, taker, emit, ending.signal).then(
        () => subscriber.complete(),
        (error: unknown) => {
          if (!ending.signal.aborted) subscriber.error(error);
        },
      );
    });
}

/** Until all that is there has been reported, where none follows; rejects when the signal says so. */
async function watchOn(
  address: BucketAddress,
  options: BucketOptions,
  { isDone, through }: Taker,
  emit: (event: SourceEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { endpoint = null, marker = null, endMarker = null, aheadMax = AHEAD_MAX, follow = true } = options;
  const { settleMillis = 0, pollMillis = POLL_MILLIS, isWanted = () => true } = options;
  // Nobody waits for the rest of one who does not follow.
  const { stalledMillis = follow ? STALLED_MILLIS : 0 } = options;
  const bucket = await Bucket.open(address, endpoint, signal);
  const looks = new BucketLooks({
    bucket,
    // So that what was seen once is never taken: half a poll is less than two looks are apart.
    rules: { settleMillis: Math.max(settleMillis, pollMillis / 2), stalledMillis, marker },
    endMarker,
    isWanted,
    follow,
    pollMillis,
    emit,
    signal,
  });
  const fetches = new BucketFetches({
    bucket,
    cache: options.cache,
    aheadMax,
    isDone,
    emit,
    isAway: () => looks.isAway,
    unready: (id, waitMillis) => looks.unready(id, waitMillis),
    follow,
    signal,
  });
  const letting = through.subscribe((id) => fetches.letGo(id));
  try {
    await Promise.race([looks.run(fetches), fetches.run()]);
  } finally {
    letting.unsubscribe();
    fetches.close();
    bucket.close();
  }
}
