/**
 * Messages over a socket, in the encoding that the server chose of those offered: MessagePack where it knows it, else
 * JSON (rules V-2 and N-1 of protocol/SPEC.md). A token, where one is known, is offered beside them (T-2).
 */
import { decoded, type Encoding, encoded } from '../protocol/encoding.ts';
import {
  CLOSE,
  type ClientMessage,
  type Parsed,
  type ServerMessage,
  serverMessageFrom,
} from '../protocol/messages.ts';
import { SUBPROTOCOLS, TOKEN_SUBPROTOCOL_PREFIX } from '../protocol/version.ts';
import type { Frame, OpenSocket } from './socket.ts';

/** Characters of a sub-protocol (`token` of RFC 9110); with another one, a browser would not even try to connect. */
const SUBPROTOCOL = /^[\w!#$%&'*+.^`|~-]+$/;

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
  readonly open: OpenSocket;
  readonly events: WireEvents;
};

export function openWire({ address, token, open, events }: WireOptions): Wire {
  let encoding: Encoding = 'json';
  const socket = open(address, subprotocolsWith(token), {
    opened: (subprotocol) => {
      const chosen = encodingOf(subprotocol);
      if (chosen === null) {
        events.closed(CLOSE.badVersion.code, CLOSE.badVersion.reason);
        return;
      }
      encoding = chosen;
      events.opened();
    },
    frame: (frame) => events.message(parsedFrom(frame, encoding)),
    closed: events.closed,
  });
  return {
    send: (message) => socket.send(encoded(message, encoding)),
    close: (code, reason) => socket.close(code, reason),
  };
}

function subprotocolsWith(token: string | null): string[] {
  const offered: string[] = [SUBPROTOCOLS.binary, SUBPROTOCOLS.json];
  if (token !== null && SUBPROTOCOL.test(token)) offered.push(TOKEN_SUBPROTOCOL_PREFIX + token);
  return offered;
}

function encodingOf(subprotocol: string): Encoding | null {
  if (subprotocol === SUBPROTOCOLS.binary) return 'binary';
  return subprotocol === SUBPROTOCOLS.json ? 'json' : null;
}

function parsedFrom(frame: Frame, encoding: Encoding): Parsed<ServerMessage> {
  const value = decoded(frame, encoding);
  return value.ok ? serverMessageFrom(value.value) : value;
}
