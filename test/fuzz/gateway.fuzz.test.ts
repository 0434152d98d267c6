/**
 * 10,000 bad peers: messages in both encodings, WebSocket frames and HTTP requests as bytes, paths and queries. Whatever
 * comes, the answer is a message, a close code with its reason or an HTTP status, and the server serves the next one.
 *
 * PHASEWATCH_SEED chooses another walk; a case that is found is printed with its seed, and pinned below.
 */
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decoded, type Encoding, encoded } from '../../protocol/encoding.ts';
import { CLOSE, type ClientMessage, clientMessageFrom } from '../../protocol/messages.ts';
import { apiRoutes } from '../../server/gateway/api.ts';
import { Counters } from '../../server/gateway/counters.ts';
import type { Gateway } from '../../server/gateway/gateway.ts';
import { metricsRoute } from '../../server/gateway/openmetrics.ts';
import { readinessRoute } from '../../server/gateway/readiness.ts';
import { type Route, routeRequest } from '../../server/gateway/route.ts';
import { serveViewer } from '../../server/gateway/viewer.ts';
import { RunStream } from '../../server/log/run-stream.ts';
import { ServedRuns } from '../../server/served-runs.ts';
import { ask, testGateway } from '../support/gateway.ts';
import { frame, handshake, OPCODE, RawPeer } from '../support/raw-peer.ts';
import { TestViewer } from '../support/viewer.ts';

const SEED = Number(process.env.PHASEWATCH_SEED ?? 20_250_915);
/** Sockets at a time, so that the answers to one case are not waited for by all. */
const PEERS = 20;

const MESSAGES: readonly ClientMessage[] = [
  { type: 'hello', protocol: 2, client: 'fuzz' },
  { type: 'subscribe', run: 'r' },
  { type: 'subscribe', run: 'r', after: { epoch: 'e', offset: 3 } },
  { type: 'unsubscribe', run: 'r' },
];
const CLOSE_CODES = [...Object.values(CLOSE).map(({ code }) => code), 1002, 1003, 1007, 1009];

/** Bytes of something valid with some of them changed, cut, doubled, or put into something else. */
const damaged = (valid: readonly Uint8Array[]) =>
  fc
    .record({
      bytes: fc.constantFrom(...valid),
      other: fc.constantFrom(...valid),
      at: fc.nat(400),
      length: fc.nat(40),
      noise: fc.uint8Array({ maxLength: 40 }),
      kind: fc.constantFrom('replace', 'cut', 'insert', 'splice', 'none'),
    })
    .map(({ bytes, other, at, length, noise, kind }) => {
      const place = bytes.length === 0 ? 0 : at % bytes.length;
      const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place)];
      switch (kind) {
        case 'replace':
          return Buffer.concat([head, noise, tail.subarray(noise.length)]);
        case 'cut':
          return Buffer.concat([head, tail.subarray(length)]);
        case 'insert':
          return Buffer.concat([head, noise, tail]);
        case 'splice':
          return Buffer.concat([head, other.subarray(place)]);
        default:
          return Buffer.from(bytes);
      }
    });

let gateway: Gateway;
let stream: RunStream;
let routes: readonly Route[];
const failures: unknown[] = [];
beforeAll(async () => {
  const runs = new ServedRuns();
  stream = await RunStream.open({ run: { id: 'r', name: 'r', source: '/r', analysis: null }, log: null });
  runs.add(stream);
  const counters = new Counters();
  routes = [apiRoutes(runs), readinessRoute(runs, true), metricsRoute(runs, counters)];
  ({ gateway } = await testGateway({
    routes,
    connectionsMax: 2 * PEERS,
    log: (event, fields) => {
      if (event.includes('error') || event.includes('broke')) failures.push([event, fields]);
    },
    onConnection: (socket, encoding, isLocal, stream) =>
      serveViewer({ socket, encoding, isLocal, stream, runs, serverVersion: 'fuzz', counters }),
  }));
});
afterAll(() => gateway.close());

/** The server is there for the next one: over HTTP, and for a viewer that behaves. */
async function isWell(): Promise<void> {
  expect(failures).toEqual([]);
  expect((await ask(gateway.port, '/healthz')).body).toBe('{"status":"ok"}');
  const viewer = await TestViewer.watching(gateway.port, 'r');
  await viewer.expect('snapshot');
  viewer.socket.close();
  await viewer.closed;
}

describe('a message', () => {
  it.each([
    ['json', 4000],
    ['binary', 4000],
  ] as const)('of damaged %s is one of the protocol, or a problem in words', (encoding: Encoding, count) => {
    const valid = MESSAGES.map((message) => Buffer.from(encoded(message, encoding)));
    let understood = 0;
    const property = fc.property(damaged(valid), (bytes) => {
      const text = encoding === 'json' ? bytes.toString('utf8') : bytes;
      const value = decoded(text, encoding);
      const parsed = value.ok ? clientMessageFrom(value.value) : value;
      if (parsed.ok) understood += 1;
      else expect(parsed.problem.length).toBeGreaterThan(0);
    });
    fc.assert(property, { seed: SEED, numRuns: count });
    // The walk visits both outcomes, or it would test nothing.
    expect(understood).toBeGreaterThan(count / 20);
    expect(understood).toBeLessThan(count * 0.9);
  });
});

describe('a request', () => {
  it('for any path is answered with a status of HTTP by whoever it belongs to', async () => {
    const segment = fc.oneof(
      fc.constantFrom('api', 'runs', 'r', 'checkpoints', 'graph', 'metrics', 'gini', 'readyz', '..', '.', ''),
      fc.constantFrom('%2e%2e', '%00', '%ff', '%2F', '%', '__proto__', 'constructor', 'toString'),
      fc.string({ maxLength: 20 }),
    );
    const query = fc.oneof(
      fc.constantFrom('', '?branch=0', '?branch=-1', '?branch=9007199254740993', '?branch=x&branch=1', '?%'),
      fc.string({ maxLength: 20 }).map((text) => `?${text}`),
    );
    const known = fc.constantFrom(
      ['api', 'runs'],
      ['api', 'runs', 'r'],
      ['api', 'runs', 'r', 'metrics', 'gini'],
      ['api', 'runs', 'r', 'checkpoints', 'a', 'graph'],
      ['readyz'],
      ['metrics'],
    );
    /** A path that is there, with one of its segments made another or left. */
    const nearly = fc
      .tuple(known, fc.nat(5), segment)
      .map(([segments, at, other]) => segments.map((own, index) => (index === at ? other : own)));
    const target = fc
      .tuple(fc.oneof(fc.array(segment, { maxLength: 7 }), nearly), query)
      .map(([segments, words]) => `/${segments.join('/')}${words}`);
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'TRACE');
    const headers = fc.record({ 'if-none-match': fc.oneof(fc.constant('*'), fc.string({ maxLength: 30 })) });
    let answered = 0;
    const property = fc.asyncProperty(method, target, headers, async (word, path, own) => {
      const request = routeRequest(word, path, own);
      if (!request) return;
      for (const route of routes) {
        const reply = await route(request);
        if (!reply) continue;
        answered += 1;
        expect([200, 304, 400, 404, 405, 503]).toContain(reply.status);
      }
    });
    await fc.assert(property, { seed: SEED, numRuns: 1400 });
    expect(answered).toBeGreaterThan(50);
  });

  it('of damaged bytes is answered with a status or let go, and costs nobody else', async () => {
    const valid = [
      'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET /api/runs HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: "x"\r\n\r\n',
      'POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n{"token":"x"}',
      'PUT /api/runs/r HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      handshake(),
    ].map((text) => Buffer.from(text));
    let answered = 0;
    await eachPeer(valid, 300, async (peer, bytes) => {
      peer.write(bytes);
      peer.socket.end();
      await peer.closed;
      if (peer.status !== 0) answered += 1;
      if (peer.status !== 0) expect(peer.status).toBeLessThan(600);
      expect(peer.status).not.toBe(500);
    });
    expect(answered).toBeGreaterThan(100);
    await isWell();
  });
});

describe('a WebSocket', () => {
  it('of damaged frames is closed with a code of its own, or served, and costs nobody else', async () => {
    const texts = MESSAGES.map((message) => JSON.stringify(message));
    const valid = [
      ...texts.map((text) => frame(OPCODE.text, text)),
      Buffer.concat(texts.slice(0, 2).map((text) => frame(OPCODE.text, text))),
      Buffer.concat([frame(OPCODE.text, texts[0], { fin: false }), frame(OPCODE.continuation, texts[1])]),
      frame(OPCODE.ping, 'x'),
      frame(OPCODE.pong, 'x'),
      frame(OPCODE.binary, Buffer.of(0x81, 0xa4)),
      frame(OPCODE.close, Buffer.of(0x03, 0xe8)),
    ];
    let closed = 0;
    await eachPeer(valid, 300, async (peer, bytes) => {
      peer.write(handshake());
      await peer.until((text) => text.includes('\r\n\r\n'));
      expect(peer.status).toBe(101);
      peer.write(bytes);
      peer.socket.end();
      await peer.closed;
      const code = peer.lastCloseCode();
      if (code === null) return;
      closed += 1;
      expect([...CLOSE_CODES, 1000, 1005]).toContain(code);
    });
    expect(closed).toBeGreaterThan(50);
    await isWell();
  });
});

/** Cases over sockets, some at a time. */
async function eachPeer(
  valid: readonly Uint8Array[],
  count: number,
  act: (peer: RawPeer, bytes: Buffer) => Promise<void>,
): Promise<void> {
  const cases = fc.sample(damaged(valid), { seed: SEED, numRuns: count });
  for (let at = 0; at < cases.length; at += PEERS) {
    await Promise.all(
      cases.slice(at, at + PEERS).map(async (bytes) => {
        const peer = await RawPeer.connect(gateway.port);
        try {
          await act(peer, bytes);
        } catch (error) {
          throw new Error(`seed ${SEED}, bytes ${bytes.toString('base64')}: ${error}`, { cause: error });
        } finally {
          peer.socket.destroy();
        }
      }),
    );
    await setImmediate();
  }
}
