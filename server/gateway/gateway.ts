/**
 * The server's door: HTTP and WebSocket on one port.
 *
 * Handshakes that are refused get an HTTP status and a sentence. Connections are pinged; one that does not answer
 * by the next ping is ended (SPEC.md, B-2).
 */
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { CLOSE } from '../../protocol/messages.ts';
import { SUBPROTOCOL } from '../../protocol/version.ts';
import { CLIENT_MESSAGE_BYTES_MAX, PING_MILLIS } from '../base/config.ts';
import { refusal } from './access.ts';
import { type HttpOptions, httpListener } from './http.ts';
import type { RunStream } from './run-stream.ts';
import { serveViewer } from './viewer.ts';

export type GatewayOptions = HttpOptions & {
  readonly port: number;
  readonly runs: readonly RunStream[];
  readonly serverVersion: string;
};

export type Gateway = {
  /** Port in use; the one asked for, or the one the system chose for port 0. */
  readonly port: number;
  /** Closes every connection with 1001 and the port. */
  close(): Promise<void>;
};

/** Path of the WebSocket. */
const STREAM_PATH = '/stream';

/** @throws Error where the port cannot be had (`EADDRINUSE`, `EACCES`) */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const http = createServer(httpListener(options));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: CLIENT_MESSAGE_BYTES_MAX,
    handleProtocols: () => SUBPROTOCOL,
  });
  http.on('upgrade', (request, socket, head) => {
    const refused = handshakeRefusal(request, options.host);
    if (refused) return refuse(socket, refused.status, refused.sentence);
    sockets.handleUpgrade(request, socket, head, (connection) => {
      keepAlive(connection);
      serveViewer({ socket: connection, runs: options.runs, serverVersion: options.serverVersion });
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port, options.host, resolve);
  });
  return {
    port: (http.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const connection of sockets.clients)
          connection.close(CLOSE.goingAway.code, CLOSE.goingAway.reason);
        http.close(() => resolve());
        http.closeIdleConnections();
        // Peers that do not answer the close frame must not hold up the end.
        setTimeout(() => {
          for (const connection of sockets.clients) connection.terminate();
          http.closeAllConnections();
        }, 500).unref();
      }),
  };
}

function handshakeRefusal(
  request: IncomingMessage,
  host: string,
): { status: number; sentence: string } | null {
  const path = (request.url ?? '/').split('?', 1)[0];
  if (path !== STREAM_PATH) return { status: 404, sentence: `the stream is at ${STREAM_PATH}` };
  const refused = refusal(request, host);
  if (refused) return { status: 403, sentence: refused };
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(SUBPROTOCOL))
    return { status: 400, sentence: `expected the sub-protocol ${SUBPROTOCOL}, got "${offered.join(', ')}"` };
  return null;
}

function refuse(socket: Duplex, status: number, sentence: string): void {
  socket.on('error', () => {});
  const body = `${sentence}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function keepAlive(connection: WebSocket): void {
  let answered = true;
  connection.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return connection.terminate();
    answered = false;
    connection.ping();
  }, PING_MILLIS);
  connection.on('close', () => clearInterval(timer));
}
