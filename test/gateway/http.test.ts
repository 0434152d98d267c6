/** HTTP at the gateway: other people's routes, the site, headers, and what breaks nothing. */
import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Gateway } from '../../server/gateway/gateway.ts';
import { cached, jsonReply, type Route, textReply } from '../../server/gateway/route.ts';
import { ask, testGateway, testSite } from '../support/gateway.ts';
import { RawPeer } from '../support/raw-peer.ts';

let gateway: Gateway;
afterEach(() => gateway.close());

async function serving(...routes: Route[]) {
  const made = await testGateway({ routes });
  gateway = made.gateway;
  return { port: gateway.port, logged: made.logged };
}

describe('a route', () => {
  const graphs: Route = (request) =>
    request.segments[1] === 'graphs'
      ? cached(request, 'v1', () =>
          jsonReply({ of: request.segments[2], branch: request.query.get('branch') }),
        )
      : null;

  it('is asked in turn, and answers with an ETag, for HEAD without the body', async () => {
    const { port } = await serving(
      () => null,
      graphs,
      () => textReply(418, 'never asked'),
    );
    const first = await ask(port, '/api/graphs/a%20b?branch=2');
    expect(first).toMatchObject({ status: 200, body: '{"of":"a b","branch":"2"}' });
    expect(first.headers['content-type']).toBe('application/json; charset=utf-8');
    const head = await ask(port, '/api/graphs/a%20b?branch=2', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe(first.headers['content-length']);
    const again = await ask(port, '/api/graphs/a', {
      headers: { 'if-none-match': String(first.headers.etag) },
    });
    expect(again).toMatchObject({ status: 304, body: '' });
    expect(again.headers.etag).toBe(first.headers.etag);
  });

  it('that throws costs one 500, says nothing of the inside, and the server goes on', async () => {
    const { port, logged } = await serving(({ segments }) => {
      if (segments[1] === 'now') throw new Error('inside');
      return segments[1] === 'later' ? Promise.reject(new Error('deep inside')) : null;
    });
    for (const path of ['/api/now', '/api/later'])
      expect(await ask(port, path)).toMatchObject({
        status: 500,
        body: 'the server failed at this request; its log says why\n',
      });
    expect(logged).toEqual([
      ['route-failed', { message: 'inside' }],
      ['route-failed', { message: 'deep inside' }],
    ]);
    expect((await ask(port, '/healthz')).status).toBe(200);
  });

  it('is there or not: 404 in words', async () => {
    const { port } = await serving();
    expect(await ask(port, '/api/none?x')).toMatchObject({ status: 404, body: 'no such route: /api/none\n' });
    expect(await ask(port, '/none')).toMatchObject({
      status: 404,
      body: 'no such page: /none; the dashboard is at /\n',
    });
  });

  it('is asked once for a peer that sends many requests and reads nothing, and answers all when it reads', async () => {
    // More than the sockets' buffers hold.
    const built = vi.fn(() => ({
      status: 200,
      headers: {},
      body: 'x'.repeat(16 * 2 ** 20),
      contentType: 'text/plain',
    }));
    const { port } = await serving(({ path }) => (path === '/api/large' ? built() : null));
    const peer = await RawPeer.connect(port);
    peer.socket.pause();
    peer.write('GET /api/large HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
    await vi.waitFor(() => expect(built).toHaveBeenCalled());
    // Another peer's whole request goes by meanwhile.
    await ask(port, '/healthz');
    expect(built).toHaveBeenCalledTimes(1);
    let bytes = 0;
    peer.socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    peer.socket.resume();
    await vi.waitFor(() => expect(bytes).toBeGreaterThan(3 * 16 * 2 ** 20), 10_000);
    expect(built).toHaveBeenCalledTimes(3);
    peer.socket.destroy();
  });
});

describe('the server', () => {
  it('H-1: says that it is well, kept by nobody', async () => {
    const { port } = await serving();
    const answer = await ask(port, '/healthz');
    expect(answer).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('sends a strict policy with everything, with the WebSocket addresses of its own host only', async () => {
    const { port } = await serving();
    for (const path of ['/', '/api/none', '/healthz']) {
      const { headers } = await ask(port, path, { headers: { host: 'LocalHost:4000' } });
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
          "connect-src 'self' ws://localhost:4000 wss://localhost:4000; " +
          "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      );
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        // Files of the site are for any page (H-9).
        'cross-origin-resource-policy': path === '/' ? 'cross-origin' : 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      });
      expect(headers['permissions-policy']).toContain('camera=()');
    }
    const injected = await ask(port, '/', { headers: { host: "localhost; script-src 'unsafe-inline'" } });
    expect(injected.status).toBe(403);
    expect(injected.headers['content-security-policy']).not.toContain('unsafe');
  });

  it('answers another method with 405 and the right ones', async () => {
    const { port } = await serving();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      const answer = await ask(port, '/', { method });
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
  });
});

describe('the site', () => {
  it('is served with an ETag, and its page at /', async () => {
    const { port } = await serving();
    const page = await ask(port, '/?x');
    expect(page).toMatchObject({ status: 200, body: '<title>dashboard</title>' });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await ask(port, '/assets/main.js')).headers['content-type']).toBe(
      'text/javascript; charset=utf-8',
    );
    const held = { 'if-none-match': String(page.headers.etag) };
    expect(await ask(port, '/', { headers: held })).toMatchObject({ status: 304, body: '' });
    expect(await ask(port, '/assets/main.js', { headers: held })).toMatchObject({
      status: 200,
      body: 'run()',
    });
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/%252e%252e/secret.txt',
    '/assets/../index.html',
    '//secret.txt',
    '//evil.example/index.html',
    '/index.html%00',
    '/index.html%00.txt',
    '/link.txt',
    '/.env.txt',
    '/%2eenv.txt',
    '/.git/config.txt',
    '/assets',
    '/assets/',
    '/%c0%ae%c0%ae/secret.txt',
    '/%',
  ])('holds nothing at %s', async (path) => {
    const { port } = await serving();
    const answer = await ask(port, path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toMatch(/secret\n|dashboard</);
  });

  it.each(['http://evil.example/index.html', 'http://localhost/', '*', 'index.html'])(
    'is not found under the target %s',
    async (target) => {
      const { port } = await serving();
      const peer = await RawPeer.connect(port);
      peer.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      await peer.closed;
      expect(peer.status).toBe(400);
    },
  );

  it('is whole though a Range ends before it begins, and though its files are gone', async () => {
    const site = testSite();
    const made = await testGateway({ site });
    gateway = made.gateway;
    const range = { range: 'bytes=3-1' };
    rmSync(site, { recursive: true });
    expect(await ask(gateway.port, '/assets/main.js', { headers: range })).toMatchObject({
      status: 200,
      body: 'run()',
    });
  });
});
