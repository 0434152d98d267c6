/**
 * Messages over a socket: the server's in the encoding that it chose of those that this page can read (`encodings.ts`),
 * one's own as JSON always (rules V-2 and N-1 of protocol/SPEC.md). A token, where one is known, is offered beside them (T-2).
 */
import type { Encoding } from '../protocol/encoding.ts';
import {
  CLOSE,
  type ClientMessage,
  type Parsed,
  type ServerMessage,
  serverMessageFrom,
} from '../protocol/messages.ts';
import { SUBPROTOCOLS, TOKEN_SUBPROTOCOL_PREFIX } from '../protocol/version.ts';
import { type Decode, decoderOf } from './encodings.ts';
import type { OpenSocket } from './socket.ts';

/** Characters of a sub-protocol (`token` of RFC 9110); with another one, a browser would not even try to connect. */
const SUBPROTOCOL = /^[\w!#$%&'*+.^`|~-]+$/;

/** The first that both sides know is spoken. */
const PREFERRED: readonly Encoding[] = ['binary', 'json'];

/** Our own close codes, in the application's range of RFC 6455 and outside of the protocol's 44xx. */
export const CLOSE_BY_VIEWER = 4000;
/** Of a wire that answers no more or cannot be understood: of no use to anybody. */
export const CLOSE_BROKEN = 4001;

export type WireEvents = {
  opened(): void;
  message(parsed: Parsed<ServerMessage>): void;
  closed(code: number, reason: string): void;
};

export type Wire = {
  /** Once it is opened. */
  send(message: ClientMessage): void;
  close(code: number, reason: string): void;
};

export type WireOptions = {
  readonly address: string;
  readonly token: string | null;
  readonly events: WireEvents;
};

export type OpenWire = (options: WireOptions) => Wire;

/** Wires over sockets of their own. */
export function wiresOver(open: OpenSocket): OpenWire {
  return (options) => openWire(open, options);
}

function openWire(open: OpenSocket, { address, token, events }: WireOptions): Wire {
  let decode: Decode | null = null;
  const socket = open(address, subprotocolsWith(token), {
    opened: (subprotocol) => {
      decode = decoderFor(subprotocol);
      if (decode === null) events.closed(CLOSE.badVersion.code, CLOSE.badVersion.reason);
      else events.opened();
    },
    frame: (frame) => {
      const value = decode?.(frame);
      if (value !== undefined) events.message(value.ok ? serverMessageFrom(value.value) : value);
    },
    closed: events.closed,
  });
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    close: (code, reason) => socket.close(code, reason),
  };
}

function subprotocolsWith(token: string | null): string[] {
  const offered: string[] = PREFERRED.filter((encoding) => decoderOf(encoding) !== null).map(
    (encoding) => SUBPROTOCOLS[encoding],
  );
  if (token !== null && SUBPROTOCOL.test(token)) offered.push(TOKEN_SUBPROTOCOL_PREFIX + token);
  return offered;
}

function decoderFor(subprotocol: string): Decode | null {
  const chosen = PREFERRED.find((encoding) => SUBPROTOCOLS[encoding] === subprotocol);
  return chosen === undefined ? null : decoderOf(chosen);
}
