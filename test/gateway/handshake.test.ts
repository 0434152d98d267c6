/** Handshakes: sub-protocols, the bound of connections, and broken ones. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { SUBPROTOCOLS } from '../../protocol/version.ts';
import { shake, type TestGateway, testGateway } from '../support/gateway.ts';
import { handshake, RawPeer } from '../support/raw-peer.ts';

const { json, binary } = SUBPROTOCOLS;

let made: TestGateway;
let port: number;
beforeEach(async () => {
  made = await testGateway({ connectionsMax: 50 });
  port = made.gateway.port;
});
afterEach(() => made.gateway.close());

describe('the sub-protocol', () => {
  it.each([
    [[json], json, 'json'],
    [[binary], binary, 'binary'],
    [[json, binary], binary, 'binary'],
    [['phasewatch.v9', json], json, 'json'],
  ] as const)('V-2: of %o is %s', async (offered, taken, encoding) => {
    const { status, headers } = await shake(port, [...offered]);
    expect([status, headers['sec-websocket-protocol']]).toEqual([101, taken]);
    expect(made.opened.map((opened) => [opened.encoding, opened.isLocal])).toEqual([[encoding, true]]);
  });

  it('V-2: without either the handshake is refused with 400 and what was expected', async () => {
    expect((await shake(port, [])).status).toBe(400);
    expect(await shake(port, ['phasewatch.v1', 'phasewatch.token.abc'])).toMatchObject({
      status: 400,
      body: 'expected the sub-protocol phasewatch.v2 or phasewatch.v2.msgpack, got "phasewatch.v1"\n',
    });
    expect((await shake(port, [json], {}, '/elsewhere')).status).toBe(404);
    expect(made.opened).toEqual([]);
  });
});

describe('the bound of connections', () => {
  it('B-6: 50 of 300 handshakes at once are taken, 250 get 503 and when to come back', async () => {
    const statuses = new Map<number, number>();
    const sockets = Array.from({ length: 300 }, () => new WebSocket(`ws://127.0.0.1:${port}/stream`, json));
    let retryAfter: unknown;
    const settled = sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          const count = (status: number) => {
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
            resolve();
          };
          socket.on('error', () => {});
          socket.on('open', () => count(101));
          socket.on('unexpected-response', (_, response) => {
            retryAfter = response.headers['retry-after'];
            response.resume();
            count(response.statusCode ?? 0);
          });
        }),
    );
    await Promise.all(settled);
    expect(Object.fromEntries(statuses)).toEqual({ 101: 50, 503: 250 });
    expect(retryAfter).toBe('10');
    expect(made.gateway.connections).toBe(50);

    // A place that becomes free is given again.
    const open = sockets.find((socket) => socket.readyState === WebSocket.OPEN);
    open?.close();
    await vi.waitFor(() => expect(made.gateway.connections).toBe(49));
    expect((await shake(port)).status).toBe(101);
  });

  it('B-6: handshakes that break off take no place', async () => {
    for (let count = 0; count < 60; count += 1) {
      const peer = await RawPeer.connect(port);
      peer.write(handshake());
      peer.socket.destroy();
    }
    await vi.waitFor(() => expect(made.gateway.connections).toBe(0));
    expect((await shake(port)).status).toBe(101);
  });
});

it.each([
  ['a POST', handshake().replace('GET', 'POST'), 405],
  ['another version', handshake().replace('Version: 13', 'Version: 99'), 400],
  ['no key', handshake().replace(/Sec-WebSocket-Key:.*\r\n/, ''), 400],
  ['a key that is too short', handshake().replace(/Key: .*\r/, 'Key: abc\r'), 400],
  ['another protocol to change to', handshake().replace('Upgrade: websocket', 'Upgrade: h2c'), 400],
  ['a protocol named twice', handshake([], `${json}, ${json}`), 400],
  ['a list with holes', handshake([], `${json},,`), 400],
  ['an extension with nonsense', handshake(['Sec-WebSocket-Extensions: permessage-deflate; x=']), 400],
  ['no Host', handshake().replace(/Host: .*\r\n/, ''), 403],
  ['another Host', handshake().replace('Host: localhost', 'Host: evil.example'), 403],
  ['an absolute target', handshake().replace('/stream', 'http://localhost/stream'), 404],
])('a handshake with %s costs only itself', async (_, bytes, status) => {
  const peer = await RawPeer.connect(port);
  peer.write(bytes);
  await peer.closed;
  expect(peer.status).toBe(status);
  expect((await shake(port)).status).toBe(101);
});

it('E-1: a gateway that ends closes connections with 1001, cuts off who does not answer, and frees the port', async () => {
  const polite = new WebSocket(`ws://127.0.0.1:${port}/stream`, json);
  await once(polite, 'open');
  const silent = await RawPeer.opened(port);
  const farewell = once(polite, 'close');
  await made.gateway.close();
  expect((await farewell)[0]).toBe(1001);
  expect(await silent.closeCode()).toBe(1001);
  await silent.closed;
  made = await testGateway({ port });
  expect(made.gateway.port).toBe(port);
});
