/**
 * One viewer's connection to a server: hello → welcome → subscribe → snapshot → deltas, as in protocol/SPEC.md.
 *
 * It keeps the place in the stream (epoch, offset) and nothing of the state itself. A delta out of turn, or one
 * that the sink cannot apply, drops the state and subscribes anew (S-3). A lost connection is tried again after
 * 0.5 s, 1 s, 2 s … 10 s (E-1); one that was refused for good (another version, an unknown run) is not.
 * Every call from a socket that has been left behind is ignored.
 */

import { OutOfStep } from '../protocol/apply.ts';
import { CLOSE, parseServerMessage, type RunSummary, type ServerMessage } from '../protocol/messages.ts';
import type { Delta, RunState } from '../protocol/state.ts';
import { unreachable } from '../protocol/unreachable.ts';
import { PROTOCOL_VERSION, SUBPROTOCOL } from '../protocol/version.ts';
import type { OpenSocket, Socket } from './socket.ts';

/** E-1. */
const RETRY_MILLIS_FIRST = 500;
const RETRY_MILLIS_MAX = 10_000;
/** From the attempt to the snapshot; a half-open connection would otherwise be waited for without end. */
const HANDSHAKE_MILLIS_MAX = 15_000;
/** Snapshots in a row after which no delta applied: the two sides disagree about `apply`, and asking on is no use. */
const RESYNCS_IN_A_ROW_MAX = 5;
/** Our own close code: the application's range of RFC 6455, outside the protocol's 44xx. */
const CLOSE_BY_VIEWER = 4000;

export type ConnectionStatus =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live' }
  | { readonly phase: 'reconnecting'; readonly retryAt: number; readonly reason: string }
  | { readonly phase: 'offline'; readonly reason: string };

export type ConnectionSink = {
  status(status: ConnectionStatus): void;
  snapshot(state: RunState): void;
  /** @throws OutOfStep where the delta does not apply. */
  delta(delta: Delta): void;
  /** The state is out of step and must be dropped; a snapshot follows. */
  outOfStep(problem: string): void;
};

export type ConnectionOptions = {
  readonly address: string;
  /** Run to watch, `null` for the first one. */
  readonly run: string | null;
  readonly open: OpenSocket;
  readonly sink: ConnectionSink;
};

type Place = { readonly epoch: string; readonly offset: number };

export class Connection {
  readonly #options: ConnectionOptions;
  #socket: Socket | null = null;
  /** Tells calls of the present socket from those of earlier ones. */
  #attempt = 0;
  #failuresInARow = 0;
  #resyncsInARow = 0;
  #run: string | null = null;
  /** `null` while a snapshot is awaited: deltas before it belong to what was dropped. */
  #place: Place | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  open(): void {
    this.#leave();
    this.#options.sink.status({ phase: 'connecting' });
    const attempt = this.#attempt;
    const present = () => attempt === this.#attempt;
    this.#timer = setTimeout(() => this.#retryLater('no answer'), HANDSHAKE_MILLIS_MAX);
    this.#socket = this.#options.open(this.#options.address, SUBPROTOCOL, {
      opened: () => {
        if (present())
          this.#send({ type: 'hello', protocol: PROTOCOL_VERSION, client: 'phasewatch-dashboard' });
      },
      text: (data) => {
        if (present()) this.#receive(data);
      },
      closed: (code, reason) => {
        if (present()) this.#closed(code, reason);
      },
    });
  }

  /** Skips what is left of the wait, for a person who asks for it or a network that came back. */
  retryNow(): void {
    if (this.#socket === null) this.open();
  }

  close(): void {
    this.#leave();
    this.#options.sink.status({ phase: 'offline', reason: 'closed' });
  }

  #receive(data: string): void {
    const parsed = parseServerMessage(data);
    if (!parsed.ok) {
      this.#giveUp(`the server sent what this page does not understand (${parsed.problem}); reload the page`);
      return;
    }
    const message = parsed.message;
    switch (message.type) {
      case 'welcome':
        this.#welcome(message.runs);
        break;
      case 'snapshot':
        this.#snapshot(message);
        break;
      case 'delta':
        this.#delta(message);
        break;
      default:
        unreachable(message);
    }
  }

  #welcome(runs: readonly RunSummary[]): void {
    const wanted = this.#options.run;
    const run = runs.find(({ id }) => wanted === null || id === wanted);
    if (run === undefined) {
      const known = runs.map(({ id }) => id).join(', ') || 'none';
      this.#giveUp(wanted === null ? 'the server watches no run' : `no run ${wanted} here (runs: ${known})`);
      return;
    }
    this.#run = run.id;
    this.#send({ type: 'subscribe', run: run.id });
  }

  #snapshot(message: Extract<ServerMessage, { type: 'snapshot' }>): void {
    clearTimeout(this.#timer);
    this.#failuresInARow = 0;
    this.#place = { epoch: message.epoch, offset: message.offset };
    this.#options.sink.snapshot(message.state);
    this.#options.sink.status({ phase: 'live' });
  }

  #delta(message: Extract<ServerMessage, { type: 'delta' }>): void {
    const place = this.#place;
    if (place === null) return;
    const problem = turnProblem(place, message) ?? this.#applyProblem(message.delta);
    if (problem !== null) {
      this.#resync(problem);
      return;
    }
    this.#place = { epoch: place.epoch, offset: message.offset };
    this.#resyncsInARow = 0;
  }

  #applyProblem(delta: Delta): string | null {
    try {
      this.#options.sink.delta(delta);
      return null;
    } catch (error) {
      if (error instanceof OutOfStep) return error.message;
      throw error;
    }
  }

  /** S-3. */
  #resync(problem: string): void {
    this.#place = null;
    this.#options.sink.outOfStep(problem);
    this.#resyncsInARow += 1;
    if (this.#resyncsInARow > RESYNCS_IN_A_ROW_MAX)
      this.#giveUp(`the stream stays out of step (${problem}); reload the page`);
    else if (this.#run !== null) this.#send({ type: 'subscribe', run: this.#run });
  }

  #closed(code: number, reason: string): void {
    switch (code) {
      case CLOSE.badVersion.code:
        this.#giveUp('the server speaks another version; reload the page');
        break;
      case CLOSE.unknownRun.code:
      case CLOSE.badMessage.code:
        this.#giveUp(`the server refused this page: ${reason || `code ${code}`}`);
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
    this.#leave();
    const wait = Math.min(RETRY_MILLIS_FIRST * 2 ** this.#failuresInARow, RETRY_MILLIS_MAX);
    this.#failuresInARow += 1;
    this.#timer = setTimeout(() => this.open(), wait);
    this.#options.sink.status({ phase: 'reconnecting', retryAt: Date.now() + wait, reason });
  }

  #giveUp(reason: string): void {
    this.#leave();
    this.#options.sink.status({ phase: 'offline', reason });
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#attempt += 1;
    this.#place = null;
    this.#socket?.close(CLOSE_BY_VIEWER, 'viewer left');
    this.#socket = null;
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }
}

/** Why a delta is not the next one, `null` where it is (rule S-1). */
function turnProblem(place: Place, delta: Place): string | null {
  if (delta.epoch !== place.epoch) return `expected epoch ${place.epoch}, got ${delta.epoch}`;
  return delta.offset === place.offset + 1
    ? null
    : `expected offset ${place.offset + 1}, got ${delta.offset}`;
}
