/**
 * Who this page is to a server that asks for a token (rules T-1 and T-2 of protocol/SPEC.md). The token is kept in memory
 * only and shown with every request; for later visits of its own page the server sets a cookie in exchange for it.
 *
 * A browser does not say why a handshake was refused. The same question over HTTP has an answer (`refusal`).
 */

/** A server that does not answer must not hold up the next attempt. */
const REQUEST_MILLIS_MAX = 10_000;
const TOKEN_HINT = 'Open the address that the server printed when it started; it ends in #token=…';

/** Why asking again is of no use. */
export type Refusal = { readonly reason: string; readonly hint: string | null };

export type Access = {
  /** To show with the handshake, null where none is known. */
  readonly token: string | null;
  /** Signs in where that is still to be done, else null. Resolves to why the server refuses, null where it does not. */
  enter(): Promise<Refusal | null> | null;
  /** Why it refused a handshake, null where it did not. */
  refusal(): Promise<Refusal | null>;
};

export type SessionOptions = {
  /** Where a token is exchanged for a cookie; null on a page of another host, which is given none. */
  readonly session: string | null;
  /** What is asked for to know whether the server refuses this page. */
  readonly runs: string;
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>;
};

export class Session implements Access {
  readonly #options: SessionOptions;
  #token: string | null = null;
  #isEntered = true;
  #entering: Promise<Refusal | null> | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get token(): string | null {
    return this.#token;
  }

  take(token: string): void {
    this.#token = token;
    this.#isEntered = this.#options.session === null;
    this.#entering = null;
  }

  enter(): Promise<Refusal | null> | null {
    if (this.#isEntered) return null;
    this.#entering ??= this.#signIn(this.#token);
    return this.#entering;
  }

  async refusal(): Promise<Refusal | null> {
    try {
      const { status } = await this.request(this.#options.runs);
      return refusalOf(status, this.#token !== null);
    } catch {
      // Not refused but out of reach: the next attempt is worth its while.
      return null;
    }
  }

  request(address: string, method: 'GET' | 'POST' = 'GET'): Promise<Response> {
    const headers: Record<string, string> =
      this.#token === null ? {} : { Authorization: `Bearer ${this.#token}` };
    return this.#options.fetch(address, { method, headers, signal: AbortSignal.timeout(REQUEST_MILLIS_MAX) });
  }

  async #signIn(token: string | null): Promise<Refusal | null> {
    const { session } = this.#options;
    if (session === null) return null;
    try {
      const { ok, status } = await this.request(session, 'POST');
      if (ok && token === this.#token) this.#isEntered = true;
      return refusalOf(status, true);
    } catch {
      return null;
    } finally {
      if (token === this.#token) this.#entering = null;
    }
  }
}

export function refusalOf(status: number, hasToken: boolean): Refusal | null {
  if (status === 401)
    return {
      reason: hasToken ? 'the server does not know this token' : 'the server asks for a token',
      hint: TOKEN_HINT,
    };
  if (status === 403)
    return {
      reason: 'the server refuses the address of this page (403)',
      hint: 'Open the address that the server printed when it started.',
    };
  return null;
}
