/** A gateway on a free port that echoes what viewers send, with a small site, and all that it logged. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientOptions, WebSocket } from 'ws';
import type { Encoding } from '../../protocol/encoding.ts';
import { SUBPROTOCOLS } from '../../protocol/version.ts';
import type { Access } from '../../server/gateway/access.ts';
import { type Gateway, type GatewayOptions, openGateway } from '../../server/gateway/gateway.ts';

export const OPEN: Access = {
  host: '127.0.0.1',
  allowedHosts: [],
  allowedOrigins: [],
  tokens: { view: null, upload: null },
};

export type Logged = readonly [event: string, fields: Readonly<Record<string, string | number>>];
export type Opened = {
  readonly socket: WebSocket;
  readonly encoding: Encoding;
  readonly isLocal: boolean;
};
export type TestGateway = {
  readonly gateway: Gateway;
  readonly logged: Logged[];
  readonly opened: Opened[];
};

export async function testGateway(options: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  const logged: Logged[] = [];
  const opened: Opened[] = [];
  const gateway = await openGateway({
    access: OPEN,
    port: 0,
    site: testSite(),
    routes: [],
    log: (...line) => logged.push(line),
    onConnection(socket, encoding, isLocal) {
      opened.push({ socket, encoding, isLocal });
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    },
    ...options,
  });
  return { gateway, logged, opened };
}

/** A page and a script; and beside the site, as a dotfile and behind a link, what must not be served. */
export function testSite(): string {
  const parent = mkdtempSync(join(tmpdir(), 'phasewatch-site-'));
  const site = join(parent, 'site');
  mkdirSync(join(site, 'assets'), { recursive: true });
  mkdirSync(join(site, '.git'));
  writeFileSync(join(parent, 'secret.txt'), 'secret');
  writeFileSync(join(site, '.env.txt'), 'secret');
  writeFileSync(join(site, '.git', 'config.txt'), 'secret');
  writeFileSync(join(site, 'index.html'), '<title>dashboard</title>');
  writeFileSync(join(site, 'assets', 'main.js'), 'run()');
  symlinkSync(join(parent, 'secret.txt'), join(site, 'link.txt'));
  return site;
}

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};
export type Asked = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** The path goes out as it is given. */
export function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, method }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
    });
    sent.on('error', reject).end(body);
  });
}

/** Status of the answer to a handshake, 101 where it succeeded, and its headers; the connection is then closed. */
export function shake(
  port: number,
  protocols: string[] = [SUBPROTOCOLS.json],
  options: ClientOptions = {},
  path = '/stream',
) {
  return new Promise<Answer>((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options);
    let upgraded: IncomingHttpHeaders = {};
    socket.on('error', () => {});
    socket.on('upgrade', (response) => {
      upgraded = response.headers;
    });
    socket.on('open', () => {
      socket.on('close', () => resolve({ status: 101, headers: upgraded, body: '' }));
      socket.close();
    });
    socket.on('unexpected-response', async (_, response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
  });
}
