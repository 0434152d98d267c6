/** Peers that send too much, too slowly, or do not take what they asked for. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HTTP_HEADER_BYTES_MAX } from '../../server/base/config.ts';
import { ask, type TestGateway, testGateway } from '../support/gateway.ts';
import { RawPeer } from '../support/raw-peer.ts';

const GET = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';
const body = 'x'.repeat(32 * 2 ** 20);

let made: TestGateway;
let port: number;
beforeEach(async () => {
  made = await testGateway({
    patience: { requestMillis: 300, checkMillis: 20, idleMillis: 400 },
    routes: [
      ({ path }) =>
        path === '/api/large' ? { status: 200, headers: {}, body, contentType: 'text/plain' } : null,
    ],
  });
  port = made.gateway.port;
});
afterEach(async () => {
  expect((await ask(port, '/healthz')).status).toBe(200);
  await made.gateway.close();
});

describe('headers', () => {
  it('of more than 16 KiB get 431, in one or in many, in requests and handshakes', async () => {
    const large = `X: ${'x'.repeat(HTTP_HEADER_BYTES_MAX)}\r\n`;
    const many = Array.from({ length: 2_000 }, (_, index) => `X-${index}: xxxx\r\n`).join('');
    const path = GET.replace('/healthz', `/${'x'.repeat(HTTP_HEADER_BYTES_MAX)}`);
    for (const bytes of [
      GET + large,
      GET + many,
      path,
      `${GET}Connection: Upgrade\r\nUpgrade: websocket\r\n${large}`,
    ]) {
      const peer = await RawPeer.connect(port);
      peer.write(`${bytes}\r\n`);
      await peer.closed;
      expect(peer.status).toBe(431);
    }
  });

  it('that are none get 400', async () => {
    for (const bytes of [
      '\x16\x03\x01\x02\x00',
      'GET / HTTP/9.9\r\n\r\n',
      'nonsense\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
    ]) {
      const peer = await RawPeer.connect(port);
      peer.write(bytes);
      await peer.closed;
      expect(peer.status).toBe(400);
    }
  });
});

describe('a peer', () => {
  it('that sends its headers a byte at a time is cut off with 408', async () => {
    const peer = await RawPeer.connect(port);
    const bytes = [...GET, ...'X: '.padEnd(1_000_000, 'x')].values();
    const sending = setInterval(() => peer.write(bytes.next().value ?? ''), 10);
    await peer.closed;
    clearInterval(sending);
    expect(peer.status).toBe(408);
  });

  it('that sends nothing at all is cut off', async () => {
    const peer = await RawPeer.connect(port);
    await peer.closed;
    expect(peer.status).toBe(408);
  });

  it('that sends a body without end is answered at once and cut off', async () => {
    const peer = await RawPeer.connect(port);
    peer.write('PUT /api/runs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
    const sending = setInterval(() => peer.write('1\r\nx\r\n'), 10);
    await peer.until((text) => text.includes('\r\n\r\n'));
    expect(peer.status).toBe(403);
    await peer.closed;
    clearInterval(sending);
  });

  it('that promises a session’s body and does not send it is cut off', async () => {
    const peer = await RawPeer.connect(port);
    peer.write('POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n\r\n{');
    await peer.closed;
  });

  it('that does not take its answer is cut off, and the answer let go', async () => {
    const peer = await RawPeer.connect(port);
    peer.socket.pause();
    peer.write(GET.replace('/healthz', '/api/large').concat('\r\n'));
    // Who does not read learns of the end by writing; more seldom than the server's patience, which that renews.
    await vi.waitFor(
      () => {
        peer.write('\r\n');
        expect(peer.socket.destroyed).toBe(true);
      },
      { interval: 600, timeout: 10_000 },
    );
    expect(peer.received.length).toBeLessThan(body.length);
  });
});
