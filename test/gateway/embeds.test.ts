/** Embed pages: where they are, and who may frame them (SPEC.md, H-10). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Access } from '../../server/gateway/access.ts';
import { WIDGETS } from '../../server/gateway/embeds.ts';
import type { Gateway } from '../../server/gateway/gateway.ts';
import { type Answer, ask, OPEN, testGateway, testSite } from '../support/gateway.ts';

const TOKEN = 'view-token-0123456789';
const EVIL = { origin: 'http://evil.example' };
const LOOPBACK = 'http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*';
const KNOWN =
  'expected /embed/ and one of graph, matrix, chart, phases, roles, status, diff, app, metrics, checkpoints, scrubber, got';

let gateway: Gateway;
afterEach(() => gateway.close());

async function serve(access: Partial<Access> = {}, site = siteWithEmbeds()): Promise<number> {
  gateway = (await testGateway({ site, access: { ...OPEN, ...access } })).gateway;
  return gateway.port;
}

function siteWithEmbeds(): string {
  const site = testSite();
  mkdirSync(join(site, 'embed'));
  writeFileSync(join(site, 'embed', 'index.html'), '<title>widget</title>');
  writeFileSync(join(site, 'embed.js'), 'embed()');
  return site;
}

function ancestorsOf({ headers }: Answer): string | undefined {
  return /frame-ancestors ([^;]*)/.exec(String(headers['content-security-policy']))?.[1];
}

describe('an embed page', () => {
  it('H-10: is the same file for every widget, and may be asked for again', async () => {
    const port = await serve();
    for (const widget of WIDGETS) {
      const page = await ask(port, `/embed/${widget}?run=a`);
      expect(page).toMatchObject({ status: 200, body: '<title>widget</title>' });
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      const held = { 'if-none-match': String(page.headers.etag) };
      const again = await ask(port, `/embed/${widget}`, { headers: held });
      expect([again.status, ancestorsOf(again)]).toEqual([304, ancestorsOf(page)]);
    }
    expect(await ask(port, '/embed/graph', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect((await ask(port, '/embed/graph', { method: 'POST' })).status).toBe(405);
    expect((await ask(port, '/embed.js')).body).toBe('embed()');
  });

  it.each(['', 'grpah', 'Graph', 'index.html', '%2e%2e', 'constructor'])(
    'H-10: of the name "%s" is none, and the names there are are said',
    async (name) => {
      const port = await serve();
      const answer = await ask(port, `/embed/${name}`);
      expect(answer).toMatchObject({
        status: 404,
        body: `${KNOWN} "${decodeURIComponent(name)}"\n`,
      });
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    },
  );

  it('H-10: ends with its name', async () => {
    const port = await serve();
    expect((await ask(port, '/embed')).body).toBe(`${KNOWN} ""\n`);
    for (const path of ['/embed/graph/', '/embed/graph/x'])
      expect([path, (await ask(port, path)).status]).toEqual([path, 404]);
  });

  it('H-10: that was not built is missing in words', async () => {
    const port = await serve({}, testSite());
    expect(await ask(port, '/embed/graph')).toMatchObject({
      status: 404,
      body: 'this dashboard was built without embed pages; npm run build makes them\n',
    });
  });

  it('H-10: needs no token and no accepted origin: it shows nothing by itself', async () => {
    const port = await serve({ host: '0.0.0.0', tokens: { view: TOKEN, upload: null } });
    for (const headers of [{}, EVIL]) {
      expect((await ask(port, '/embed/graph', { headers })).status).toBe(200);
      expect((await ask(port, '/embed/none', { headers })).status).toBe(404);
      expect((await ask(port, '/api/runs', { headers })).status).toBe(401);
    }
  });
});

describe('a frame', () => {
  it.each<[string, Partial<Access>, Record<string, string>, string]>([
    ['on this machine', {}, {}, `'self' ${LOOPBACK}`],
    ['beyond it', { host: '0.0.0.0' }, {}, "'self'"],
    ['behind a proxy', { allowedHosts: ['watch.example'] }, { host: 'watch.example' }, "'self'"],
    [
      'for allowed origins',
      { host: '0.0.0.0', allowedOrigins: ['https://lab.example:8443', 'null'] },
      {},
      "'self' https://lab.example:8443",
    ],
    ['for any', { allowedOrigins: ['*'] }, {}, `'self' * ${LOOPBACK}`],
  ])('H-10: %s is around embed pages alone', async (_, access, headers, ancestors) => {
    const port = await serve(access);
    for (const path of ['/embed/graph', '/embed/none'])
      expect([path, ancestorsOf(await ask(port, path, { headers }))]).toEqual([path, ancestors]);
    for (const path of ['/', '/index.html', '/embed.js', '/api/none', '/healthz', '/none', '/embed/graph/x'])
      expect([path, ancestorsOf(await ask(port, path, { headers }))]).toEqual([path, "'none'"]);
  });

  it('H-10: loosens nothing else of the policy', async () => {
    const port = await serve();
    const [page, embed] = [await ask(port, '/'), await ask(port, '/embed/graph')];
    const policyOf = ({ headers }: Answer) => String(headers['content-security-policy']);
    expect(policyOf(embed).replace(/frame-ancestors [^;]*/, "frame-ancestors 'none'")).toBe(policyOf(page));
    expect(policyOf(embed)).toContain(`connect-src 'self' ws://127.0.0.1:${port} wss://127.0.0.1:${port};`);
  });
});
