import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { seededRandom } from '../../../server/base/random.ts';
import { HubClient, type HubPatience, HubUnreachable } from '../../../server/source/hub/hub-client.ts';
import { HubServer, type Refusal } from '../../support/hub-server.ts';
import { failureOf } from '../made-files.ts';

const FAST: Partial<HubPatience> = { attemptsMax: 4, backoffMillis: 2, backoffMillisMax: 4 };
const TOKEN = 'hf_aSecretThatNobodySees';
const LARGE = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 31) % 251));

async function opened(options: { token?: string; patience?: Partial<HubPatience> } = {}) {
  const hub = await HubServer.start();
  onTestFinished(() => hub.down());
  hub.push('step1', { 'small.json': '{"a":1}', 'large.bin': LARGE });
  const abort = new AbortController();
  const client = new HubClient({
    endpoint: new URL(hub.url),
    token: options.token ?? null,
    signal: abort.signal,
    patience: { ...FAST, ...options.patience },
    random: seededRandom(3),
  });
  const commit = createHash('sha1').update('step1 0').digest('hex');
  const url = (name: string) => client.url('someone', 'model', 'resolve', commit, name);
  return { hub, client, url, abort, refs: client.url('api', 'models', 'someone', 'model', 'refs') };
}

async function read(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Answers so a few times, then as usual. */
function times(count: number, refusal: Refusal): () => Refusal | null {
  let left = count;
  return () => (left-- > 0 ? refusal : null);
}

describe('a request', () => {
  test('that is answered with 429 or 5xx is made again', async () => {
    const { hub, client, refs } = await opened();
    for (const status of [429, 500, 503]) {
      hub.refuse = times(2, { status });
      expect((await client.get(refs)).status).toBe(200);
    }
    expect(hub.requests).toHaveLength(9);
  });

  test('that nothing comes of gives up with a sentence, after so many attempts', async () => {
    const { hub, client, refs } = await opened();
    hub.refuse = () => ({ status: 503 });
    const problem = `${new URL(hub.url).host}/api/models/someone/model/refs: it answered 503`;
    await expect(client.get(refs)).rejects.toThrow(new HubUnreachable(problem));
    expect(hub.requests).toHaveLength(4);
    await hub.down();
    await expect(client.get(refs)).rejects.toThrow('it cannot be reached (ECONNREFUSED)');
  });

  for (const [name, value] of [
    ['seconds', '0.3'],
    ['a date', new Date(Date.now() + 2000).toUTCString()],
  ])
    test(`waits as long as Retry-After asks for, in ${name}`, async () => {
      const { hub, client, refs } = await opened();
      hub.refuse = times(1, { status: 429, headers: { 'retry-after': value } });
      const begun = Date.now();
      await client.get(refs);
      // A date has whole seconds.
      expect(Date.now() - begun).toBeGreaterThan(name === 'seconds' ? 290 : 500);
    });

  for (const [status, sentence] of [
    [
      401,
      'it is private, gated or not there (401); set HF_TOKEN to a token that may read it, and check its name',
    ],
    [403, 'it is not open to this account (403); ask for access on its page, then set HF_TOKEN'],
    [404, 'there is no such thing (404); check its name'],
  ] as const)
    test(`that is answered with ${status} is not made again, and the sentence says what to do`, async () => {
      const { hub, client, refs } = await opened();
      hub.refuse = () => ({ status });
      const failure = await failureOf(client.get(refs));
      expect(failure.code).toBe('refused');
      expect(failure.message).toContain(sentence);
      expect(hub.requests).toHaveLength(1);
    });

  test('that is silent is made again', async () => {
    const { hub, client, refs } = await opened({ patience: { idleMillis: 50 } });
    let asked = 0;
    hub.stalls = () => asked++ === 0;
    expect((await client.get(refs)).status).toBe(200);
    expect(asked).toBe(2);
  });

  test('ends at once with the signal', async () => {
    const { hub, client, refs, abort } = await opened();
    hub.stalls = () => true;
    const asking = client.get(refs);
    await expect.poll(() => hub.openRequests).toBe(1);
    abort.abort(new Error('nobody listens'));
    await expect(asking).rejects.toThrow('nobody listens');
    await expect.poll(() => hub.openRequests).toBe(0);
  });
});

describe('the token', () => {
  test('goes to the hub, and not to where it redirects', async () => {
    const { hub, client, url } = await opened({ token: TOKEN });
    hub.token = TOKEN;
    expect(await read(client.bytes(url('large.bin'), 0, LARGE.length))).toEqual(LARGE);
    expect(hub.requests.map(({ to, token }) => [to, token])).toEqual([
      ['hub', TOKEN],
      ['store', null],
    ]);
  });

  test('is in no sentence, nor is the signature of a store', async () => {
    const { hub, client, url } = await opened({ token: TOKEN });
    const said: string[] = [];
    for (const status of [401, 403, 404, 418, 503]) {
      hub.refuse = ({ to }) => (to === 'store' ? { status } : null);
      await read(client.bytes(url('large.bin'), 0, 10)).catch((error: Error) => said.push(error.message));
    }
    expect(said).toHaveLength(5);
    for (const sentence of said) expect(sentence).not.toMatch(/hf_|s3cret/);
    expect(said[0]).toContain('check HF_TOKEN');
  });
});

describe('a part of a file', () => {
  test('after the first is asked for where that one lay, until it is not there any more', async () => {
    const { hub, client, url } = await opened();
    const asked = () => hub.requests.splice(0).map(({ kind }) => kind);
    const part = async (begin: number) => {
      const bytes = await read(client.bytes(url('large.bin'), begin, begin + 1000));
      expect(bytes.equals(LARGE.subarray(begin, begin + 1000))).toBe(true);
    };
    await part(0);
    expect(asked()).toEqual(['resolve', 'bytes']);
    await part(3000);
    expect(asked()).toEqual(['bytes']);
    hub.refuse = times(1, { status: 403 });
    await part(5000);
    expect(asked()).toEqual(['bytes', 'resolve', 'bytes']);
    hub.refuse = times(1, { status: 503 });
    await part(7000);
    expect(asked()).toEqual(['bytes', 'resolve', 'bytes']);
  });

  test('is what was asked for', async () => {
    const { client, url } = await opened();
    expect(await read(client.bytes(url('large.bin'), 1000, 3000))).toEqual(LARGE.subarray(1000, 3000));
    expect(await read(client.bytes(url('large.bin'), 7, 7))).toEqual(Buffer.alloc(0));
  });

  test('is what was asked for from a server that knows no ranges', async () => {
    const { hub, client, url } = await opened();
    hub.ignoresRanges = true;
    expect(await read(client.bytes(url('large.bin'), 1000, 3000))).toEqual(LARGE.subarray(1000, 3000));
  });

  test('goes on from where its connection was cut, however often', async () => {
    const { hub, client, url } = await opened();
    hub.cut = ({ to }) => (to === 'store' ? 9_000 : null);
    expect(await read(client.bytes(url('large.bin'), 0, LARGE.length))).toEqual(LARGE);
    const ranges = hub.requests.filter(({ to }) => to === 'store').map(({ range }) => range);
    expect(ranges).toEqual([0, 9, 18, 27, 36, 45].map((thousands) => `bytes=${1000 * thousands}-49999`));
  });

  test('ends with no request open when its reader has enough', async () => {
    const { hub, client, url } = await opened();
    for await (const _ of client.bytes(url('large.bin'), 0, LARGE.length)) break;
    await expect.poll(() => hub.openRequests).toBe(0);
  });
});
