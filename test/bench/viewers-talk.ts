/**
 * What the viewers' benchmark and its two processes say to each other over Node's IPC channel, and the clock that all three
 * share: `process.hrtime` counts from the start of the machine.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Encoding } from '../../protocol/encoding.ts';
import type { Place } from '../../protocol/messages.ts';

export type ServerRequest =
  /** Publishes checkpoints, the updates of each at once; 0 milliseconds between them: as soon as the last is announced. */
  | { readonly type: 'play'; readonly from: number; readonly to: number; readonly everyMillis: number }
  | { readonly type: 'stop' };

export type ServerReply =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'played'; readonly played: readonly Played[]; readonly usage: Usage }
  | { readonly type: 'stopped' };

/** A checkpoint on its way. Times are of `clockMillis`. */
export type Played = {
  /** After its last delta. */
  readonly place: Place;
  readonly publishedMillis: number;
  /** Its last delta is on disk. */
  readonly committedMillis: number;
};

export type Usage = { readonly cpuSeconds: number; readonly rssMib: number };

export type ViewersRequest =
  | JoinRequest
  /** When each of these offsets was received and decoded by the last viewer; answered when all have all of them. */
  | { readonly type: 'report'; readonly offsets: readonly number[] }
  | { readonly type: 'leave' };

export type JoinRequest = {
  readonly type: 'join';
  readonly count: number;
  readonly together: boolean;
  readonly host: string;
  readonly port: number;
  readonly encoding: Encoding;
  /** Where their state stands. */
  readonly after: Place | null;
  /** What they wait for. */
  readonly until: number;
  /** Validate what comes and apply it, as the dashboard does; else it is decoded only. */
  readonly applies: boolean;
  /** Stay after they have joined. */
  readonly stay: boolean;
};

export type ViewersReply =
  | {
      readonly type: 'joined';
      /** From opening the connection to having what was waited for, by viewer. */
      readonly millis: readonly number[];
      /** How they were answered. */
      readonly snapshots: number;
      readonly resumed: number;
    }
  | {
      readonly type: 'report';
      readonly receivedMillis: readonly number[];
      readonly decodedMillis: readonly number[];
      readonly bytesReceived: number;
      /** Since they have joined. */
      readonly cpuSeconds: number;
    }
  | { readonly type: 'left' };

export function clockMillis(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A process that answers each request with one reply. */
export class Talker<Request extends object, Reply extends { readonly type: string }> {
  readonly #child: ChildProcess;

  constructor(script: string, words: readonly string[]) {
    this.#child = fork(fileURLToPath(new URL(script, import.meta.url)), [...words], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  async ask<T extends Reply['type']>(
    request: Request,
    answer: T,
  ): Promise<Extract<Reply, { readonly type: T }>> {
    this.#child.send(request);
    return this.heard(answer);
  }

  async heard<T extends Reply['type']>(answer: T): Promise<Extract<Reply, { readonly type: T }>> {
    const died = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`expected ${answer}, but the process ended (${code})`);
    });
    const reply = (await Promise.race([once(this.#child, 'message'), died]))[0] as Reply;
    if (!isOf(reply, answer)) throw new Error(`expected ${answer}, got ${reply.type}`);
    return reply;
  }

  /** Lets the process end by itself. */
  async ended(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }
}

function isOf<Reply extends { readonly type: string }, T extends Reply['type']>(
  reply: Reply,
  type: T,
): reply is Extract<Reply, { readonly type: T }> {
  return reply.type === type;
}
