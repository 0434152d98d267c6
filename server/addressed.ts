/** The checkpoints of addresses for programs: the sources that the command has, with options by their keys. */
import { defer, type Observable, Subject, tap } from 'rxjs';
import { Places } from './places.ts';
import { isBucketAddress } from './source/bucket/bucket-address.ts';
import { isHubAddress } from './source/hub/hub-address.ts';
import type { Taker } from './source/source.ts';
import type { SourceEvent } from './source/source-event.ts';
import type { KeptOptions, ServeOptions, SourceOptions } from './terminal/named-options.ts';
import { rethrownInKeys, valuesFrom } from './terminal/option-values.ts';
import { CACHE_OPTIONS, cacheWords, PLACE_OPTIONS, placeWords } from './terminal/place-words.ts';
import { UsageError } from './terminal/usage-error.ts';

export type FetchOptions = Pick<SourceOptions, 'steps'> &
  Pick<KeptOptions, 'cacheMib'> &
  /** What is fetched lies in `cache` below it. */
  Pick<ServeOptions, 'data'> & {
    /** False: complete when all that is there is ready or failed (true). */
    readonly follow?: boolean;
    /** Whether a checkpoint of these contents is done, so that it is ready without a byte of it (never). */
    readonly isDone?: Taker['isDone'];
    /**
     * Names of checkpoints whose files are not read any more: at most three are fetched and not among them. Without it
     * one is let go of as soon as it is told, and its files stay until the cache needs their room.
     */
    readonly through?: Taker['through'];
  };

export type HubOptions = FetchOptions &
  Pick<SourceOptions, 'revisions'> & {
    /** (HF_TOKEN) */
    readonly token?: string;
    /** Whether tokenizers are fetched too (false). */
    readonly tokenizer?: boolean;
  };

export type BucketOptions = FetchOptions &
  Pick<SourceOptions, 'endpoint' | 'marker' | 'endMarker' | 'settleMs'>;

/**
 * The checkpoints of a repository on the hub, by step: those that are there, and those to come. Of each only the tensors
 * that an analysis needs. Errors with a UsageError where the address or an option is wrong.
 * @param address `hf://owner/name[@revision][/folder]`
 */
export function watchHub(address: string, options: HubOptions = {}): Observable<SourceEvent> {
  const { token: hubToken = null, tokenizer: withTokenizer = false, ...rest } = options;
  return defer(() => {
    if (!isHubAddress(address)) throw wrong(address, 'hf://owner/name');
    return events(address, rest, { hubToken, withTokenizer });
  });
}

/**
 * The same of an object store, of whose checkpoints all is fetched.
 * @param address `s3://bucket/prefix`
 */
export function watchBucket(address: string, options: BucketOptions = {}): Observable<SourceEvent> {
  return defer(() => {
    if (!isBucketAddress(address)) throw wrong(address, 's3://bucket/prefix');
    return events(address, options, { withTokenizer: true });
  });
}

function wrong(address: string, expected: string): UsageError {
  return new UsageError(`expected an address such as ${expected}, got "${address}"`);
}

function events(
  address: string,
  { follow = true, isDone = () => false, through, data, ...named }: FetchOptions,
  words: { readonly withTokenizer: boolean; readonly hubToken?: string | null },
): Observable<SourceEvent> {
  const values = rethrownInKeys(() => {
    const found = valuesFrom(named, { ...PLACE_OPTIONS, ...CACHE_OPTIONS });
    return { ...placeWords(found), ...cacheWords(found) };
  });
  const places = new Places({ ...words, cacheMib: values.cacheMib, data: data ?? null, follow });
  const { source } = places.run({ path: address, name: null, ...values });
  if (through) return source({ isDone, through });
  const told = new Subject<string>();
  return source({ isDone, through: told }).pipe(
    tap((event) => {
      // When whoever listens has heard of it.
      if (event.type === 'ready') queueMicrotask(() => told.next(event.checkpoint.id));
    }),
  );
}
