/** Tokens over real sockets: shown in each way, what they open, and that nobody says them again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SUBPROTOCOLS, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import { SESSION_BODY_BYTES_MAX } from '../../server/base/config.ts';
import { jsonReply } from '../../server/gateway/route.ts';
import { newToken } from '../../server/gateway/tokens.ts';
import { ask, OPEN, shake, type TestGateway, testGateway } from '../support/gateway.ts';

const [view, upload] = [newToken(), newToken()];
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const session = { method: 'POST', path: '/api/session' } as const;

let made: TestGateway;
let port: number;
async function serve(tokens: { view: string | null; upload: string | null }, allowedOrigins: string[] = []) {
  made = await testGateway({
    access: { ...OPEN, allowedOrigins, tokens },
    routes: [
      ({ path }) => (path === '/api/runs' ? jsonReply([]) : null),
      ({ path }) => (path === '/readyz' || path === '/metrics' ? jsonReply({}) : null),
    ],
  });
  port = made.gateway.port;
}
const statusOf = async (path: string, headers = {}, method = 'GET') =>
  (await ask(port, path, { headers, method })).status;

/** The cookie that a session gives, as a browser sends it. */
async function cookieFor(token: string): Promise<{ cookie: string }> {
  const { headers } = await ask(port, session.path, { method: 'POST', headers: bearer(token) });
  return { cookie: String(headers['set-cookie']).split(';', 1)[0] };
}

beforeEach(() => serve({ view, upload }));
afterEach(() => made.gateway.close());

describe('without a token', () => {
  it('T-1: all but health, readiness and the dashboard’s own files is refused with 401', async () => {
    for (const path of ['/healthz', '/readyz', '/', '/index.html', '/assets/main.js'])
      expect([path, await statusOf(path)]).toEqual([path, 200]);
    for (const path of ['/api/runs', '/api/none', '/api', '/metrics', '/stream', '/none', '/%61pi/runs']) {
      const answer = await ask(port, path);
      expect([path, answer.status, answer.headers['www-authenticate']]).toEqual([path, 401, 'Bearer']);
    }
    const handshake = await shake(port);
    expect([handshake.status, handshake.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect((await shake(port, undefined, {}, '/elsewhere')).status).toBe(401);
  });

  it('T-1: a token that is wrong, or in the address, is none', async () => {
    expect(await statusOf('/api/runs', bearer(newToken()))).toBe(401);
    expect(await statusOf(`/api/runs?token=${view}`)).toBe(401);
    expect((await shake(port, [SUBPROTOCOLS.json, `${TOKEN_SUBPROTOCOL_PREFIX}${newToken()}`])).status).toBe(
      401,
    );
    expect((await shake(port, undefined, {}, `/stream?token=${view}`)).status).toBe(401);
  });

  it('T-1: a server that has none is open for looking on', async () => {
    await made.gateway.close();
    await serve({ view: null, upload: null });
    expect(await statusOf('/api/runs')).toBe(200);
    expect((await shake(port)).status).toBe(101);
  });
});

describe('a token', () => {
  it('T-2: is taken as Bearer, as a cookie, and as a sub-protocol that is not said back', async () => {
    const cookie = await cookieFor(view);
    const asProtocol = [`${TOKEN_SUBPROTOCOL_PREFIX}${view}`, SUBPROTOCOLS.json];
    expect(await statusOf('/api/runs', bearer(view))).toBe(200);
    expect(await statusOf('/api/runs', cookie)).toBe(200);
    expect((await shake(port, undefined, { headers: bearer(view) })).status).toBe(101);
    expect((await shake(port, undefined, { headers: cookie })).status).toBe(101);
    const shaken = await shake(port, asProtocol);
    expect([shaken.status, shaken.headers['sec-websocket-protocol']]).toEqual([101, SUBPROTOCOLS.json]);
    expect((await shake(port, [`${TOKEN_SUBPROTOCOL_PREFIX}${view}`])).status).toBe(400);
  });

  it('T-2: in the body of a session gives the same cookie, which outlives the server', async () => {
    const { status, headers } = await ask(port, session.path, {
      method: 'POST',
      body: JSON.stringify({ token: view }),
    });
    const cookie = String(headers['set-cookie']);
    expect(status).toBe(204);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/; Max-Age=2592000$/);
    expect(cookie.startsWith((await cookieFor(view)).cookie)).toBe(true);
    await made.gateway.close();
    await serve({ view, upload });
    expect(await statusOf('/api/runs', { cookie: cookie.split(';', 1)[0] })).toBe(200);
    await made.gateway.close();
    await serve({ view: newToken(), upload });
    expect(await statusOf('/api/runs', { cookie: cookie.split(';', 1)[0] })).toBe(401);
  });

  it('T-2: gives a cookie for https only where the proxy says https', async () => {
    const over = async (proto: string) =>
      String(
        (
          await ask(port, session.path, {
            method: 'POST',
            headers: { ...bearer(view), 'x-forwarded-proto': proto },
          })
        ).headers['set-cookie'],
      ).endsWith('; Secure');
    expect([await over('https'), await over('https, http'), await over('http')]).toEqual([true, true, false]);
  });

  it('T-2: a session wants a token itself: a cookie, nothing or nonsense does not do', async () => {
    const post = (headers: Record<string, string>, body?: string) =>
      ask(port, session.path, { method: 'POST', headers, body });
    expect(await post(bearer('wrong'))).toMatchObject({ status: 401 });
    expect(await post({}, JSON.stringify({ token: newToken() }))).toMatchObject({ status: 401 });
    for (const body of ['', 'x', '{}', '{"token":1}', 'null', view])
      expect(await post(await cookieFor(view), body)).toMatchObject({ status: 400 });
    expect(await post({}, ' '.repeat(SESSION_BODY_BYTES_MAX + 1))).toMatchObject({ status: 413 });
    await made.gateway.close();
    await serve({ view: null, upload: null });
    const needless = await post({}, JSON.stringify({ token: view }));
    expect([needless.status, needless.headers['set-cookie']]).toEqual([204, undefined]);
  });

  it('T-4: shown by a page of another origin is judged the same, and sets no cookie', async () => {
    const from = (headers: Record<string, string>, body?: string) =>
      ask(port, session.path, {
        method: 'POST',
        headers: { ...headers, origin: 'http://lab.example' },
        body,
      });
    const answers = [
      await from(bearer(view)),
      await from(bearer(newToken())),
      // A token in the body would need the origin to be accepted before it is read.
      await from({}, JSON.stringify({ token: view })),
    ];
    await made.gateway.close();
    await serve({ view: null, upload });
    answers.push(await from({}, JSON.stringify({ token: upload })));
    await made.gateway.close();
    await serve({ view, upload }, ['http://lab.example']);
    answers.push(await from({}, JSON.stringify({ token: view })));
    answers.push(await from({}, JSON.stringify({ token: newToken() })));
    expect(answers.map(({ status }) => status)).toEqual([204, 401, 401, 403, 204, 401]);
    expect(answers.filter(({ headers }) => headers['set-cookie'] !== undefined)).toEqual([]);
    const own = await ask(port, session.path, {
      method: 'POST',
      headers: { ...bearer(view), origin: `http://127.0.0.1:${port}` },
    });
    expect([own.status, own.headers['set-cookie']?.length]).toEqual([204, 1]);
  });

  it('T-3: for viewing reads and nothing else; the one for uploads may both', async () => {
    const [asViewer, asUploader] = [await cookieFor(view), await cookieFor(upload)];
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS']) {
      expect([method, await statusOf('/api/runs', {}, method)]).toEqual([method, 401]);
      for (const shown of [bearer(view), asViewer])
        expect([method, await statusOf('/api/runs', shown, method)]).toEqual([method, 403]);
      for (const path of ['/%61pi/runs', '/api'])
        expect([path, await statusOf(path, bearer(view), method)]).toEqual([path, 403]);
    }
    for (const method of ['GET', 'HEAD'])
      for (const shown of [bearer(view), asViewer, bearer(upload), asUploader])
        expect([method, await statusOf('/api/runs', shown, method)]).toEqual([method, 200]);
    // No route takes uploads yet; whoever may gets as far as that.
    for (const shown of [bearer(upload), asUploader])
      expect(await ask(port, '/api/none', { method: 'PUT', headers: shown })).toMatchObject({
        status: 404,
        body: 'no such route: /api/none\n',
      });
    expect((await shake(port, undefined, { headers: bearer(upload) })).status).toBe(101);
  });

  it('T-3: for uploads that the server does not have is refused to all, in words', async () => {
    for (const tokens of [
      { view, upload: null },
      { view: null, upload: null },
    ]) {
      await made.gateway.close();
      await serve(tokens);
      expect(await ask(port, '/api/runs', { method: 'PUT', headers: bearer(view) })).toMatchObject({
        status: 403,
        body: 'this server takes no uploads: it was started without a token for them\n',
      });
    }
    expect(await statusOf('/api/runs', {}, 'PUT')).toBe(403);
  });

  it('T-2: is in no log and no answer, wherever it was put', async () => {
    const answers = await Promise.all([
      ask(port, '/api/runs', { headers: { ...bearer(view), host: 'rebound.example' } }),
      ask(port, '/api/runs', { headers: { ...bearer(`${view}x`), origin: 'http://evil.example' } }),
      ask(port, '/api/runs', { headers: { ...bearer(view), origin: 'nonsense' } }),
      ask(port, '/api/runs', { method: 'PUT', headers: bearer(view) }),
      ask(port, `/api/runs?token=${view}`),
      ask(port, `/api/${view}`),
      ask(port, '/api/runs', { headers: { authorization: view } }),
      ask(port, session.path, { method: 'POST', body: `{"token":"${view}` }),
      ask(port, session.path, { method: 'POST', body: JSON.stringify({ token: `${view}x` }) }),
      ask(port, session.path, { method: 'POST', headers: bearer(view) }),
      shake(port, ['phasewatch.v0', `${TOKEN_SUBPROTOCOL_PREFIX}${view}`]),
      shake(port, [SUBPROTOCOLS.json, `${TOKEN_SUBPROTOCOL_PREFIX}${view}`]),
      shake(port, undefined, {}, `/stream?token=${view}`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      403, 401, 403, 403, 401, 401, 401, 400, 401, 204, 400, 101, 401,
    ]);
    expect(JSON.stringify(answers)).not.toContain(view);
    expect(made.logged.length).toBeGreaterThan(5);
    expect(JSON.stringify(made.logged)).not.toContain(view);
  });
});
