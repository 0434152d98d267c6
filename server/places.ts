/**
 * Where checkpoints are: a directory, a repository on the hub (`hf://owner/name`), a prefix of an object store
 * (`s3://bucket/prefix`) → their source, and what its run is called. What is fetched from elsewhere lies in one cache
 * below the data directory.
 */
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import type { RunInfo } from '../protocol/state.ts';
import { MIB } from './base/config.ts';
import { dataDirectory } from './data-directory.ts';
import { neededTensors } from './model/needed-tensors.ts';
import { endpointOfEnvironment, placeIn } from './source/bucket/bucket.ts';
import { bucketAddressFrom, isBucketAddress } from './source/bucket/bucket-address.ts';
import { watchBucket } from './source/bucket/bucket-source.ts';
import { FileCache } from './source/cache/file-cache.ts';
import { watchTraining } from './source/curve/watch-training.ts';
import { hubAddressFrom, isHubAddress } from './source/hub/hub-address.ts';
import { HUB_ENDPOINT, watchHub } from './source/hub/watch-hub.ts';
import { ofSteps } from './source/of-steps.ts';
import type { CacheWords, Place } from './terminal/place-words.ts';
import { wantedSteps } from './terminal/steps.ts';
import { UsageError } from './terminal/usage-error.ts';
import type { RunToWatch } from './watched-run.ts';

export type PlacesOptions = CacheWords & {
  /** Null: the environment or the system says. */
  readonly data: string | null;
  /** Whether the probe is a text, for which a tokenizer is fetched too. */
  readonly withTokenizer: boolean;
  /** Null: the environment says, or none. */
  readonly hubToken?: string | null;
  /** False: a source completes with what is there. */
  readonly follow?: boolean;
};

export function isAddress(path: string): boolean {
  return isHubAddress(path) || isBucketAddress(path);
}

export class Places {
  readonly #cache: FileCache;
  readonly #options: PlacesOptions;

  constructor(options: PlacesOptions) {
    this.#options = options;
    const root = join(dataDirectory(options.data), 'cache');
    this.#cache = new FileCache({ root, bytesMax: options.cacheMib * MIB });
  }

  /** The run at a place, of which a directory is one run. @throws UsageError where an address is wrong */
  run(place: Place): RunToWatch {
    const { path } = place;
    if (isHubAddress(path)) return this.#onHub(place);
    return isBucketAddress(path) ? this.#inBucket(place) : this.#inDirectory(place);
  }

  #inDirectory(place: Place): RunToWatch {
    const { path, settleMillis, marker, endMarker, steps } = place;
    const { follow = true } = this.#options;
    const options = {
      follow,
      settleMillis,
      ...(marker !== undefined && { marker }),
      ...(endMarker !== undefined && { endMarker }),
    };
    return {
      run: runIn(path, place),
      source: ofSteps(() => watchTraining(resolve(path), options), wantedSteps(steps)),
    };
  }

  #onHub(place: Place): RunToWatch {
    const { path, revisions, steps } = place;
    const { withTokenizer, follow = true, hubToken = null } = this.#options;
    const address = hubAddressFrom(path);
    if (address === null)
      throw new UsageError(
        `expected an address such as hf://owner/name, hf://owner/name@branch or hf://owner/name/folder, got "${path}"`,
      );
    const endpoint = hubEndpoint(process.env.HF_ENDPOINT);
    const { text } = address;
    return {
      run: runAt(
        place,
        text.slice('hf://'.length),
        endpoint === HUB_ENDPOINT ? text : `${text} (${endpoint})`,
      ),
      source: watchHub(path, {
        cache: this.#cache,
        needs: neededTensors,
        withTokenizer,
        endpoint,
        token: hubToken ?? (process.env.HF_TOKEN || null),
        revisions,
        isWanted: wantedSteps(steps),
        follow,
      }),
    };
  }

  #inBucket(place: Place): RunToWatch {
    const { path, endpoint, settleMillis, marker, endMarker, steps } = place;
    const { follow = true } = this.#options;
    const address = bucketAddressFrom(path);
    if (address === null)
      throw new UsageError(`expected an address such as s3://bucket/prefix, got "${path}"`);
    const { text } = address;
    return {
      run: runAt(place, text.slice('s3://'.length), placeIn(address, endpoint ?? endpointOfEnvironment())),
      source: watchBucket(text, {
        cache: this.#cache,
        settleMillis,
        isWanted: wantedSteps(steps),
        follow,
        ...(endpoint !== null && { endpoint }),
        ...(marker !== undefined && { marker }),
        ...(endMarker !== undefined && { endMarker }),
      }),
    };
  }
}

type RunWords = Partial<Pick<Place, 'name' | 'tokensPerStep'>>;

/** The run in a directory. */
export function runIn(directory: string, words: RunWords = {}): RunInfo {
  return runAt(words, basename(resolve(directory)), resolve(directory));
}

/** @param itsOwn its name, unless the words give one */
function runAt({ name = null, tokensPerStep = null }: RunWords, itsOwn: string, source: string): RunInfo {
  const id = name ?? itsOwn;
  return { id, name: id, source, ...(tokensPerStep !== null && { tokensPerStep }), analysis: null };
}

function hubEndpoint(word: string | undefined): string {
  if (!word) return HUB_ENDPOINT;
  if (!URL.canParse(word) || !/^https?:$/.test(new URL(word).protocol))
    throw new UsageError(`HF_ENDPOINT: expected a URL such as ${HUB_ENDPOINT}, got "${word}"`);
  return word;
}
