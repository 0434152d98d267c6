/**
 * Requests to the hub, made again until they are answered: after 408, 429, 5xx, cut and silent connections, with pauses
 * that double, half of each by chance, and never shorter than `Retry-After` asks for. A body that was cut goes on with a
 * range from where it was.
 *
 * The token goes to the endpoint's own origin and nowhere else: redirects are followed here, one by one, and those to
 * the stores that hold large files come without it. Sentences name no token, and no query, which may be a signature.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  HUB_ATTEMPTS_MAX,
  HUB_BACKOFF_MILLIS,
  HUB_BACKOFF_MILLIS_MAX,
  HUB_IDLE_MILLIS,
} from '../../base/config.ts';
import { CheckpointFailure } from '../../base/failure.ts';
import { retryAfterMillis } from '../../base/retry-after.ts';

const REDIRECTS_MAX = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
const AGAIN = [408, 425, 429];

/** Nothing came of it, however often it was tried. */
export class HubUnreachable extends Error {
  override readonly name = 'HubUnreachable';
}

/** Times and the number of attempts in a row without a byte, as the limits have them. */
export type HubPatience = {
  readonly backoffMillis: number;
  readonly backoffMillisMax: number;
  readonly attemptsMax: number;
  readonly idleMillis: number;
};
const PATIENCE: HubPatience = {
  backoffMillis: HUB_BACKOFF_MILLIS,
  backoffMillisMax: HUB_BACKOFF_MILLIS_MAX,
  attemptsMax: HUB_ATTEMPTS_MAX,
  idleMillis: HUB_IDLE_MILLIS,
};

export type HubClientOptions = {
  readonly endpoint: URL;
  readonly token: string | null;
  /** Ends every request. */
  readonly signal: AbortSignal;
  readonly patience?: Partial<HubPatience> | undefined;
  /** 0…1, for the part of each pause that is left to chance. */
  readonly random?: (() => number) | undefined;
  readonly now?: (() => number) | undefined;
};

type Answer = { readonly response: Response; readonly idle: Idle };

export class HubClient {
  readonly endpoint: URL;
  readonly #token: string | null;
  readonly #signal: AbortSignal;
  readonly #patience: HubPatience;
  readonly #random: () => number;
  readonly #now: () => number;
  /** Where the file that was asked for last lies, so that its next part is asked for there at once. */
  #found: { readonly url: string; readonly to: URL } | null = null;

  constructor({ endpoint, token, signal, patience, random = Math.random, now = Date.now }: HubClientOptions) {
    this.endpoint = endpoint;
    this.#token = token;
    this.#signal = signal;
    this.#patience = { ...PATIENCE, ...patience };
    this.#random = random;
    this.#now = now;
  }

  /** An address of the endpoint's; parts are encoded, slashes in them too. */
  url(...parts: readonly string[]): string {
    const base = this.endpoint.href.replace(/\/$/, '');
    return `${base}/${parts.map(encodeURIComponent).join('/')}`;
  }

  /**
   * The whole answer, 304 included.
   * @throws CheckpointFailure refused
   * @throws HubUnreachable
   */
  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.#patiently(url, async () => {
      const { response, idle } = await this.#ask(url, headers);
      try {
        const isEmpty = response.status === 304 || response.status === 204;
        const body = isEmpty ? null : await response.arrayBuffer();
        return new Response(body, response);
      } finally {
        idle.close();
      }
    });
  }

  /**
   * Bytes [begin, end) of a file, in the pieces in which they come.
   * @throws CheckpointFailure refused, corrupt
   * @throws HubUnreachable
   */
  async *bytes(url: string, begin: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    let at = begin;
    for (let attempt = 1; at < end; attempt += 1) {
      try {
        const { response, idle } = await this.#ask(url, { range: `bytes=${at}-${end - 1}` });
        try {
          // A server that knows no ranges sends all of it.
          let skipped = response.status === 206 ? 0 : at;
          if (response.status === 206) checkRange(url, response, at);
          for await (const chunk of response.body ?? []) {
            idle.begin();
            const from = Math.min(skipped, chunk.length);
            skipped -= from;
            const bytes = chunk.subarray(from, from + end - at);
            at += bytes.length;
            if (bytes.length > 0) {
              attempt = 0;
              // Whoever takes them may take their time.
              idle.end();
              yield bytes;
              idle.begin();
            }
            // A body that is read to its end leaves its connection to the next request.
            if (bytes.length + from < chunk.length) break;
          }
        } finally {
          idle.close();
        }
        if (at < end) throw new Cut(`${told(url)}: the connection was cut`);
      } catch (error) {
        await this.#pause(error, url, attempt);
      }
    }
  }

  async #patiently<T>(url: string, task: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await task();
      } catch (error) {
        await this.#pause(error, url, attempt);
      }
    }
  }

  /** Waits before the next attempt, or throws what there is no use in trying again. */
  async #pause(error: unknown, url: string, attempt: number): Promise<void> {
    this.#signal.throwIfAborted();
    if (error instanceof CheckpointFailure) throw error;
    const { backoffMillis, backoffMillisMax, attemptsMax } = this.#patience;
    const problem = error instanceof Cut ? error.message : `${told(url)}: ${networkProblem(error)}`;
    if (attempt >= attemptsMax) throw new HubUnreachable(problem);
    const whole = Math.min(backoffMillisMax, backoffMillis * 2 ** (attempt - 1));
    const millis = whole / 2 + (this.#random() * whole) / 2;
    const least = error instanceof Cut ? error.afterMillis : 0;
    await sleep(Math.max(millis, least), undefined, { signal: this.#signal });
  }

  /** One attempt. */
  async #ask(url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const found = this.#found;
    this.#found = null;
    if (found?.url !== url) return this.#askFrom(new URL(url), url, headers);
    try {
      return await this.#askFrom(found.to, url, headers);
    } catch (error) {
      // The signature of an address of a store is valid for some minutes.
      if (error instanceof CheckpointFailure) return this.#askFrom(new URL(url), url, headers);
      throw error;
    }
  }

  /** Follows redirects, from where the file may lie. */
  async #askFrom(from: URL, url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const idle = new Idle(this.#patience.idleMillis, this.#signal);
    try {
      let to = from;
      for (let redirect = 0; redirect <= REDIRECTS_MAX; redirect += 1) {
        const isOwn = to.origin === this.endpoint.origin;
        const response = await fetch(to, {
          headers: {
            ...headers,
            'accept-encoding': 'identity',
            'user-agent': 'phasewatch',
            ...(isOwn && this.#token !== null && { authorization: `Bearer ${this.#token}` }),
          },
          redirect: 'manual',
          signal: idle.signal,
        });
        if (response.ok || response.status === 304) {
          this.#found = { url, to };
          return { response, idle };
        }
        await response.body?.cancel();
        const location = response.headers.get('location');
        if (!REDIRECTS.includes(response.status) || location === null) throw this.#refusal(url, response);
        to = new URL(location, to);
      }
      throw refused(`${told(url)}: more than ${REDIRECTS_MAX} redirects, one after the other`);
    } catch (error) {
      idle.close();
      throw error;
    }
  }

  #refusal(url: string, response: Response): Error {
    const { status, headers } = response;
    const what = told(url);
    if (AGAIN.includes(status) || status >= 500) {
      const afterMillis = retryAfterMillis(headers.get('retry-after'), this.#now());
      return new Cut(`${what}: it answered ${status}`, afterMillis);
    }
    const token = this.#token === null ? 'set HF_TOKEN to a token that may read it' : 'check HF_TOKEN';
    if (status === 401)
      return refused(`${what}: it is private, gated or not there (401); ${token}, and check its name`);
    if (status === 403)
      return refused(
        `${what}: it is not open to this account (403); ask for access on its page, then ${token}`,
      );
    if (status === 404) return refused(`${what}: there is no such thing (404); check its name`);
    return refused(`${what}: it answered ${status}, which another attempt would not change`);
  }
}

/** An attempt that another may follow. */
class Cut extends Error {
  readonly afterMillis: number;

  constructor(message: string, afterMillis = 0) {
    super(message);
    this.afterMillis = afterMillis;
  }
}

/** Ends a request in which nothing comes for a while. */
class Idle {
  readonly #millis: number;
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal;
  readonly #follow = () => this.#abort.abort(this.#outer.reason);
  #timer: NodeJS.Timeout | undefined;

  constructor(millis: number, outer: AbortSignal) {
    this.#millis = millis;
    this.#outer = outer;
    outer.throwIfAborted();
    outer.addEventListener('abort', this.#follow, { once: true });
    this.begin();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  begin(): void {
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#abort.abort(new Cut('nothing came')), this.#millis);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.end();
    this.#outer.removeEventListener('abort', this.#follow);
  }
}

function checkRange(url: string, response: Response, begin: number): void {
  const range = response.headers.get('content-range') ?? '';
  if (Number(/^bytes (\d+)-/.exec(range)?.[1]) !== begin)
    throw new CheckpointFailure(
      'corrupt',
      `${told(url)}: expected the bytes from ${begin} on, the answer says "${range}"`,
    );
}

/** What a sentence calls an address: its host and path. */
function told(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function refused(message: string): CheckpointFailure {
  return new CheckpointFailure('refused', message);
}

/** The code of what is under an error of fetch, such as ECONNREFUSED. */
function networkProblem(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'string' ? `it cannot be reached (${code})` : 'the connection was cut';
}
