/**
 * One address that alerts are sent to, in the order in which they came, one request at a time.
 *
 *   send → waits (ALERTS_WAITING_MAX, the oldest give way) → POST → taken
 *                                                             ├─ again: wait, double, up to ALERT_ATTEMPTS_MAX
 *                                                             └─ refused: given up, with one sentence
 *
 * Nobody waits for it: `send` returns at once and never throws. The address is a secret: whoever has it can write
 * into somebody's chat. Sentences name its host and no more, nor do errors of the network that would repeat it.
 */
import {
  ALERT_ATTEMPTS_MAX,
  ALERT_BACKOFF_MILLIS,
  ALERT_BACKOFF_MILLIS_MAX,
  ALERT_REQUEST_MILLIS,
  ALERTS_WAITING_MAX,
} from '../base/config.ts';
import type { Outcome } from './alert.ts';
import { type Verdict, verdictOn } from './answer.ts';

/** Times and the number of attempts, as the limits have them. */
export type Patience = {
  readonly requestMillis: number;
  readonly backoffMillis: number;
  readonly backoffMillisMax: number;
  readonly attemptsMax: number;
};
const PATIENCE: Patience = {
  requestMillis: ALERT_REQUEST_MILLIS,
  backoffMillis: ALERT_BACKOFF_MILLIS,
  backoffMillisMax: ALERT_BACKOFF_MILLIS_MAX,
  attemptsMax: ALERT_ATTEMPTS_MAX,
};

export type WebhookOptions = {
  readonly userAgent: string;
  /** One sentence to the person at the terminal. */
  readonly say: (sentence: string) => void;
  readonly count: (outcome: Outcome) => void;
  readonly patience?: Patience;
  /** 0…1, for the part of each pause that is left to chance. */
  readonly random?: () => number;
  readonly now?: () => number;
};

export class Webhook {
  readonly address: URL;
  readonly #options: Required<WebhookOptions>;
  #waiting: string[] = [];
  #isSending = false;
  #sending: Promise<void> = Promise.resolve();
  /** Since the last time that nothing waited. */
  #dropped = 0;
  /** Aborted when the server ends: pauses are cut short, and there is one attempt more. */
  readonly #hurry = new AbortController();
  /** Aborted when its time is up. */
  readonly #over = new AbortController();

  constructor(address: URL, options: WebhookOptions) {
    this.address = address;
    this.#options = { patience: PATIENCE, random: Math.random, now: Date.now, ...options };
  }

  /** @param body JSON */
  send(body: string): void {
    if (this.#hurry.signal.aborted) return;
    this.#waiting.push(body);
    if (this.#waiting.length > ALERTS_WAITING_MAX) this.#drop();
    if (!this.#isSending) this.#sending = this.#sendAll();
  }

  /** Gives what waits a last chance. @param millis after which the rest is dropped */
  async close(millis: number): Promise<void> {
    this.#hurry.abort();
    const timer = setTimeout(() => this.#over.abort(), millis);
    await this.#sending;
    clearTimeout(timer);
  }

  #drop(): void {
    this.#waiting.shift();
    this.#options.count('dropped');
    this.#dropped += 1;
    if (this.#dropped === 1)
      this.#say(`${ALERTS_WAITING_MAX} alerts wait for it already; the oldest give way to new ones`);
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let body = this.#next(); body !== undefined; body = this.#next()) {
      const outcome = await this.#delivered(body);
      this.#options.count(outcome);
      if (outcome === 'dropped') this.#dropped += 1;
    }
    // In the same turn in which nothing waited: what comes after begins anew.
    this.#isSending = false;
    const left = this.#waiting.length;
    for (let index = 0; index < left; index++) this.#options.count('dropped');
    const dropped = this.#dropped + left;
    this.#waiting = [];
    this.#dropped = 0;
    if (dropped > 0) this.#say(`${dropped} ${dropped === 1 ? 'alert was' : 'alerts were'} not sent`);
  }

  #next(): string | undefined {
    return this.#over.signal.aborted ? undefined : this.#waiting.shift();
  }

  async #delivered(body: string): Promise<Outcome> {
    const { attemptsMax } = this.#options.patience;
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= attemptsMax || this.#hurry.signal.aborted;
      const verdict = await this.#attempt(body);
      if (verdict.type === 'taken') return 'sent';
      if (this.#over.signal.aborted) return 'dropped';
      if (verdict.type === 'refused' || isLast) {
        const tries = verdict.type === 'again' && attempt > 1 ? ` (${attempt} attempts)` : '';
        this.#say(`an alert was given up, since ${verdict.problem}${tries}`);
        return 'given-up';
      }
      await this.#pause(attempt, verdict.afterMillis);
    }
  }

  async #attempt(body: string): Promise<Verdict> {
    const { patience, userAgent, now } = this.#options;
    const request = new AbortController();
    const abort = () => request.abort();
    const timer = setTimeout(abort, patience.requestMillis);
    this.#over.signal.addEventListener('abort', abort);
    try {
      const response = await fetch(this.address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': userAgent },
        body,
        redirect: 'manual',
        signal: request.signal,
      });
      // Nothing in it is needed, and it may be endless.
      await response.body?.cancel();
      return verdictOn(response.status, response.headers.get('retry-after'), now());
    } catch (error) {
      const problem = request.signal.aborted
        ? `it did not answer within ${patience.requestMillis / 1e3} s`
        : `it cannot be reached${networkCode(error)}`;
      return { type: 'again', afterMillis: 0, problem };
    } finally {
      clearTimeout(timer);
      this.#over.signal.removeEventListener('abort', abort);
    }
  }

  /** @param attempt the one that failed, from 1 on */
  #pause(attempt: number, atLeastMillis: number): Promise<void> {
    const { patience, random } = this.#options;
    const { backoffMillis, backoffMillisMax } = patience;
    const whole = Math.min(backoffMillisMax, backoffMillis * 2 ** (attempt - 1));
    const millis = Math.max(atLeastMillis, (whole * (1 + random())) / 2);
    const { signal } = this.#hurry;
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = setTimeout(done, millis);
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }

  #say(sentence: string): void {
    this.#options.say(`webhook at ${this.address.host}: ${sentence}`);
  }
}

/** ` (ECONNREFUSED)`: the cause of fetch's own error, whose message may hold anything. */
function networkCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^\w+$/.test(code) ? ` (${code})` : '';
}
