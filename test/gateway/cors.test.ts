/** Which answers browsers hand to pages of other origins, and what they ask before (SPEC.md, H-7 to H-9). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../../server/gateway/access.ts';
import { cached, jsonReply } from '../../server/gateway/route.ts';
import { type Answer, ask, OPEN, type TestGateway, testGateway } from '../support/gateway.ts';

const TOKEN = 'view-token-0123456789';
const JUPYTER = 'http://localhost:8888';
const EVIL = 'http://evil.example';
const VIEWED = { tokens: { view: TOKEN, upload: null } };
const UPLOADED = { tokens: { view: null, upload: TOKEN } };

let made: TestGateway;
let port: number;
async function serve(access: Partial<Access> = {}) {
  made = await testGateway({
    access: { ...OPEN, ...access },
    routes: [
      (request) => {
        if (request.path === '/api/broken') throw new Error('inside');
        return request.path === '/api/runs' ? cached(request, 'v1', () => jsonReply([])) : null;
      },
    ],
  });
  port = made.gateway.port;
}
async function serveAnew(access: Partial<Access>) {
  await made.gateway.close();
  await serve(access);
}
beforeEach(() => serve());
afterEach(() => made.gateway.close());

/** What a browser goes by. */
const corsOf = ({ headers }: Answer) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  );
const READABLE = (origin: string) => ({
  vary: 'Origin',
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'etag, retry-after',
});
const CLOSED = { vary: 'Origin' };

describe('an answer', () => {
  it('H-7: of any status is readable from an accepted origin, which is said back as it came', async () => {
    const etag = String((await ask(port, '/api/runs')).headers.etag);
    for (const [path, more, status] of [
      ['/api/runs', {}, 200],
      ['/api/runs', { 'if-none-match': etag }, 304],
      ['/healthz', {}, 200],
      ['/api/none', {}, 404],
      ['/api/broken', {}, 500],
    ] as const) {
      const answer = await ask(port, path, { headers: { ...more, origin: 'http://LocalHost:8888' } });
      expect([path, answer.status, corsOf(answer)]).toEqual([
        path,
        status,
        READABLE('http://LocalHost:8888'),
      ]);
      expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
    }
    await serveAnew({ allowedOrigins: ['*'] });
    for (const origin of ['null', 'https://lab.example'])
      expect(corsOf(await ask(port, '/api/runs', { headers: { origin } }))).toEqual(READABLE(origin));
  });

  it('H-7: is as it was for the server’s own pages and for what is no page', async () => {
    expect(corsOf(await ask(port, '/api/runs'))).toEqual(CLOSED);
    for (const origin of [`http://127.0.0.1:${port}`, `https://127.0.0.1:${port}`])
      expect(corsOf(await ask(port, '/api/runs', { headers: { origin } }))).toEqual(CLOSED);
  });

  it('H-7: is not readable from an origin that is not accepted, nor where Host or Origin are none of ours', async () => {
    const rebound: Record<string, string> = { origin: EVIL, host: 'rebound.example' };
    for (const headers of [{ origin: EVIL }, { origin: 'nonsense' }, rebound])
      for (const path of ['/api/runs', '/healthz', '/none']) {
        const answer = await ask(port, path, { headers });
        expect([answer.status, corsOf(answer)]).toEqual([403, CLOSED]);
      }
  });

  it('H-7: that asks for a token is readable from any origin, and one to a token shown', async () => {
    await serveAnew(VIEWED);
    for (const origin of [EVIL, JUPYTER, 'null']) {
      const asked = await ask(port, '/api/runs', { headers: { origin } });
      expect([asked.status, corsOf(asked)]).toEqual([401, READABLE(origin)]);
      expect(asked.body).not.toContain(TOKEN);
      const shown = await ask(port, '/api/runs', { headers: { origin, authorization: `Bearer ${TOKEN}` } });
      expect([shown.status, corsOf(shown)]).toEqual([200, READABLE(origin)]);
    }
    const rebound = { origin: EVIL, host: 'rebound.example', authorization: `Bearer ${TOKEN}` };
    expect(corsOf(await ask(port, '/api/runs', { headers: rebound }))).toEqual(CLOSED);
  });
});

describe('a preflight', () => {
  const asking = (origin: string, more = {}) => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET', ...more },
  });
  const ALLOWED = (origin: string) => ({
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, HEAD, POST, PUT',
    'access-control-allow-headers': 'authorization, content-digest, content-type, if-none-match',
    'access-control-max-age': '600',
  });

  it('H-8: of an accepted origin is answered with 204 and what is allowed, of another with 403 and nothing', async () => {
    for (const path of ['/api/runs', '/api/session', '/metrics', '/readyz', '/']) {
      const answer = await ask(port, path, asking(JUPYTER));
      expect([path, answer.status, answer.body, corsOf(answer)]).toEqual([path, 204, '', ALLOWED(JUPYTER)]);
      const refused = await ask(port, path, asking(EVIL));
      expect([path, refused.status, corsOf(refused)]).toEqual([path, 403, CLOSED]);
    }
    expect((await ask(port, '/api/runs', asking('nonsense'))).status).toBe(403);
  });

  it.each([
    ['to view', VIEWED, 401],
    ['to upload', UPLOADED, 403],
  ])('H-8: is answered for every origin where there is a token %s to show', async (_, tokens, unshown) => {
    await serveAnew(tokens);
    for (const origin of [EVIL, JUPYTER, 'null']) {
      const answer = await ask(port, '/api/runs', asking(origin));
      expect([answer.status, corsOf(answer)]).toEqual([204, ALLOWED(origin)]);
    }
    expect((await ask(port, '/api/runs', { headers: { origin: EVIL } })).status).toBe(unshown);
    expect(corsOf(await ask(port, '/api/runs', asking(EVIL, { host: 'rebound.example' })))).toEqual(CLOSED);
  });

  it('H-8: from a public page allows this private network where it is answered, and only when asked', async () => {
    const asked = { 'access-control-request-private-network': 'true' };
    const granted = async (origin: string, more: Record<string, string>) =>
      (await ask(port, '/api/runs', asking(origin, more))).headers['access-control-allow-private-network'];
    expect([await granted(JUPYTER, asked), await granted(JUPYTER, {}), await granted(EVIL, asked)]).toEqual([
      'true',
      undefined,
      undefined,
    ]);
  });

  it('H-8: is none without a method or an origin: OPTIONS is then as any other method', async () => {
    expect((await ask(port, '/api/runs', { method: 'OPTIONS', headers: { origin: JUPYTER } })).status).toBe(
      403,
    );
    expect((await ask(port, '/', { method: 'OPTIONS', headers: { origin: JUPYTER } })).status).toBe(405);
    const method = { 'access-control-request-method': 'GET' };
    expect((await ask(port, '/', { method: 'OPTIONS', headers: method })).status).toBe(405);
  });
});

describe('a file of the site', () => {
  it('H-9: is for any page, with the same headers whatever the origin, with a token and without', async () => {
    for (const access of [{}, VIEWED, { host: '0.0.0.0', ...VIEWED }]) {
      await serveAnew(access);
      const etag = String((await ask(port, '/assets/main.js')).headers.etag);
      for (const [origin, more, status] of [
        [EVIL, {}, 200],
        [JUPYTER, {}, 200],
        ['null', {}, 200],
        [`http://127.0.0.1:${port}`, {}, 200],
        [EVIL, { 'if-none-match': etag }, 304],
      ] as const) {
        const answer = await ask(port, '/assets/main.js', { headers: { ...more, origin } });
        expect([origin, answer.status, corsOf(answer)]).toEqual([
          origin,
          status,
          { 'access-control-allow-origin': '*' },
        ]);
        expect(answer.headers['cross-origin-resource-policy']).toBe('cross-origin');
      }
      expect((await ask(port, '/assets/main.js')).headers['access-control-allow-origin']).toBe('*');
    }
    expect(made.logged).toEqual([]);
  });
});
