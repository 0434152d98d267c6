/**
 * What the server counts of its viewers. Plain numbers that the code that serves them moves; `openmetrics.ts`
 * reads them when it is asked.
 */
import { CLOSE } from '../../protocol/messages.ts';

/** Why a viewer is gone. A fixed set, since each is a time series. */
export const DISCONNECT_REASONS = [
  /** It closed the connection, or was a page that went. */
  'left',
  /** The connection broke, or did not answer a ping (rule B-4). */
  'lost',
  'bad-message',
  'unknown-run',
  'bad-version',
  'too-slow',
  'too-many',
  /** A message beyond the bound (rule M-2). */
  'too-large',
] as const;
export type DisconnectReason = (typeof DISCONNECT_REASONS)[number];

/** Of RFC 6455 and of the protocol's table; 1005 is a close frame without a code. Any other is one the peer chose. */
const REASON_OF_CODE: ReadonlyMap<number, DisconnectReason> = new Map([
  [1002, 'bad-message'],
  [1006, 'lost'],
  [1007, 'bad-message'],
  [1009, 'too-large'],
  [CLOSE.badMessage.code, 'bad-message'],
  [CLOSE.unknownRun.code, 'unknown-run'],
  [CLOSE.badVersion.code, 'bad-version'],
  [CLOSE.tooSlow.code, 'too-slow'],
  [CLOSE.tooMany.code, 'too-many'],
]);

/** Reads the code with which a WebSocket closed. Code 1001 is said by a page that goes, and by a server that stops. */
export function disconnectReasonOf(closeCode: number): DisconnectReason {
  return REASON_OF_CODE.get(closeCode) ?? 'left';
}

export class Counters {
  /** Of each viewer that is connected: how many bytes wait in its socket. */
  readonly #waiting = new Set<() => number>();
  readonly #disconnected = new Map(DISCONNECT_REASONS.map((reason) => [reason, 0]));
  #resyncs = 0;
  #messagesSent = 0;
  #bytesSent = 0;

  /**
   * A viewer came.
   * @param waitingBytes what is handed to its socket and not yet sent; asked for only while it is connected
   * @returns to be called when it is gone; only the first call counts
   */
  connected(waitingBytes: () => number): (reason: DisconnectReason) => void {
    // Two viewers may share a function: each has an entry of its own.
    const entry = () => waitingBytes();
    this.#waiting.add(entry);
    return (reason) => {
      if (this.#waiting.delete(entry))
        this.#disconnected.set(reason, (this.#disconnected.get(reason) ?? 0) + 1);
    };
  }

  /** A viewer was told to subscribe anew (rule B-2). */
  resynced(): void {
    this.#resyncs += 1;
  }

  /** A message was handed to a socket. */
  sent(bytes: number): void {
    this.#messagesSent += 1;
    this.#bytesSent += bytes;
  }

  get viewers(): number {
    return this.#waiting.size;
  }

  get outboxBytes(): number {
    let bytes = 0;
    for (const waitingBytes of this.#waiting) bytes += waitingBytes();
    return bytes;
  }

  get resyncs(): number {
    return this.#resyncs;
  }

  get messagesSent(): number {
    return this.#messagesSent;
  }

  /** Before compression. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** By reason, those that never happened too. */
  get disconnected(): ReadonlyMap<DisconnectReason, number> {
    return this.#disconnected;
  }
}
