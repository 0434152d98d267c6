/**
 * Whether a WebSocket may be opened (SPEC.md, V-2, B-6, H-3, H-6, T-1), and in which encoding. Pure but for `refuse`.
 * What is wrong with the handshake itself (its version, its key) is left to ws, which answers 400.
 */
import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Encoding } from '../../protocol/encoding.ts';
import { SUBPROTOCOLS, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import type { Access } from './access.ts';
import { callerOf, originDenial } from './callers.ts';
import { type Denial, denial } from './tokens.ts';

/** Path of the WebSocket. */
export const STREAM_PATH = '/stream';
/** A viewer in the way waits and tries again by itself (E-1); others learn from this when. */
const RETRY_SECONDS = 10;

export type Room = { readonly connections: number; readonly connectionsMax: number };

/** The reason for refusing a handshake, null for none. */
export function handshakeDenial(
  target: string,
  headers: IncomingHttpHeaders,
  access: Access,
  { connections, connectionsMax }: Room,
): Denial | null {
  const caller = callerOf(headers, access);
  if (caller.kind === 'stranger') return { status: 403, sentence: caller.problem };
  const denied = originDenial(caller, access) ?? denial('view', caller.headers, access.tokens);
  if (denied) return denied;
  if (target.split('?', 1)[0] !== STREAM_PATH)
    return { status: 404, sentence: `the stream is at ${STREAM_PATH}` };
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (encodingOf(new Set(offered)) === null) return { status: 400, sentence: protocolProblem(offered) };
  if (connections >= connectionsMax)
    return {
      status: 503,
      sentence: `expected at most ${connectionsMax} viewers at once, and there are; come back later`,
      headers: { 'retry-after': String(RETRY_SECONDS) },
    };
  return null;
}

/** The binary encoding where it is offered; null where none is. */
export function encodingOf(offered: ReadonlySet<string>): Encoding | null {
  if (offered.has(SUBPROTOCOLS.binary)) return 'binary';
  return offered.has(SUBPROTOCOLS.json) ? 'json' : null;
}

/** Answers a handshake with a status instead, and ends the connection whether or not the peer does. */
export function refuse(socket: Duplex, { status, sentence, headers }: Denial): void {
  const body = `${sentence}\n`;
  const lines = Object.entries({
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'x-content-type-options': 'nosniff',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

/** Tokens are offered as protocols too, and never said again. */
function protocolProblem(offered: readonly string[]): string {
  const names = offered.filter((name) => !name.startsWith(TOKEN_SUBPROTOCOL_PREFIX));
  return `expected the sub-protocol ${SUBPROTOCOLS.json} or ${SUBPROTOCOLS.binary}, got "${names.join(', ')}"`;
}
