/**
 * One connection to a viewer, from handshake to close: awaits `hello`, then serves subscriptions.
 *
 * Nothing is queued for a viewer but what its socket has not sent yet. A subscription is a place in the run's stream, and
 * the next delta is taken from the stream, or from its log on disk, when the socket has room: a slow viewer costs its
 * place, not memory. Of progress and the list of runs only the newest is ever sent.
 * Rules V-1, V-3, N-1, M-1, R-1 to R-6, S-8, B-1 to B-3 and B-5 of SPEC.md.
 */
import type { RawData } from 'ws';
import { decoded } from '../../protocol/encoding.ts';
import {
  CLOSE,
  type ClientMessage,
  clientMessageFrom,
  type Place,
  type ServerMessage,
} from '../../protocol/messages.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import {
  CLIENT_MESSAGES_MAX,
  CLIENT_MESSAGES_MILLIS,
  HELLO_MILLIS_MAX,
  RESYNCS_MAX,
} from '../base/config.ts';
import { encodedBytes } from '../base/encoded-bytes.ts';
import type { RunStream } from '../log/run-stream.ts';
import type { Runs } from '../log/run-view.ts';
import { type Counters, disconnectReasonOf } from './counters.ts';
import { Outlet, type OutletOptions } from './outlet.ts';
import { runSummaries } from './run-summary.ts';
import { Subscription } from './subscription.ts';

export type ViewerOptions = OutletOptions & {
  readonly runs: Runs<RunStream>;
  readonly serverVersion: string;
  readonly counters: Counters;
};

type CloseReason = (typeof CLOSE)[keyof typeof CLOSE];

/** A close frame carries at most 123 bytes of reason (RFC 6455, 5.5). */
const REASON_BYTES_MAX = 123;

export function serveViewer(options: ViewerOptions): void {
  new Viewer(options);
}

class Viewer {
  readonly #options: ViewerOptions;
  readonly #outlet: Outlet;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #hello: ReturnType<typeof setTimeout>;
  /** Ends listening to the list of runs; null before hello. */
  #leaveRuns: (() => void) | null = null;
  #runsChanged = false;
  /** By run: told to begin anew for lagging, and not caught up since. */
  readonly #resyncsBehind = new Map<string, number>();
  /** When the last messages came, CLIENT_MESSAGES_MAX of them at most. */
  readonly #heardAt: number[] = [];

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.#outlet = new Outlet(options);
    const { socket, counters } = options;
    const gone = counters.connected(() => socket.bufferedAmount);
    this.#hello = setTimeout(
      () => this.#close(CLOSE.badMessage, `expected hello within ${HELLO_MILLIS_MAX / 1000} s`),
      HELLO_MILLIS_MAX,
    );
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('close', (code) => {
      clearTimeout(this.#hello);
      this.#leaveRuns?.();
      for (const subscription of this.#subscriptions.values()) subscription.end();
      this.#subscriptions.clear();
      gone(disconnectReasonOf(code));
    });
  }

  #receive(data: RawData, isBinary: boolean): void {
    const { encoding, socket } = this.#options;
    // What comes after our close frame is no longer answered.
    if (socket.readyState !== socket.OPEN) return;
    if (this.#isTooMany()) {
      const seconds = CLIENT_MESSAGES_MILLIS / 1000;
      this.#close(CLOSE.tooMany, `expected at most ${CLIENT_MESSAGES_MAX} in ${seconds} s`);
      return;
    }
    // ws hands whole messages over as one Buffer, unless told otherwise.
    const bytes = data as Buffer;
    // Text is JSON in either encoding (N-1).
    const frame = isBinary ? decoded(bytes, encoding) : decoded(bytes.toString('utf8'), 'json');
    const parsed = frame.ok ? clientMessageFrom(frame.value) : frame;
    if (parsed.ok) this.#answer(parsed.message);
    else this.#close(CLOSE.badMessage, parsed.problem);
  }

  #answer(message: ClientMessage): void {
    const problem = this.#orderProblem(message);
    if (problem) {
      this.#close(...problem);
      return;
    }
    switch (message.type) {
      case 'hello':
        this.#greet();
        break;
      case 'subscribe':
        this.#subscribe(message.run, message.after ?? null);
        break;
      case 'unsubscribe':
        this.#end(message.run);
        break;
      default:
        unreachable(message);
    }
  }

  /** Why a message may not come now. */
  #orderProblem(message: ClientMessage): readonly [CloseReason, string] | null {
    const isGreeted = this.#leaveRuns !== null;
    if (message.type !== 'hello')
      return isGreeted ? null : [CLOSE.badMessage, `expected hello first, got ${message.type}`];
    if (isGreeted) return [CLOSE.badMessage, 'expected one hello, got a second'];
    return message.protocol === PROTOCOL_VERSION
      ? null
      : [CLOSE.badVersion, `expected ${PROTOCOL_VERSION}, got ${message.protocol}`];
  }

  #subscribe(run: string, after: Place | null): void {
    const { runs, encoding } = this.#options;
    const stream = runs.get(run);
    if (!stream) {
      this.#close(CLOSE.unknownRun, run);
      return;
    }
    this.#end(run);
    this.#subscriptions.set(run, new Subscription(stream, after, encoding, () => this.#pump()));
    this.#pump();
  }

  #end(run: string): void {
    this.#subscriptions.get(run)?.end();
    this.#subscriptions.delete(run);
  }

  #greet(): void {
    const { runs, serverVersion } = this.#options;
    clearTimeout(this.#hello);
    this.#leaveRuns = runs.listen(() => {
      this.#runsChanged = true;
      this.#pump();
    });
    this.#say({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      server: serverVersion,
      runs: this.#summaries(),
    });
  }

  /** Hands messages to the socket while it has room; called again when it has sent some, and when there are more. */
  #pump(): void {
    this.#outlet.together(() => {
      while (this.#outlet.hasRoom) {
        const frame = this.#next();
        if (!frame) return;
        this.#send(frame);
      }
    });
  }

  /** One frame of whoever has one, in turn. */
  #next(): Uint8Array | null {
    if (this.#runsChanged) {
      this.#runsChanged = false;
      return encodedBytes({ type: 'runs', runs: this.#summaries() }, this.#options.encoding);
    }
    for (const [id, subscription] of this.#subscriptions) {
      const next = subscription.next();
      if (next.type === 'nothing') continue;
      if (next.type === 'caught-up') {
        this.#resyncsBehind.delete(id);
        continue;
      }
      if (next.type === 'resync') return this.#resync(id, next.reason, next.lags);
      // The next one to be asked is another.
      this.#subscriptions.delete(id);
      this.#subscriptions.set(id, subscription);
      return next.frame;
    }
    return null;
  }

  #resync(run: string, reason: string, lags: boolean): Uint8Array | null {
    this.#end(run);
    this.#options.counters.resynced();
    const behind = (this.#resyncsBehind.get(run) ?? 0) + (lags ? 1 : 0);
    this.#resyncsBehind.set(run, behind);
    if (behind < RESYNCS_MAX) return encodedBytes({ type: 'resync', run, reason }, this.#options.encoding);
    this.#close(CLOSE.tooSlow, `${behind} resyncs without having caught up`);
    return null;
  }

  #say(message: ServerMessage): void {
    this.#send(encodedBytes(message, this.#options.encoding));
  }

  #send(frame: Uint8Array): void {
    this.#options.counters.sent(frame.length);
    this.#outlet.send(frame, () => this.#pump());
  }

  #close(reason: CloseReason, detail: string): void {
    const text = Buffer.from(`${reason.reason}: ${detail}`).subarray(0, REASON_BYTES_MAX);
    this.#options.socket.close(reason.code, text.toString('utf8').replace(/\uFFFD+$/, ''));
  }

  #isTooMany(): boolean {
    const now = performance.now();
    this.#heardAt.push(now);
    if (this.#heardAt.length <= CLIENT_MESSAGES_MAX) return false;
    const first = this.#heardAt.shift() ?? now;
    return now - first <= CLIENT_MESSAGES_MILLIS;
  }

  #summaries() {
    return runSummaries(this.#options.runs);
  }
}
