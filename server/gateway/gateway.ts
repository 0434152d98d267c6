/**
 * The server's door: HTTP and WebSocket on one port, and what bounds the peers at it.
 *
 * It knows of no runs: HTTP goes to `routes`, an open WebSocket to `onConnection`. A peer that breaks HTTP or WebSocket
 * rules costs its own connection and nothing else: Node and ws answer it (400, 408, 431; 1002, 1007, 1009) and close.
 * Connections are pinged; one that does not answer by the next ping is ended (SPEC.md, B-4).
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Encoding } from '../../protocol/encoding.ts';
import { CLOSE } from '../../protocol/messages.ts';
import { SUBPROTOCOLS } from '../../protocol/version.ts';
import * as limits from '../base/config.ts';
import { type Access, isLoopback } from './access.ts';
import { encodingOf, handshakeDenial, refuse } from './handshake.ts';
import { httpListener } from './http.ts';
import { type Log, refusalLog } from './refusals.ts';
import type { Route } from './route.ts';
import type { Trainings } from './trainings.ts';

export type GatewayOptions = {
  /** Its `host` is the address that is listened at. */
  readonly access: Access;
  /** 0: any that is free. */
  readonly port: number;
  /** Directory of the built dashboard. */
  readonly site: string;
  readonly routes: readonly Route[];
  /** What starts a training when a viewer asks for one (SPEC.md, H-11); null where this server trains nothing. */
  readonly trainings?: Trainings | null;
  /** WebSockets at once (SPEC.md, B-6). */
  readonly connectionsMax?: number;
  /**
   * @param isLocal whether the peer is on this machine, so that bytes cost nothing
   * @param stream the connection of `socket`
   */
  readonly onConnection: (socket: WebSocket, encoding: Encoding, isLocal: boolean, stream: Duplex) => void;
  readonly log: Log;
  /** For tests: shorter than in base/config.ts. */
  readonly patience?: Partial<Patience>;
};

/** How long peers are waited for. */
export type Patience = {
  readonly requestMillis: number;
  readonly checkMillis: number;
  readonly idleMillis: number;
  readonly pingMillis: number;
};

export type Gateway = {
  /** Port in use; the one asked for, or the one the system chose for port 0. */
  readonly port: number;
  /** WebSockets that are open, or closing. */
  readonly connections: number;
  /** Closes every connection with 1001 and the port. */
  close(): Promise<void>;
};

const PATIENCE: Patience = {
  requestMillis: limits.HTTP_REQUEST_MILLIS,
  checkMillis: limits.HTTP_CHECK_MILLIS,
  idleMillis: limits.HTTP_IDLE_MILLIS,
  pingMillis: limits.PING_MILLIS,
};
/**
 * Of what is handed to a connection and not yet sent, up to here pings are answered: a peer that pings and does not read
 * would else be kept answers without end. Half, so that answers alone never keep messages back.
 */
const PONGS_BYTES_MAX = limits.HANDED_BYTES_MAX / 2;
/** Peers that do not answer the close frame must not hold up the end. */
const CLOSE_MILLIS = 500;

/** @throws Error where the port cannot be had (`EADDRINUSE`, `EACCES`), or the site cannot be read */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { access, connectionsMax = limits.CONNECTIONS_MAX, log } = options;
  const patience = { ...PATIENCE, ...options.patience };
  const note = refusalLog(log);
  const onRefused = (request: IncomingMessage, status: number, reason: string) =>
    note({ status, reason, peer: request.socket.remoteAddress ?? 'gone' });
  const http = httpServer(patience, connectionsMax);
  const sockets = webSocketServer();
  const listener = httpListener({
    ...options,
    patience,
    onRefused,
    onError: (error) =>
      log('route-failed', { message: error instanceof Error ? error.message : String(error) }),
  });
  http.on('request', listener);
  // Without this one Node asks for every body, whether it is wanted or not.
  http.on('checkContinue', listener);
  http.on('upgrade', (request, socket, head) => {
    const { headers, url = '/' } = request;
    const room = { connections: sockets.clients.size, connectionsMax };
    const denied = handshakeDenial(url, headers, access, room);
    if (denied) {
      onRefused(request, denied.status, denied.sentence);
      return refuse(socket, denied);
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      // ws closes the connection by itself after an error; it only has to be heard.
      connection.on('error', () => {});
      keepAlive(connection, patience.pingMillis);
      const encoding = connection.protocol === SUBPROTOCOLS.binary ? 'binary' : 'json';
      options.onConnection(connection, encoding, isLocalPeer(request), socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port, access.host, resolve);
  });
  return {
    port: (http.address() as AddressInfo).port,
    get connections() {
      return sockets.clients.size;
    },
    close: () => closeAll(http, sockets),
  };
}

function httpServer(patience: Patience, connectionsMax: number): Server {
  const http = createServer({
    maxHeaderSize: limits.HTTP_HEADER_BYTES_MAX,
    headersTimeout: patience.requestMillis,
    // A body that is pushed may take hours; request-body.ts bounds it.
    requestTimeout: 0,
    connectionsCheckingInterval: patience.checkMillis,
    keepAliveTimeout: limits.HTTP_KEEP_ALIVE_MILLIS,
  });
  // For answers that nobody takes; ws takes it off the connections that become its own.
  http.timeout = patience.idleMillis;
  http.maxRequestsPerSocket = limits.HTTP_REQUESTS_PER_CONNECTION_MAX;
  http.maxConnections = connectionsMax + limits.HTTP_CONNECTIONS_MAX;
  return http;
}

function webSocketServer(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    // Counts what comes out of decompression, and stops there.
    maxPayload: limits.CLIENT_MESSAGE_BYTES_MAX,
    maxFragments: limits.CLIENT_FRAGMENTS_MAX,
    // keepAlive does.
    autoPong: false,
    // Only one of the two is ever said back, never a token. Handshakes without either were refused before.
    handleProtocols: (offered) => SUBPROTOCOLS[encodingOf(offered) ?? 'json'],
    perMessageDeflate: {
      // A window kept between messages is memory for every viewer, and compressed bytes that only one can read.
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: limits.DEFLATE_WINDOW_BITS,
      concurrencyLimit: limits.DEFLATES_AT_ONCE,
    },
  });
}

function isLocalPeer(request: IncomingMessage): boolean {
  return isLoopback((request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}

function keepAlive(connection: WebSocket, pingMillis: number): void {
  let answered = true;
  connection.on('pong', () => {
    answered = true;
  });
  connection.on('ping', (data) => {
    if (connection.bufferedAmount <= PONGS_BYTES_MAX) connection.pong(data);
  });
  const timer = setInterval(() => {
    if (!answered) return connection.terminate();
    answered = false;
    connection.ping();
  }, pingMillis);
  connection.on('close', () => clearInterval(timer));
}

function closeAll(http: Server, sockets: WebSocketServer): Promise<void> {
  return new Promise((resolve) => {
    for (const connection of sockets.clients) connection.close(CLOSE.goingAway.code, CLOSE.goingAway.reason);
    // Handshakes on connections that are still open get 503.
    sockets.close();
    http.close(() => resolve());
    http.closeIdleConnections();
    setTimeout(() => {
      for (const connection of sockets.clients) connection.terminate();
      http.closeAllConnections();
    }, CLOSE_MILLIS).unref();
  });
}
