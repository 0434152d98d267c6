/** Who is answered, over real sockets: origins × what is shown × how the server was started (SPEC.md, H-6 and T-4). */
import { afterEach, describe, expect, it } from 'vitest';
import { SUBPROTOCOLS, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import type { Access } from '../../server/gateway/access.ts';
import { jsonReply } from '../../server/gateway/route.ts';
import { sessionCookie } from '../../server/gateway/tokens.ts';
import { ask, OPEN, shake, type TestGateway, testGateway } from '../support/gateway.ts';

const [VIEW, UPLOAD] = ['view-token-0123456789', 'upload-token-0123456789'];
const LAB = 'https://lab.example';
const JUPYTER = 'http://localhost:8888';
const EVIL = 'http://evil.example';
const OWN = 'own';
const BEYOND = { host: '0.0.0.0' };
const VIEWED = { tokens: { view: VIEW, upload: null } };
const UPLOADED = { tokens: { view: null, upload: UPLOAD } };

type Shown = 'nothing' | 'view' | 'upload' | 'wrong' | 'cookie';

let made: TestGateway | null = null;
afterEach(async () => {
  await made?.gateway.close();
  made = null;
});

async function serve(access: Partial<Access>): Promise<number> {
  made = await testGateway({
    access: { ...OPEN, ...access },
    routes: [({ path }) => (['/api/runs', '/readyz', '/metrics'].includes(path) ? jsonReply([]) : null)],
  });
  return made.gateway.port;
}

function tokenOf(shown: Shown): string | null {
  if (shown === 'view') return VIEW;
  if (shown === 'upload') return UPLOAD;
  return shown === 'wrong' ? `${VIEW}x` : null;
}

/** Statuses of the API and of a handshake, which shows its token as a sub-protocol, as browsers do. */
async function statuses(port: number, origin: string | null, shown: Shown): Promise<[number, number]> {
  const token = tokenOf(shown);
  const from = {
    ...(origin !== null && { origin: origin === OWN ? `http://127.0.0.1:${port}` : origin }),
    ...(shown === 'cookie' && { cookie: sessionCookie(VIEW, false).split(';', 1)[0] }),
  };
  const { status } = await ask(port, '/api/runs', {
    headers: { ...from, ...(token !== null && { authorization: `Bearer ${token}` }) },
  });
  const offered = [SUBPROTOCOLS.json, ...(token === null ? [] : [`${TOKEN_SUBPROTOCOL_PREFIX}${token}`])];
  return [status, (await shake(port, offered, { headers: from })).status];
}

describe('on this machine without a token', () => {
  it.each([
    // origin, --allow-origin, status
    [null, [], 200],
    [OWN, [], 200],
    [JUPYTER, [], 200],
    ['https://127.0.0.1:3000', [], 200],
    ['http://[::1]:3000', [], 200],
    [LAB, [], 403],
    [EVIL, [], 403],
    ['null', [], 403],
    ['file://', [], 403],
    ['http://localhost:4000.evil.example', [], 403],
    ['nonsense', ['*'], 403],
    ['', ['*'], 403],
    [LAB, [LAB], 200],
    ['https://LAB.example', [LAB], 200],
    ['http://lab.example', [LAB], 403],
    ['https://lab.example:8443', [LAB], 403],
    [EVIL, [LAB, 'null'], 403],
    ['null', [LAB, 'null'], 200],
    ['file://', ['null'], 200],
    [EVIL, ['*'], 200],
    ['null', ['*'], 200],
  ])(
    'H-6: an Origin %s is answered, where %o are allowed, with %d',
    async (origin, allowedOrigins, status) => {
      const port = await serve({ allowedOrigins });
      // There is no token that could be valid.
      for (const shown of ['nothing', 'view'] as const)
        expect(await statuses(port, origin, shown)).toEqual([status, status === 200 ? 101 : status]);
    },
  );

  it('H-6: a loopback Origin is another site where the server is asked for by another name', async () => {
    const port = await serve({ allowedHosts: ['watch.example'] });
    const status = async (host: string) =>
      (await ask(port, '/api/runs', { headers: { host, origin: JUPYTER } })).status;
    expect([await status('localhost:4747'), await status('watch.example')]).toEqual([200, 403]);
  });
});

describe('beyond this machine', () => {
  it('H-6: without a token loopback origins are other sites too', async () => {
    const port = await serve({ ...BEYOND, allowedOrigins: [LAB] });
    expect(await statuses(port, JUPYTER, 'nothing')).toEqual([403, 403]);
    expect(await statuses(port, LAB, 'nothing')).toEqual([200, 101]);
    expect(await statuses(port, OWN, 'nothing')).toEqual([200, 101]);
  });
});

describe.each([
  ['on this machine', OPEN],
  ['beyond it', BEYOND],
])('a token %s', (_, address) => {
  it.each([
    [null, [200, 200, 401, 401]],
    [OWN, [200, 200, 401, 401]],
    [JUPYTER, [200, 401, 401, 401]],
    [LAB, [200, 401, 401, 401]],
    [EVIL, [200, 401, 401, 401]],
    ['null', [200, 401, 401, 401]],
  ] as const)(
    'T-4: from %s opens when it is shown, as a cookie only to no page or the server’s own',
    async (origin, expected) => {
      // Whether or not the origin is allowed besides.
      for (const allowedOrigins of [[], ['*'], [LAB]]) {
        const port = await serve({ ...address, ...VIEWED, allowedOrigins });
        const got = [];
        for (const shown of ['view', 'cookie', 'wrong', 'nothing'] as const)
          got.push(await statuses(port, origin, shown));
        expect(got).toEqual(expected.map((status) => [status, status === 200 ? 101 : status]));
        await made?.gateway.close();
      }
    },
  );

  it('H-6: for uploads alone, shown, makes any page one that may look on', async () => {
    const port = await serve({ ...address, ...UPLOADED });
    expect(await statuses(port, EVIL, 'upload')).toEqual([200, 101]);
    expect(await statuses(port, EVIL, 'nothing')).toEqual([403, 403]);
    expect(await statuses(port, OWN, 'nothing')).toEqual([200, 101]);
  });
});

it('H-6: health, readiness and metrics are as closed to other sites as all else', async () => {
  const paths = ['/healthz', '/readyz', '/metrics', '/api/none', '/none'];
  const got = async (port: number, headers: Record<string, string>) =>
    Promise.all(paths.map(async (path) => (await ask(port, path, { headers })).status));
  const open = await serve({});
  expect(await got(open, { origin: EVIL })).toEqual([403, 403, 403, 403, 403]);
  expect(await got(open, { origin: JUPYTER })).toEqual([200, 200, 200, 404, 404]);
  await made?.gateway.close();
  const viewed = await serve(VIEWED);
  expect(await got(viewed, { origin: EVIL })).toEqual([401, 401, 401, 401, 401]);
  expect(await got(viewed, { origin: JUPYTER })).toEqual([200, 200, 401, 401, 401]);
  expect(await got(viewed, { origin: EVIL, authorization: `Bearer ${VIEW}` })).toEqual([
    200, 200, 200, 404, 404,
  ]);
});

it('H-6: a refused Origin is said, with the words that would allow it, to the page’s owner and in the log', async () => {
  const port = await serve({});
  const sentence = `expected an Origin that this server allows, got "${EVIL}"; start it with --allow-origin ${EVIL} to allow that one`;
  expect((await ask(port, '/api/runs', { headers: { origin: EVIL } })).body).toBe(`${sentence}\n`);
  expect(await shake(port, undefined, { headers: { origin: EVIL } })).toMatchObject({
    body: `${sentence}\n`,
  });
  expect(made?.logged).toEqual(
    Array.from({ length: 2 }, () => [
      'refused',
      { status: 403, peer: '127.0.0.1', reason: sentence, leftOut: 0 },
    ]),
  );
});

it('H-6: no method opens what a GET does not', async () => {
  const port = await serve({});
  for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
    for (const path of ['/api/runs', '/api/session', '/none', '/metrics'])
      expect([method, path, (await ask(port, path, { method, headers: { origin: EVIL } })).status]).toEqual([
        method,
        path,
        403,
      ]);
});
