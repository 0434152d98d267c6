/**
 * A bucket, as far as it is read: lists of objects and of folders below a prefix, and the bytes of one object. By the
 * AWS SDK, which is loaded with the first bucket, and only then: 5 MB of code that a run in a directory does without.
 *
 * Credentials, region and endpoint come from where the SDK looks for them (environment, ~/.aws, the machine's role).
 * Where an endpoint is given the bucket is part of the path, since few stores but AWS have a host name for each bucket.
 * Without a region it is us-east-1, from which AWS leads to the bucket's own. Requests that fail are repeated by the
 * SDK; what fails for good is a BucketProblem.
 */
import process from 'node:process';
import { addAbortSignal, Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { BucketAddress } from './bucket-address.ts';
import { BucketProblem, problemFrom } from './bucket-problem.ts';

/** A region for stores that have none, and the one from which AWS leads on. */
const REGION = 'us-east-1';
const CONNECT_MILLIS = 10_000;
/** A store that sends no byte for so long has been lost. */
const IDLE_MILLIS = 30_000;
const ATTEMPTS = 4;
/** Of 1,000 names each: a run of 100,000 checkpoints is none, and such a list takes half a minute. */
const PAGES_MAX = 100;

export type BucketObject = {
  readonly key: string;
  readonly bytes: number;
  /** Of its contents; another one when it was written again. In quotes, as the store gives it. */
  readonly etag: string;
};

export type Level = {
  readonly objects: readonly BucketObject[];
  /** Names of folders, without slashes. */
  readonly folders: readonly string[];
};

type Sdk = typeof import('@aws-sdk/client-s3');

export class Bucket {
  readonly address: BucketAddress;
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #endpoint: string | null;
  readonly #signal: AbortSignal;

  private constructor(
    address: BucketAddress,
    sdk: Sdk,
    endpoint: string | null,
    region: string | null,
    signal: AbortSignal,
  ) {
    this.address = address;
    this.#sdk = sdk;
    this.#endpoint = endpoint;
    this.#signal = signal;
    this.#client = new sdk.S3Client({
      maxAttempts: ATTEMPTS,
      followRegionRedirects: true,
      requestHandler: { connectionTimeout: CONNECT_MILLIS, socketTimeout: IDLE_MILLIS },
      ...(endpoint !== null && { endpoint, forcePathStyle: true }),
      ...(region !== null && { region }),
    });
  }

  /** Its address, with the store where it is not AWS: buckets of one name in two stores are two. */
  get place(): string {
    return placeIn(this.address, this.#endpoint);
  }

  /** @param signal ends every request that is under way */
  static async open(address: BucketAddress, endpoint: string | null, signal: AbortSignal): Promise<Bucket> {
    const sdk = await import('@aws-sdk/client-s3');
    // Which versions of Node are supported its package says; a person at the terminal is not to hear it of a library.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const place = endpoint ?? endpointOfEnvironment();
    const bucket = new Bucket(address, sdk, place, null, signal);
    try {
      await bucket.#client.config.region();
      return bucket;
    } catch {
      bucket.close();
      return new Bucket(address, sdk, place, REGION, signal);
    }
  }

  /** What lies directly below `prefix`, which is empty or ends in a slash. @throws BucketProblem */
  async list(prefix: string): Promise<Level> {
    const objects: BucketObject[] = [];
    const folders: string[] = [];
    const what = `s3://${this.address.bucket}/${prefix}`.replace(/\/$/, '');
    let next: string | undefined;
    let pages = 0;
    do {
      if (++pages > PAGES_MAX)
        throw new BucketProblem(
          'refused',
          `${what}: expected at most ${PAGES_MAX} pages of names directly below it, found more; name the prefix that has the checkpoints`,
        );
      const page = await this.#asked(what, () =>
        this.#client.send(
          new this.#sdk.ListObjectsV2Command({
            Bucket: this.address.bucket,
            Prefix: prefix,
            Delimiter: '/',
            ContinuationToken: next,
          }),
          { abortSignal: this.#signal },
        ),
      );
      for (const { Key: key, Size: bytes, ETag: etag } of page.Contents ?? [])
        if (key !== undefined && bytes !== undefined && etag !== undefined && key !== prefix)
          objects.push({ key, bytes, etag });
      for (const { Prefix: folder } of page.CommonPrefixes ?? [])
        if (folder !== undefined) folders.push(folder.slice(prefix.length, -1));
      next = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (next !== undefined);
    return { objects, folders };
  }

  /**
   * The bytes of an object from one on, as long as it is the one that was listed.
   * @returns `from` is 0 where the store gave all of it instead
   * @throws BucketProblem; what the stream ends with, `problem` makes one of
   */
  async read(
    { key, etag }: BucketObject,
    from: number,
  ): Promise<{ readonly body: Readable; readonly from: number }> {
    const what = `s3://${this.address.bucket}/${key}`;
    const answer = await this.#asked(what, () =>
      this.#client.send(
        new this.#sdk.GetObjectCommand({
          Bucket: this.address.bucket,
          Key: key,
          IfMatch: etag,
          ...(from > 0 && { Range: `bytes=${from}-` }),
        }),
        { abortSignal: this.#signal },
      ),
    );
    const body = answer.Body;
    if (!(body instanceof Readable)) throw new Error(`${what}: the SDK gave no stream of Node`);
    // Not every store looks at the condition.
    if (answer.ETag !== undefined && answer.ETag !== etag) {
      body.destroy();
      throw new BucketProblem('changed', `${what}: expected the object that was listed, found another one`);
    }
    return { body: addAbortSignal(this.#signal, body), from: answer.ContentRange === undefined ? 0 : from };
  }

  /** The problem that an error of a stream is. */
  problem(error: unknown, key: string): BucketProblem {
    return error instanceof BucketProblem
      ? error
      : problemFrom(error, `s3://${this.address.bucket}/${key}`, this.#endpoint);
  }

  close(): void {
    this.#client.destroy();
  }

  async #asked<Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      this.#signal.throwIfAborted();
      throw problemFrom(error, what, this.#endpoint);
    }
  }
}

export function placeIn({ text }: BucketAddress, endpoint: string | null): string {
  return endpoint === null ? text : `${text} (${endpoint})`;
}

/** URL of the store, where the environment names one. */
export function endpointOfEnvironment(): string | null {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS } = process.env;
  if (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return null;
  return AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL || null;
}
