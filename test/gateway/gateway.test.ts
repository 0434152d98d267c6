/** The gateway over real sockets: HTTP, WebSocket, and what it refuses. Rules: protocol/SPEC.md. */
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { apply } from '../../protocol/apply.ts';
import type { Delta, Graph, RunInfo } from '../../protocol/state.ts';
import { CLIENT_MESSAGE_BYTES_MAX, OUTBOX_BYTES_MAX, PING_MILLIS } from '../../server/base/config.ts';
import { type Gateway, openGateway } from '../../server/gateway/gateway.ts';
import { RunStream } from '../../server/gateway/run-stream.ts';
import { TestViewer } from '../support/viewer.ts';

const RUN: RunInfo = { id: 'run', name: 'A run', source: '/run', analysis: null };
const GRAPH: Graph = {
  checkpoint: 'a b',
  step: 1,
  weights: [0.5],
  standardErrors: null,
  nodeMetrics: {},
  headScores: {},
};
const site = mkdtempSync(join(tmpdir(), 'phasewatch-site-'));
writeFileSync(join(site, 'index.html'), '<title>dashboard</title>');

let stream: RunStream;
let gateway: Gateway;
beforeEach(async () => {
  stream = new RunStream(RUN);
  gateway = await openGateway({
    host: '127.0.0.1',
    port: 0,
    site,
    runs: [stream],
    serverVersion: 'test',
    graph: (run, checkpoint) => (run === 'run' && checkpoint === GRAPH.checkpoint ? GRAPH : null),
  });
});
afterEach(() => gateway.close());

const failure = (step: number, message = 'cut short'): Delta => ({
  type: 'failure',
  checkpoint: `c${step}`,
  step,
  failure: { code: 'truncated', message },
});

function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: gateway.port, path, headers, method },
        async (response) => {
          let body = '';
          for await (const chunk of response) body += chunk;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        },
      );
      sent.on('error', reject).end();
    },
  );
}

/** Status with which a handshake is refused. */
async function refusedHandshake(path: string, protocols: string[], headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, protocols, { headers });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  return response.statusCode;
}

describe('a handshake', () => {
  it('V-2: is refused without the sub-protocol, and elsewhere than at the stream', async () => {
    expect(await refusedHandshake('/stream', [])).toBe(400);
    expect(await refusedHandshake('/stream', ['phasewatch.v0'])).toBe(400);
    expect(await refusedHandshake('/elsewhere', ['phasewatch.v1'])).toBe(404);
  });

  it('H-3: is refused from another site and for another host', async () => {
    const origin = (value: string) => ({ origin: value });
    expect(await refusedHandshake('/stream', ['phasewatch.v1'], origin('http://evil.example'))).toBe(403);
    expect(await refusedHandshake('/stream', ['phasewatch.v1'], { host: 'rebound.example' })).toBe(403);
    const own = await TestViewer.connect(gateway.port, { origin: `http://127.0.0.1:${gateway.port}` });
    own.socket.close();
  });
});

describe('a connection', () => {
  it('V-1: is welcomed with version and runs', async () => {
    const viewer = await TestViewer.connect(gateway.port);
    viewer.send({ type: 'hello', protocol: 1, client: 'test' });
    expect(await viewer.next()).toEqual({
      type: 'welcome',
      protocol: 1,
      server: 'test',
      runs: [{ id: 'run', name: 'A run', epoch: stream.epoch, offset: 0 }],
    });
    viewer.socket.close();
  });

  it.each([
    ['V-1: with another version is closed with 4406', [{ type: 'hello', protocol: 2, client: 'x' }], 4406],
    ['V-3: that subscribes before hello is closed with 4400', [{ type: 'subscribe', run: 'run' }], 4400],
    [
      'V-3: that says hello twice is closed with 4400',
      [
        { type: 'hello', protocol: 1, client: 'x' },
        { type: 'hello', protocol: 1, client: 'x' },
      ],
      4400,
    ],
    ['M-1: that sends another message is closed with 4400', [{ type: 'shout' }], 4400],
    [
      'R-1: that asks for an unknown run is closed with 4404',
      [
        { type: 'hello', protocol: 1, client: 'x' },
        { type: 'subscribe', run: 'other' },
      ],
      4404,
    ],
  ])('%s', async (_, messages, code) => {
    const viewer = await TestViewer.connect(gateway.port);
    for (const message of messages) viewer.send(message);
    expect(await viewer.closed).toMatchObject({ code, reason: expect.stringMatching(/: ./) });
  });

  it('M-1: that sends binary or no JSON is closed with 4400', async () => {
    for (const data of [Buffer.of(1, 2), 'hello']) {
      const viewer = await TestViewer.connect(gateway.port);
      viewer.socket.send(data);
      expect((await viewer.closed).code).toBe(4400);
    }
  });

  it('M-2: that sends more than 64 KiB at once is closed with 1009', async () => {
    const viewer = await TestViewer.connect(gateway.port);
    viewer.socket.send('x'.repeat(CLIENT_MESSAGE_BYTES_MAX + 1));
    expect((await viewer.closed).code).toBe(1009);
  });

  it('B-1: that does not read is closed with 4408 and sent nothing more', async () => {
    const viewer = await TestViewer.watching(gateway.port, 'run');
    await viewer.expect('snapshot');
    const sane = await TestViewer.watching(gateway.port, 'run');
    await sane.expect('snapshot');
    viewer.socket.pause();
    const long = 'x'.repeat(2 ** 20);
    // Twice the bound, since the system's own buffers take some of it.
    for (let step = 0; step < (2 * OUTBOX_BYTES_MAX) / long.length + 16; step += 1) {
      stream.publish(failure(step, long));
      expect((await sane.expect('delta')).offset).toBe(step + 1);
    }
    viewer.socket.resume();
    expect((await viewer.closed).code).toBe(4408);
    sane.socket.close();
  });

  it('B-2: that does not answer pings is ended by the second', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const dead = await TestViewer.connect(gateway.port, { autoPong: false });
      const alive = await TestViewer.connect(gateway.port);
      const pinged = Promise.all([once(dead.socket, 'ping'), once(alive.socket, 'ping')]);
      vi.advanceTimersByTime(PING_MILLIS);
      await pinged;
      // A round trip behind the pong, so that the server has it.
      alive.send({ type: 'hello', protocol: 1, client: 'test' });
      await alive.expect('welcome');
      vi.advanceTimersByTime(PING_MILLIS);
      expect((await dead.closed).code).toBe(1006);
      expect(alive.socket.readyState).toBe(WebSocket.OPEN);
      alive.socket.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('E-1: is closed with 1001 when the server stops', async () => {
    const viewer = await TestViewer.connect(gateway.port);
    await gateway.close();
    expect((await viewer.closed).code).toBe(1001);
  });
});

describe('a subscription', () => {
  it('R-2: begins with a snapshot of everything so far and goes on with every delta, S-1 in dense offsets', async () => {
    stream.publish(failure(1));
    stream.publish(failure(2));
    const viewer = await TestViewer.watching(gateway.port, 'run');
    const snapshot = await viewer.expect('snapshot');
    expect(snapshot.offset).toBe(2);
    let { state } = snapshot;
    for (let step = 3; step < 20; step += 1) stream.publish(failure(step));
    for (let offset = 3; offset < 20; offset += 1) {
      const message = await viewer.expect('delta');
      expect(message).toMatchObject({ run: 'run', epoch: stream.epoch, offset });
      state = apply(state, message.delta);
    }
    expect(state).toEqual(stream.state);
    viewer.socket.close();
  });

  it('S-1: numbers deltas densely, in an epoch of the stream’s own', () => {
    const offsets: number[] = [];
    stream.listen(({ offset }) => offsets.push(offset));
    for (const step of [1, 2, 3]) stream.publish(failure(step));
    expect(offsets).toEqual([1, 2, 3]);
    expect(new RunStream(RUN).epoch).not.toBe(stream.epoch);
  });

  it('R-3: begins anew with a second subscribe, and sends nothing twice', async () => {
    const viewer = await TestViewer.watching(gateway.port, 'run');
    await viewer.expect('snapshot');
    viewer.send({ type: 'subscribe', run: 'run' });
    expect((await viewer.expect('snapshot')).offset).toBe(0);
    stream.publish(failure(1));
    stream.publish(failure(2));
    expect([(await viewer.expect('delta')).offset, (await viewer.expect('delta')).offset]).toEqual([1, 2]);
    viewer.socket.close();
  });
});

describe('over HTTP', () => {
  it('H-1: the server says that it is well', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  it('H-2: a checkpoint’s graph has an address and an ETag', async () => {
    const path = '/api/runs/run/checkpoints/a%20b/graph';
    const first = await get(path);
    expect(first.status).toBe(200);
    expect(JSON.parse(first.body)).toEqual(GRAPH);
    expect(await get(path, { 'if-none-match': String(first.headers.etag) })).toMatchObject({
      status: 304,
      body: '',
    });
    expect((await get('/api/runs/run/checkpoints/none/graph')).status).toBe(404);
    expect((await get('/api/runs/%ff/checkpoints/none/graph')).status).toBe(404);
  });

  it('H-3: another Host is refused', async () => {
    expect((await get('/', { host: 'rebound.example' })).status).toBe(403);
    expect((await get('/', { host: 'localhost:1' })).status).toBe(200);
  });

  it('the dashboard is served, with a policy that keeps other hosts and frames out, and nothing beside it', async () => {
    const page = await get('/');
    expect(page.body).toContain('dashboard');
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect((await get('/../package.json')).status).toBe(404);
    expect((await get('/%2e%2e/package.json')).status).toBe(404);
    expect((await get('/', {}, 'POST')).status).toBe(405);
  });
});
