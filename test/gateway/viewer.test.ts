/** A connection from hello to close, over real sockets. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encoded } from '../../protocol/encoding.ts';
import { encodePacked } from '../../protocol/packed.ts';
import type { Delta } from '../../protocol/state.ts';
import {
  CLIENT_MESSAGES_MAX,
  CLIENT_MESSAGES_MILLIS,
  HANDED_BYTES_MAX,
  HELLO_MILLIS_MAX,
} from '../../server/base/config.ts';
import type { RunStream } from '../../server/log/run-stream.ts';
import { Follower } from '../support/follower.ts';
import { frame, OPCODE, RawPeer } from '../support/raw-peer.ts';
import { RunStory } from '../support/run-story.ts';
import { openedStream, runInfo, type Served, served } from '../support/served.ts';
import { TestViewer } from '../support/viewer.ts';

const HELLO = { type: 'hello', protocol: 2, client: 'test' };

const failed = (step: number): Delta => ({
  type: 'failure',
  checkpoint: `step-${step}`,
  step,
  failure: { code: 'truncated', message: 'cut short' },
});

let stream: RunStream;
let server: Served;
let port: number;
beforeEach(async () => {
  stream = await openedStream('a');
  server = await served([stream]);
  port = server.port;
});
afterEach(() => server.close());

async function closeAfter(...messages: unknown[]) {
  const viewer = await TestViewer.connect(port);
  for (const message of messages) viewer.send(message);
  return viewer.closed;
}

describe('a connection', () => {
  it('V-1: is welcomed with the version of the server and where its runs stand', async () => {
    stream.publish(failed(1));
    await stream.settled();
    const viewer = await TestViewer.connect(port);
    viewer.send(HELLO);
    expect(await viewer.next()).toEqual({
      type: 'welcome',
      protocol: 2,
      server: 'test',
      runs: [{ id: 'a', name: 'Run a', epoch: stream.epoch, offset: 1, unkept: null }],
    });
    viewer.socket.close();
  });

  it.each([1, 3])('V-1: that speaks version %i is closed with 4406', async (protocol) => {
    expect(await closeAfter({ ...HELLO, protocol })).toEqual({
      code: 4406,
      reason: `unsupported protocol version: expected 2, got ${protocol}`,
    });
  });

  it.each([
    ['subscribes', { type: 'subscribe', run: 'a' }],
    ['unsubscribes', { type: 'unsubscribe', run: 'a' }],
  ])('V-3: that %s before hello is closed with 4400', async (_, message) => {
    expect(await closeAfter(message)).toEqual({
      code: 4400,
      reason: `bad message: expected hello first, got ${message.type}`,
    });
  });

  it('V-3: that says hello twice is closed with 4400', async () => {
    expect(await closeAfter(HELLO, HELLO)).toEqual({
      code: 4400,
      reason: 'bad message: expected one hello, got a second',
    });
  });

  it.each([
    [{ type: 'shout' }, 'type: expected hello or subscribe or unsubscribe'],
    [{ type: 'hello', protocol: '2' }, 'protocol: expected integer; client: expected a value, got none'],
    [{ type: 'subscribe', run: 'a', after: { epoch: 'e', offset: 0.5 } }, 'after.offset: expected integer'],
    [7, 'message: expected object'],
  ])('M-1: that sends %j is closed with 4400 and told what was expected', async (message, problem) => {
    expect(await closeAfter(message)).toEqual({ code: 4400, reason: `bad message: ${problem}` });
  });

  it('M-1: is told in whole characters, however much there is to tell', async () => {
    const { code, reason } = await closeAfter({ type: 'subscribe', run: 'a', after: { épo: 1 } });
    expect(code).toBe(4400);
    expect(reason).not.toContain('\uFFFD');
    const unknown = await closeAfter(HELLO, { type: 'subscribe', run: 'é'.repeat(200) });
    expect(unknown.reason).toMatch(/^unknown run: é+$/);
    expect(Buffer.byteLength(unknown.reason)).toBeGreaterThan(120);
  });

  it.each([
    ['json', 'no JSON', 'hello', 'expected JSON'],
    ['json', 'binary', encodePacked(HELLO), 'expected text, got binary'],
    ['binary', 'no JSON', 'hello', 'expected JSON'],
    ['binary', 'no MessagePack', Uint8Array.of(0xc1), 'expected one MessagePack value'],
  ] as const)('M-1: under %s that sends %s is closed with 4400', async (encoding, _, data, problem) => {
    const viewer = await TestViewer.connect(port, { encoding });
    viewer.socket.send(data);
    expect(await viewer.closed).toEqual({ code: 4400, reason: `bad message: ${problem}` });
  });

  it('R-1: that asks for an unknown run is closed with 4404', async () => {
    expect(await closeAfter(HELLO, { type: 'subscribe', run: 'b' })).toEqual({
      code: 4404,
      reason: 'unknown run: b',
    });
  });

  it('is counted, and its end by reason', async () => {
    const viewer = await TestViewer.watching(port, 'a');
    await viewer.expect('snapshot');
    expect(server.counters.viewers).toBe(1);
    expect(server.counters.messagesSent).toBeGreaterThanOrEqual(2);
    viewer.send({ type: 'subscribe', run: 'b' });
    await viewer.closed;
    await vi.waitFor(() => expect(server.counters.viewers).toBe(0));
    expect(server.counters.disconnected.get('unknown-run')).toBe(1);
  });

  it('E-1: is closed with 1001 when the server stops', async () => {
    const viewer = await TestViewer.greeted(port);
    await viewer.expect('welcome');
    await server.gateway.close();
    expect(await viewer.closed).toEqual({ code: 1001, reason: 'server is stopping' });
  });
});

describe('the list of runs', () => {
  it('R-6: is sent with all of them when one comes, and the new one can be subscribed to', async () => {
    const viewer = await TestViewer.watching(port, 'a');
    await viewer.expect('snapshot');
    server.runs.add(await openedStream('b'));
    expect((await viewer.expect('runs')).runs.map(({ id, name }) => [id, name])).toEqual([
      ['a', 'Run a'],
      ['b', 'Run b'],
    ]);
    viewer.send({ type: 'subscribe', run: 'b' });
    expect((await viewer.expect('snapshot')).state.run).toEqual(runInfo('b'));
    viewer.socket.close();
  });

  it('R-6: is not sent before the welcome, which has it', async () => {
    const viewer = await TestViewer.connect(port);
    server.runs.add(await openedStream('b'));
    viewer.send(HELLO);
    expect((await viewer.expect('welcome')).runs).toHaveLength(2);
    viewer.socket.close();
  });
});

describe('an encoding', () => {
  it('N-1: is the one that was agreed on, in frames of its kind; the same story gives the same messages', async () => {
    const story = new RunStory({ run: runInfo('a'), seed: 11 });
    const kinds = { json: new Set<boolean>(), binary: new Set<boolean>() };
    const heard: { json: unknown[]; binary: unknown[] } = { json: [], binary: [] };
    const followers = await Promise.all(
      (['json', 'binary'] as const).map(async (encoding) => {
        const viewer = await TestViewer.watching(port, 'a', { encoding });
        viewer.socket.on('message', (_, isBinary) => kinds[encoding].add(isBinary));
        viewer.forward((message) => heard[encoding].push(message));
        const follower = new Follower('a', encoding);
        await follower.connect(port);
        return follower;
      }),
    );
    for (let count = 0; count < 300; count += 1) stream.publish(story.next());
    await stream.settled();
    for (const follower of followers) {
      await vi.waitFor(() => expect(follower.place?.offset).toBe(300));
      expect(follower.state).toEqual(story.state);
    }
    expect(stream.state).toEqual(story.state);
    await vi.waitFor(() => expect(heard.json.length).toBeGreaterThan(300));
    await vi.waitFor(() => expect(heard.binary.length).toBe(heard.json.length));
    expect(heard.binary).toEqual(heard.json);
    expect([...kinds.json, ...kinds.binary]).toEqual([false, true]);
  });

  it('N-1: of bytes is answered in bytes, whether a message comes as text or as bytes', async () => {
    const viewer = await TestViewer.connect(port, { encoding: 'binary' });
    const kinds: boolean[] = [];
    viewer.socket.on('message', (_, isBinary) => kinds.push(isBinary));
    viewer.socket.send(JSON.stringify(HELLO));
    await viewer.expect('welcome');
    viewer.socket.send(encodePacked({ type: 'subscribe', run: 'a' }));
    await viewer.expect('snapshot');
    viewer.socket.send(JSON.stringify({ type: 'subscribe', run: 'a' }));
    await viewer.expect('snapshot');
    expect(new Set(kinds)).toEqual(new Set([true]));
    viewer.socket.close();
  });
});

describe('patience', () => {
  afterEach(() => vi.useRealTimers());

  it('B-5: ends after 10 s without hello, with 4400', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const silent = await TestViewer.connect(port);
    const greeted = await TestViewer.greeted(port);
    await greeted.expect('welcome');
    vi.advanceTimersByTime(HELLO_MILLIS_MAX - 1);
    expect(server.counters.viewers).toBe(2);
    vi.advanceTimersByTime(1);
    expect(await silent.closed).toEqual({ code: 4400, reason: 'bad message: expected hello within 10 s' });
    // The other one is still answered.
    greeted.send({ type: 'subscribe', run: 'a' });
    await greeted.expect('snapshot');
    greeted.socket.close();
  });

  it('B-5: ends with the 61st message in 10 s, with 4429, wherever those 10 s begin', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const viewer = await TestViewer.greeted(port);
    await viewer.expect('welcome');
    const say = async (count: number) => {
      for (let sent = 1; sent < count; sent += 1) viewer.send({ type: 'unsubscribe', run: 'a' });
      viewer.send({ type: 'subscribe', run: 'a' });
      await viewer.expect('snapshot');
    };
    await say(9);
    vi.advanceTimersByTime(CLIENT_MESSAGES_MILLIS - 100);
    await say(CLIENT_MESSAGES_MAX - 10);
    vi.advanceTimersByTime(200);
    // Those first ten are older than 10 s now.
    await say(10);
    vi.advanceTimersByTime(CLIENT_MESSAGES_MILLIS - 300);
    viewer.send({ type: 'unsubscribe', run: 'a' });
    expect(await viewer.closed).toEqual({
      code: 4429,
      reason: 'too many messages: expected at most 60 in 10 s',
    });
  });

  it('B-1: is not spent on the pings of a peer that does not read', async () => {
    const peer = await RawPeer.opened(port);
    peer.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 8192 }, () => frame(OPCODE.ping, 'x'.repeat(120))));
    const written = () => new Promise((resolve) => peer.socket.write(pings, resolve));
    let most = 0;
    for (let mebibytes = 0; mebibytes < 24; mebibytes += 1) {
      await written();
      most = Math.max(most, server.counters.outboxBytes);
    }
    // The system's own buffers took the first answers.
    expect(most).toBeGreaterThan(HANDED_BYTES_MAX / 4);
    expect(most).toBeLessThanOrEqual(HANDED_BYTES_MAX);
    peer.socket.destroy();
  });

  it('answers the pings of one that reads', async () => {
    const viewer = await TestViewer.greeted(port);
    const pong = new Promise<Buffer>((resolve) => viewer.socket.once('pong', resolve));
    viewer.socket.ping('still there?');
    expect(String(await pong)).toBe('still there?');
    viewer.socket.close();
  });
});

it('what comes after the server has closed a connection is not answered', async () => {
  const viewer = await TestViewer.connect(port);
  const bytes = [{ type: 'shout' }, HELLO].map((message) => encoded(message, 'json'));
  for (const piece of bytes) viewer.socket.send(piece);
  const heard: unknown[] = [];
  viewer.forward((message) => heard.push(message));
  expect((await viewer.closed).code).toBe(4400);
  expect(heard).toEqual([]);
});
