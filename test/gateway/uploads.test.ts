/** Runs that are pushed over HTTP, at a real door and on a real disk (SPEC.md, section U). */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MIB, UPLOADED_JSON_BYTES_MAX } from '../../server/base/config.ts';
import { UPLOAD_FORMAT } from '../../server/command/uploads.ts';
import type { Patience } from '../../server/gateway/gateway.ts';
import { uploadRoutes } from '../../server/gateway/uploads.ts';
import { type PushedRun, Uploads, type UploadsOptions } from '../../server/upload/uploads.ts';
import { ask, OPEN, type TestGateway, testGateway } from '../support/gateway.ts';
import { digestOf, madeModel, Pusher, sampleConfig, UPLOAD_TOKEN } from '../support/pushing.ts';
import { RawPeer } from '../support/raw-peer.ts';

const VIEW_TOKEN = 'view-token-0123456789';
const MODEL = madeModel(1_000);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let made: TestGateway;
let root: string;
let uploads: Uploads;
let came: PushedRun[];
let run: Pusher;

async function serve(options: Partial<UploadsOptions> = {}, patience: Partial<Patience> = {}) {
  root = join(mkdtempSync(join(tmpdir(), 'phasewatch-uploads-')), 'uploads');
  await serveAgain(options, patience);
}
async function serveAgain(options: Partial<UploadsOptions> = {}, patience: Partial<Patience> = {}) {
  uploads = new Uploads({
    root,
    bytesMax: 8 * MIB,
    allBytesMax: 64 * MIB,
    format: UPLOAD_FORMAT,
    isWatched: (name) => name === 'watched',
    ...options,
  });
  came = [];
  uploads.came.subscribe((pushed) => came.push(pushed));
  const found = await uploads.open();
  made = await testGateway({
    access: { ...OPEN, tokens: { view: null, upload: UPLOAD_TOKEN } },
    routes: [uploadRoutes(uploads)],
    patience,
  });
  run = of('a');
  return found;
}
const of = (name: string) => new Pusher(`http://127.0.0.1:${made.gateway.port}/api/runs/${name}`);
const filesOf = (name = 'a') => readdirSync(join(root, name)).sort();
const hiddenOf = (name = 'a') => filesOf(name).filter((file) => file.startsWith('.'));
const request = (path: string, ...lines: string[]) =>
  `${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${UPLOAD_TOKEN}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

beforeEach(() => serve());
afterEach(() => made.gateway.close());

describe('a run', () => {
  it('U-1: begins with its config.json, which may come again, and change until a checkpoint is there', async () => {
    expect(await run.config('{"a":1,"b":2}')).toMatchObject({
      status: 201,
      answer: { run: 'a', status: 'stored' },
    });
    expect(came).toEqual([expect.objectContaining({ name: 'a', directory: join(root, 'a') })]);
    expect(await run.config('{"b":2, "a":1}')).toMatchObject({
      status: 200,
      answer: { status: 'unchanged' },
    });
    expect(await run.config('{"a":3}')).toMatchObject({ status: 200, answer: { status: 'replaced' } });
    expect((await run.checkpoint(5, MODEL)).status).toBe(201);
    expect(await run.config('{"a":3}')).toMatchObject({ status: 200, answer: { status: 'unchanged' } });
    expect(await run.config('{"a":4}')).toMatchObject({
      status: 409,
      answer: expect.stringContaining('got another one; push another model as another run'),
    });
    expect(readFileSync(join(root, 'a/config.json'), 'utf8')).toBe('{"a":3}');
    expect(came).toHaveLength(1);
  });

  it('U-1: is refused what is no config.json, and one too large', async () => {
    for (const body of ['', 'nonsense', '[1]', '"{}"'])
      expect(await run.config(body)).toMatchObject({
        status: 400,
        answer: expect.stringContaining('JSON object'),
      });
    expect((await run.config(`{"a":"${'x'.repeat(UPLOADED_JSON_BYTES_MAX)}"}`)).status).toBe(413);
  });

  it('U-1: has a plain name, that no other has in other letters and no watched one', async () => {
    for (const name of ['.hidden', '..%2Fb', 'a%20b', 'x'.repeat(81), '%00', 'a%5Cb']) {
      expect(await of(name).config()).toMatchObject({
        status: 400,
        answer: expect.stringContaining('letters, digits'),
      });
      expect((await of(name).checkpoint(1, MODEL)).status).toBe(400);
      expect((await of(name).metrics({ step: 1 })).status).toBe(400);
    }
    expect((await of('watched').config()).status).toBe(409);
    expect((await of('watched').checkpoint(1, MODEL)).answer).toContain('watched from a directory');
    await run.config();
    expect(await of('A').config()).toMatchObject({
      status: 409,
      answer: 'expected another name than "A": there is a run "a"',
    });
    expect(readdirSync(root)).toEqual(['a']);
  });

  it('U-1: is one of 64 at most', async () => {
    for (let index = 0; index < 64; index += 1)
      expect((await of(`r${index}`).metrics({ step: 0, loss: 1 })).status).toBe(200);
    expect((await of('r64').config()).status).toBe(507);
    expect((await of('r63').config()).status).toBe(201);
  });
});

describe('a checkpoint', () => {
  beforeEach(() => run.config());

  it('U-2: is stored, unchanged or replaced, by its contents', async () => {
    const other = madeModel(1_000, 1);
    const stored = { run: 'a', step: 512, bytes: MODEL.length, sha256: sha256(MODEL) };
    expect(await run.checkpoint(512, MODEL)).toMatchObject({
      status: 201,
      answer: { ...stored, status: 'stored' },
    });
    expect(await run.checkpoint(512, MODEL)).toMatchObject({
      status: 200,
      answer: { ...stored, status: 'unchanged' },
    });
    expect(readFileSync(join(root, 'a/checkpoint-512/model.safetensors'))).toEqual(MODEL);
    expect(await run.checkpoint(512, other)).toMatchObject({
      status: 200,
      answer: { ...stored, status: 'replaced', sha256: sha256(other) },
    });
    expect(readFileSync(join(root, 'a/checkpoint-512/model.safetensors'))).toEqual(other);
    expect(filesOf()).toEqual(['checkpoint-512', 'config.json']);
  });

  it('U-2: needs a config.json before it and a step', async () => {
    expect(await of('b').checkpoint(1, MODEL)).toMatchObject({
      status: 409,
      answer: 'expected the config.json of run "b" before its checkpoints; PUT it to /api/runs/b/config',
    });
    for (const step of ['-1', '1.5', '01', 'last', '1e3', '99999999999999999'])
      expect((await run.checkpoint(step, MODEL)).status).toBe(400);
    expect((await run.send('POST', 'checkpoints/1', MODEL)).status).toBe(405);
    expect((await run.send('PUT', 'metrics', '{}')).status).toBe(405);
    expect((await run.send('PUT', 'checkpoints/1?as=x', MODEL)).status).toBe(400);
  });

  it('U-3: whose digest is another is refused; one that is there is answered before its body', async () => {
    const digest = { 'content-digest': digestOf(MODEL) };
    expect(await run.checkpoint(1, madeModel(1_000, 2), digest)).toMatchObject({
      status: 400,
      answer: expect.stringContaining('Content-Digest'),
    });
    expect(await run.checkpoint(1, MODEL, { 'content-digest': 'sha-256=abc' })).toMatchObject({
      status: 400,
    });
    expect(filesOf()).toEqual(['config.json']);
    expect((await run.checkpoint(1, MODEL, digest)).status).toBe(201);
    const peer = await RawPeer.connect(made.gateway.port);
    peer.write(
      request(
        'PUT /api/runs/a/checkpoints/1',
        `Content-Length: ${MODEL.length}`,
        `Content-Digest: sha-512=:x:, ${digestOf(MODEL)}`,
      ),
    );
    await peer.until((text) => text.includes('"unchanged"'));
    peer.socket.destroy();
  });

  it('U-3: is asked for by 100 Continue only where it is wanted', async () => {
    await run.checkpoint(1, MODEL);
    const expecting = (step: number) =>
      request(
        `PUT /api/runs/a/checkpoints/${step}`,
        `Content-Length: ${MODEL.length}`,
        `Content-Digest: ${digestOf(MODEL)}`,
        'Expect: 100-continue',
      );
    const known = await RawPeer.connect(made.gateway.port);
    known.write(expecting(1));
    await known.closed;
    expect(known.status).toBe(200);
    const fresh = await RawPeer.connect(made.gateway.port);
    fresh.write(expecting(2));
    await fresh.until((text) => text.includes('\r\n\r\n'));
    expect(fresh.status).toBe(100);
    fresh.write(MODEL);
    await fresh.until((text) => text.includes('201 Created'));
    fresh.socket.destroy();
  });

  it.each([
    ['Content-Length: 1000000', ''],
    ['Transfer-Encoding: chunked', 'chunked'],
  ])(
    'U-4: that is no safetensors file is refused at its header, the rest is not waited for (%s)',
    async (line, chunked) => {
      const header = Buffer.from('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}');
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      const body = Buffer.concat([length, header]);
      const peer = await RawPeer.connect(made.gateway.port);
      peer.write(request('PUT /api/runs/a/checkpoints/1', line));
      peer.write(
        chunked
          ? Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')])
          : body,
      );
      await peer.until((text) => text.includes('expected 8 bytes for F32 [2], found 4'));
      expect(peer.status).toBe(400);
      await peer.closed;
      expect(filesOf()).toEqual(['config.json']);
    },
  );

  it('U-4: that is longer or shorter than its header says is refused', async () => {
    const long = Buffer.concat([MODEL, Buffer.alloc(1)]);
    for (const body of [long, MODEL.subarray(0, -1), MODEL.subarray(0, 20), Buffer.alloc(0)])
      expect((await run.checkpoint(1, body)).status).toBe(400);
    const chunked = await new Promise<string>((resolve) => {
      void RawPeer.connect(made.gateway.port).then(async (peer) => {
        peer.write(request('PUT /api/runs/a/checkpoints/1', 'Transfer-Encoding: chunked'));
        const short = MODEL.subarray(0, -1);
        peer.write(`${short.length.toString(16)}\r\n`);
        peer.write(short);
        peer.write('\r\n0\r\n\r\n');
        await peer.until((text) => text.includes('cut short'));
        resolve(peer.text);
        peer.socket.destroy();
      });
    });
    expect(chunked).toContain('400 Bad Request');
    expect(filesOf()).toEqual(['config.json']);
  });

  it('U-4: above the limit is refused, before it is read where its length is said', async () => {
    const peer = await RawPeer.connect(made.gateway.port);
    peer.write(request('PUT /api/runs/a/checkpoints/1', `Content-Length: ${8 * MIB + 1}`));
    await peer.until((text) => text.includes('--upload-mib'));
    expect(peer.status).toBe(413);
    peer.socket.destroy();
    const large = madeModel((8 * MIB) / 4);
    const streamed = await RawPeer.connect(made.gateway.port);
    streamed.write(request('PUT /api/runs/a/checkpoints/1', 'Transfer-Encoding: chunked'));
    streamed.write(`${large.length.toString(16)}\r\n`);
    streamed.write(large);
    await streamed.until((text) => text.includes('--upload-mib'));
    expect(streamed.status).toBe(413);
    streamed.socket.destroy();
    expect(filesOf()).toEqual(['config.json']);
  });

  it('U-6: may come slowly, and leaves nothing when it stops, is cut off or begins anew', async () => {
    await made.gateway.close();
    await serve({}, { requestMillis: 150, checkMillis: 20, idleMillis: 400 });
    await run.config();
    const slow = await RawPeer.connect(made.gateway.port);
    slow.write(request('PUT /api/runs/a/checkpoints/1', `Content-Length: ${MODEL.length}`));
    const begun = performance.now();
    let sent = 0;
    const sending = setInterval(() => {
      slow.write(MODEL.subarray(sent, sent + 200));
      sent += 200;
    }, 40);
    await slow.until((text) => text.includes('\r\n\r\n'));
    clearInterval(sending);
    expect(slow.status).toBe(201);
    // Longer than any other body may take.
    expect(performance.now() - begun).toBeGreaterThan(300);
    slow.socket.destroy();

    const stalled = await RawPeer.connect(made.gateway.port);
    stalled.write(request('PUT /api/runs/a/checkpoints/2', `Content-Length: ${MODEL.length}`));
    stalled.write(MODEL.subarray(0, 500));
    await vi.waitFor(() => expect(hiddenOf()).toHaveLength(1));
    await stalled.closed;
    await vi.waitFor(() => expect(filesOf()).toEqual(['checkpoint-1', 'config.json']));

    const cut = await RawPeer.connect(made.gateway.port);
    cut.write(request('PUT /api/runs/a/checkpoints/2', `Content-Length: ${MODEL.length}`));
    cut.write(MODEL.subarray(0, 500));
    await vi.waitFor(() => expect(hiddenOf()).toHaveLength(1));
    cut.socket.destroy();
    await vi.waitFor(() => expect(filesOf()).toEqual(['checkpoint-1', 'config.json']));
    expect(made.logged).toEqual([]);

    // What a server that was killed left behind, and what it had.
    mkdirSync(join(root, `a/.checkpoint-3.partial-${process.pid}-abc`));
    writeFileSync(join(root, `a/.checkpoint-3.partial-${process.pid}-abc/model.safetensors`), 'torn');
    await made.gateway.close();
    expect((await serveAgain()).map(({ name }) => name)).toEqual(['a']);
    expect(filesOf()).toEqual(['checkpoint-1', 'config.json']);
    expect(await run.checkpoint(1, MODEL)).toMatchObject({ status: 200, answer: { status: 'unchanged' } });
  });

  it('U-7: is one of four at once', async () => {
    const peers = [];
    for (let step = 1; step <= 4; step += 1) {
      const peer = await RawPeer.connect(made.gateway.port);
      peer.write(request(`PUT /api/runs/a/checkpoints/${step}`, `Content-Length: ${MODEL.length}`));
      peers.push(peer);
    }
    await vi.waitFor(() => expect(hiddenOf()).toHaveLength(4));
    expect(await run.checkpoint(5, MODEL)).toMatchObject({ status: 503, retryAfter: '5' });
    peers[0].write(MODEL);
    await peers[0].until((text) => text.includes('201 Created'));
    expect((await run.checkpoint(5, MODEL)).status).toBe(201);
    for (const peer of peers) peer.socket.destroy();
    await vi.waitFor(() => expect(hiddenOf()).toEqual([]));
  });

  it('U-7: makes room for itself by the oldest that are analysed, or is refused', async () => {
    await made.gateway.close();
    await serve({ allBytesMax: 3 * MODEL.length });
    await run.config();
    for (const step of [1, 2, 3])
      expect((await run.checkpoint(step, madeModel(1_000, step))).status).toBe(201);
    expect(await run.checkpoint(4, madeModel(1_000, 4))).toMatchObject({
      status: 507,
      retryAfter: '30',
      answer: expect.stringContaining('--uploads-mib'),
    });
    uploads.release('a', 'checkpoint-2');
    uploads.release('a', 'checkpoint-3');
    expect((await run.checkpoint(4, madeModel(1_000, 4))).status).toBe(201);
    expect(filesOf()).toEqual(['checkpoint-1', 'checkpoint-3', 'checkpoint-4', 'config.json']);
    // Refused ones and replaced ones keep no room.
    for (let again = 0; again < 3; again += 1)
      expect((await run.checkpoint(5, MODEL.subarray(0, -1))).status).toBe(400);
    expect((await run.checkpoint(5, madeModel(1_000, 5))).status).toBe(201);
    expect(filesOf()).toEqual(['checkpoint-1', 'checkpoint-4', 'checkpoint-5', 'config.json']);
    expect((await run.checkpoint(6, MODEL)).status).toBe(507);
  });
});

describe('metrics', () => {
  it('U-5: are appended, one entry, an array or lines', async () => {
    expect(await run.metrics({ step: 1, loss: 2.5 })).toMatchObject({
      status: 200,
      answer: { run: 'a', entries: 1 },
    });
    expect(
      (
        await run.metrics([
          { step: 2, loss: 2 },
          { step: 3, lr: 1e-4 },
        ])
      ).answer,
    ).toMatchObject({ entries: 2 });
    writeFileSync(join(root, 'a/metrics.jsonl'), '{"step": 3, "lo', { flag: 'a' });
    expect((await run.metrics('{"step":4,"loss":1}\n{"step":5,"loss":0.5}\n')).answer).toMatchObject({
      entries: 2,
    });
    expect(readFileSync(join(root, 'a/metrics.jsonl'), 'utf8').split('\n')).toEqual([
      '{"step":1,"loss":2.5}',
      '{"step":2,"loss":2}',
      '{"step":3,"lr":0.0001}',
      '{"step": 3, "lo',
      '{"step":4,"loss":1}',
      '{"step":5,"loss":0.5}',
      '',
    ]);
  });

  it.each([
    ['', '1 to 10000 entries'],
    ['[]', '1 to 10000 entries'],
    ['{"loss":1}', 'expected a step'],
    ['{"step":-1}', 'expected a step'],
    ['{"step":1.5}', 'expected a step'],
    ['{"step":1,"loss":"low"}', 'expected a number for "loss", got "low"'],
    ['{"step":1,"loss":NaN}', 'NaN and Infinity are no JSON'],
    ['[{"step":1,"loss":1},7]', 'entry 2 of 2'],
  ])('U-5: are taken whole or not at all: %s', async (body, sentence) => {
    expect(await run.metrics(body)).toMatchObject({ status: 400, answer: expect.stringContaining(sentence) });
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('who pushes', () => {
  it('T-3: shows the token for uploads; with that for viewing or none nothing is taken', async () => {
    await made.gateway.close();
    made = await testGateway({
      access: { ...OPEN, tokens: { view: VIEW_TOKEN, upload: UPLOAD_TOKEN } },
      routes: [uploadRoutes(uploads)],
    });
    const put = (headers: Record<string, string>) =>
      ask(made.gateway.port, '/api/runs/a/config', { method: 'PUT', body: sampleConfig(), headers });
    expect((await put({})).status).toBe(401);
    expect((await put({ authorization: `Bearer ${VIEW_TOKEN}` })).status).toBe(403);
    expect(readdirSync(root)).toEqual([]);
    const cookie = String(
      (
        await ask(made.gateway.port, '/api/session', {
          method: 'POST',
          headers: { authorization: `Bearer ${UPLOAD_TOKEN}` },
        })
      ).headers['set-cookie'],
    ).split(';')[0];
    expect((await put({ cookie, origin: 'http://evil.example' })).status).toBe(401);
    expect((await put({ cookie, origin: 'http://localhost:8888' })).status).toBe(401);
    expect((await put({ cookie })).status).toBe(201);
    const bearer = { authorization: `Bearer ${UPLOAD_TOKEN}`, origin: 'http://evil.example' };
    const foreign = await put(bearer);
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([200, bearer.origin]);
  });
});
