/**
 * Pages of other origins in a real browser: what it lets them load, read, connect to and frame (SPEC.md, H-6 to H-10).
 * The pages are served by this machine, as `localhost` and as `lab.localhost`: to the browser the latter is a loopback
 * address too, so that it asks nobody for leave to reach one, but to Phasewatch it is no loopback origin.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SUBPROTOCOLS, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import type { Access } from '../../server/gateway/access.ts';
import { cached, jsonReply } from '../../server/gateway/route.ts';
import { launchBrowser } from '../support/browser.ts';
import { OPEN, type TestGateway, testGateway, testSite } from '../support/gateway.ts';

const TOKEN = 'view-token-0123456789';
const VIEWED = { tokens: { view: TOKEN, upload: null } };

/** Answers `/?server=…` with a page that loads and frames from that server. */
const pages: Server = createServer(({ url = '/' }, response) => {
  const server = new URL(url, 'http://localhost').searchParams.get('server');
  response.setHeader('content-type', 'text/html');
  response.end(
    `<body><script type="module" src="${server}/embed.js"></script><iframe src="${server}/embed/graph"></iframe></body>`,
  );
});
const originOf = (name: string) => `http://${name}:${(pages.address() as AddressInfo).port}`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browser.close();
  pages.close();
});
let made: TestGateway;
afterEach(() => made.gateway.close());

async function serve(access: Partial<Access>): Promise<string> {
  const site = testSite();
  mkdirSync(join(site, 'embed'));
  writeFileSync(join(site, 'embed.js'), "document.body.dataset.script = 'ran';");
  writeFileSync(
    join(site, 'embed', 'index.html'),
    '<body>widget<script type="module" src="../embed.js"></script></body>',
  );
  made = await testGateway({
    site,
    access: { ...OPEN, ...access },
    routes: [
      (request) => (request.path === '/api/runs' ? cached(request, 'v1', () => jsonReply(['a'])) : null),
    ],
  });
  return `http://127.0.0.1:${made.gateway.port}`;
}

/** What a page of an origin gets of the server; the token is shown where there is one. */
async function visit(origin: string, server: string, token: string | null) {
  const page = await browser.newPage();
  await page.goto(`${origin}/?server=${server}`, { waitUntil: 'load' });
  const protocols = [SUBPROTOCOLS.json, ...(token === null ? [] : [`${TOKEN_SUBPROTOCOL_PREFIX}${token}`])];
  const got = await page.evaluate(
    async ({ server, token, protocols }) => {
      const headers = token === null ? undefined : { authorization: `Bearer ${token}` };
      const answer = await fetch(`${server}/api/runs`, { headers }).then(
        async (response) => [
          response.status,
          response.headers.get('etag') !== null,
          (await response.text()).length > 0,
        ],
        () => 'unreadable',
      );
      const stream = await new Promise((resolve) => {
        const socket = new WebSocket(`${server.replace('http', 'ws')}/stream`, protocols);
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      });
      return { script: document.body.dataset.script, answer, stream };
    },
    { server, token, protocols },
  );
  const frame = await page.frames()[1].evaluate(() => document.body.dataset.script ?? 'blocked');
  await page.close();
  return { ...got, frame };
}

const READ = [200, true, true];
const ASKED_FOR_A_TOKEN = [401, false, true];

const NOTHING = { stream: 'refused', frame: 'blocked' };

describe('a page of another origin', () => {
  it.each<[string, string, Partial<Access>, string | null, object]>([
    ['a loopback page', 'localhost', {}, null, { answer: READ, stream: 'open', frame: 'ran' }],
    [
      'an allowed page',
      'lab.localhost',
      { allowedOrigins: ['*'] },
      null,
      { answer: READ, stream: 'open', frame: 'ran' },
    ],
    ['another page', 'lab.localhost', {}, null, { answer: 'unreadable', ...NOTHING }],
    ['another page with a token', 'lab.localhost', {}, TOKEN, { answer: 'unreadable', ...NOTHING }],
    ['a page without the token', 'lab.localhost', VIEWED, null, { answer: ASKED_FOR_A_TOKEN, ...NOTHING }],
    [
      'a page with a wrong token',
      'lab.localhost',
      VIEWED,
      `${TOKEN}x`,
      { answer: ASKED_FOR_A_TOKEN, ...NOTHING },
    ],
    [
      'a page with the token',
      'lab.localhost',
      VIEWED,
      TOKEN,
      { answer: READ, stream: 'open', frame: 'blocked' },
    ],
  ])(
    'H-9: %s runs the site’s scripts, and reads, connects and frames as it may',
    async (_, name, access, token, got) => {
      const server = await serve(access);
      expect(await visit(originOf(name), server, token)).toEqual({ script: 'ran', ...got });
    },
  );
});
