/**
 * One viewer's connection to a server: opened, greeted (hello → welcome), and kept up. What is watched over it is a
 * subscription's matter (`subscription.ts`).
 *
 * A lost connection is tried again after 0.5 s, 1 s, 2 s … 10 s (E-1); one that was refused for good (another version,
 * an unknown run, no token) is not. Every call from a socket that has been left behind is ignored.
 */
import { CLOSE } from '../protocol/messages.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { Access, Refusal } from './session.ts';
import { Subscription, type SubscriptionSink } from './subscription.ts';
import { CLOSE_BROKEN, CLOSE_BY_VIEWER, type OpenWire, type Wire } from './wire.ts';

/** E-1. */
const RETRY_MILLIS_FIRST = 500;
const RETRY_MILLIS_MAX = 10_000;
/** From a question to its answer; a half-open connection would otherwise be waited for without end. */
const ANSWER_MILLIS_MAX = 15_000;

export type ConnectionStatus =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live' }
  /** Connected, but the run is not there; it is watched as soon as it is. */
  | { readonly phase: 'waiting'; readonly reason: string }
  | { readonly phase: 'reconnecting'; readonly retryAt: number; readonly reason: string }
  | ({ readonly phase: 'offline' } & Refusal)
  /** Not a server but a file, and all that there will be. */
  | { readonly phase: 'recorded'; readonly at: string };

export type ConnectionSink = SubscriptionSink & {
  status(status: ConnectionStatus): void;
};

export type ConnectionOptions = {
  readonly address: string;
  /** Run to watch, `null` for the first one. */
  readonly run: string | null;
  readonly openWire: OpenWire;
  readonly access: Access;
  readonly sink: ConnectionSink;
};

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #subscription: Subscription;
  #wire: Wire | null = null;
  /** Tells calls of the present socket from those of earlier ones. */
  #attempt = 0;
  #failuresInARow = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { run, sink } = options;
    this.#subscription = new Subscription({
      run,
      sink,
      host: {
        send: (message) => this.#wire?.send(message),
        asked: () => this.#awaitAnswer(),
        answered: () => this.#settled({ phase: 'live' }),
        missing: (reason) => this.#settled({ phase: 'waiting', reason }),
        failed: (problem) => this.#retryLater(problem),
        giveUp: (refusal) => this.#giveUp(refusal),
      },
    });
  }

  /** Id of the run that is watched, null while none is known. */
  get run(): string | null {
    return this.#subscription.run;
  }

  open(): void {
    this.#leave();
    this.#options.sink.status({ phase: 'connecting' });
    const entering = this.#options.access.enter();
    if (entering === null) {
      this.#connect();
      return;
    }
    const attempt = this.#attempt;
    entering.then((refusal) => {
      if (attempt !== this.#attempt) return;
      if (refusal === null) this.#connect();
      else this.#giveUp(refusal);
    });
  }

  /** Skips what is left of the wait, for a person who asks for it or a network that came back. */
  retryNow(): void {
    if (this.#wire === null) this.open();
  }

  close(): void {
    this.#leave();
    this.#options.sink.status({ phase: 'offline', reason: 'closed', hint: null });
  }

  #connect(): void {
    const { address, openWire, access } = this.#options;
    const attempt = this.#attempt;
    const present = () => attempt === this.#attempt;
    let hasOpened = false;
    this.#awaitAnswer();
    this.#wire = openWire({
      address,
      token: access.token,
      events: {
        opened: () => {
          if (!present()) return;
          hasOpened = true;
          this.#wire?.send({ type: 'hello', protocol: PROTOCOL_VERSION, client: 'phasewatch-dashboard' });
        },
        message: (parsed) => {
          if (present()) this.#subscription.receive(parsed);
        },
        closed: (code, reason) => {
          if (!present()) return;
          this.#closed(code, reason);
          if (!hasOpened) this.#askWhy();
        },
      },
    });
  }

  /** A browser does not say why a handshake was refused; where asking again is of no use, the wait for it ends. */
  #askWhy(): void {
    const attempt = this.#attempt;
    this.#options.access.refusal().then((refusal) => {
      if (refusal !== null && attempt === this.#attempt) this.#giveUp(refusal);
    });
  }

  #settled(status: ConnectionStatus): void {
    clearTimeout(this.#timer);
    this.#failuresInARow = 0;
    this.#options.sink.status(status);
  }

  #closed(code: number, reason: string): void {
    switch (code) {
      case CLOSE.badVersion.code:
        this.#giveUp({ reason: 'the server speaks another version', hint: 'Reload the page.' });
        break;
      case CLOSE.unknownRun.code:
      case CLOSE.badMessage.code:
      case CLOSE.tooMany.code:
        this.#giveUp({ reason: `the server refused this page: ${reason || `code ${code}`}`, hint: null });
        break;
      case CLOSE.goingAway.code:
        this.#retryLater(reason || CLOSE.goingAway.reason);
        break;
      default:
        this.#retryLater(reason || 'connection lost');
    }
  }

  /** E-1. */
  #retryLater(reason: string): void {
    this.#leave(CLOSE_BROKEN, reason);
    const wait = Math.min(RETRY_MILLIS_FIRST * 2 ** this.#failuresInARow, RETRY_MILLIS_MAX);
    this.#failuresInARow += 1;
    this.#timer = setTimeout(() => this.open(), wait);
    this.#options.sink.status({ phase: 'reconnecting', retryAt: Date.now() + wait, reason });
  }

  #giveUp({ reason, hint }: Refusal): void {
    this.#leave();
    this.#options.sink.status({ phase: 'offline', reason, hint });
  }

  #awaitAnswer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retryLater('no answer'), ANSWER_MILLIS_MAX);
  }

  #leave(code = CLOSE_BY_VIEWER, reason = 'viewer left'): void {
    clearTimeout(this.#timer);
    this.#attempt += 1;
    this.#subscription.suspend();
    this.#wire?.close(code, reason);
    this.#wire = null;
  }
}
