/**
 * Where checkpoints come from, as words: what is wanted of a place, when a checkpoint of it is taken, and what is known
 * of its run. Some options mean something for addresses only; where there is none, they are refused.
 */
import { CACHE_MIB } from '../base/config.ts';
import { type StepRange, stepsFrom } from './steps.ts';
import { count, UsageError, type Values } from './words.ts';

const TEXT = { type: 'string' } as const;

export const SOURCE_OPTIONS = { marker: TEXT, 'settle-ms': TEXT, 'tokens-per-step': TEXT } as const;
/** Which checkpoints of a place, and where an address of it leads. */
export const WANTED_OPTIONS = { steps: TEXT, revisions: TEXT, endpoint: TEXT } as const;
/** What each run of a config file may say for itself. */
export const PLACE_OPTIONS = { ...SOURCE_OPTIONS, ...WANTED_OPTIONS, 'end-marker': TEXT } as const;
/** For all places together. */
export const CACHE_OPTIONS = { 'cache-mib': TEXT } as const;

export type PlaceValues = Values<typeof PLACE_OPTIONS>;

export type PlaceWords = {
  readonly marker: string | undefined;
  readonly endMarker: string | undefined;
  readonly settleMillis: number;
  readonly tokensPerStep: number | null;
  /** Null for all. */
  readonly steps: readonly StepRange[] | null;
  /** A pattern for names of revisions or folders on the hub; null for all. */
  readonly revisions: string | null;
  /** URL of the store of s3 addresses; null: the environment says, or AWS. */
  readonly endpoint: string | null;
};

/** Where checkpoints come from, and what holds for them there. */
export type Place = {
  readonly path: string;
  /** Null: its own. */
  readonly name: string | null;
} & PlaceWords;

/** What is fetched from elsewhere is kept up to this limit. */
export type CacheWords = { readonly cacheMib: number };

/** @throws UsageError */
export function placeWords(values: PlaceValues): PlaceWords {
  const tokens = values['tokens-per-step'];
  return {
    marker: values.marker,
    endMarker: fileName('end-marker', values['end-marker']),
    settleMillis: count('settle-ms', values['settle-ms'], 500, 0),
    tokensPerStep: tokens === undefined ? null : count('tokens-per-step', tokens, 0, 1),
    steps: stepsFrom(values.steps),
    revisions: values.revisions ?? null,
    endpoint: urlFrom('endpoint', values.endpoint),
  };
}

/** @throws UsageError */
export function cacheWords(values: Values<typeof CACHE_OPTIONS>): CacheWords {
  return { cacheMib: count('cache-mib', values['cache-mib'], CACHE_MIB, 1) };
}

/** What only addresses have an answer to, and the kind of address. */
const ADDRESSES = {
  revisions: { isMeant: /^hf:/i, such: 'hf://owner/name' },
  endpoint: { isMeant: /^s3:/i, such: 's3://bucket/prefix' },
  'cache-mib': { isMeant: /^(?:hf|s3):/i, such: 'hf://owner/name or s3://bucket/prefix' },
  // Of commands that keep nothing but what they fetch.
  data: { isMeant: /^(?:hf|s3):/i, such: 'hf://owner/name or s3://bucket/prefix' },
} as const;
type Addressed = keyof typeof ADDRESSES;

/** @throws UsageError where one of `names` is given, and no address that it means is among `sources` */
export function refuseWithoutAddress(
  given: { readonly [name in Addressed]?: string | undefined },
  sources: readonly string[],
  names: readonly Addressed[] = ['revisions', 'endpoint', 'cache-mib'],
): void {
  for (const name of names) {
    const { isMeant, such } = ADDRESSES[name];
    if (given[name] !== undefined && !sources.some((source) => isMeant.test(source)))
      throw new UsageError(`--${name}: expected an address such as ${such}, got none`);
  }
}

/** A name without a path before it. */
function fileName(option: string, word: string | undefined): string | undefined {
  if (word === '' || (word !== undefined && /[/\\]/.test(word)))
    throw new UsageError(`--${option}: expected the name of a file, got "${word}"`);
  return word;
}

function urlFrom(option: string, word: string | undefined): string | null {
  if (word === undefined) return null;
  if (!/^https?:\/\/[^/\s]+/.test(word) || !URL.canParse(word))
    throw new UsageError(`--${option}: expected a URL such as https://s3.example.org, got "${word}"`);
  return word;
}
