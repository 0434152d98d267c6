/**
 * An object store that speaks the HTTP API of S3 as far as it is read: ListObjectsV2 with delimiter and continuation
 * tokens, GetObject with Range, If-Match and ETag, by path (`/bucket/key`), to whoever has its access key. It can be
 * told to refuse, to be busy, to cut connections and to answer nothing, and counts what it was asked for.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export const ACCESS_KEY = 'AKIAPHASEWATCHTEST';
export const BUCKET = 'runs';

type Stored = { readonly bytes: Buffer; readonly etag: string };
type Refusal = { readonly status: number; readonly code: string };
type Request = {
  readonly kind: 'list' | 'get';
  readonly key: string;
  readonly range: string | null;
  readonly condition: string | null;
};

export class S3Server {
  readonly requests: Request[] = [];
  /** Keys a page of a list. */
  pageSize = 1000;
  /** Whether it gives an object whatever the condition says, as some stores do. */
  ignoresConditions = false;
  /** Whether objects are stalled: asked for and never answered. */
  stalls: (key: string) => boolean = () => false;
  /** After how many bytes of an answer its connection is cut; null for never. */
  cut: (key: string) => number | null = () => null;
  /** What is answered instead. */
  refuse: (request: Request) => Refusal | null = () => null;
  readonly #objects = new Map<string, Stored>();
  #server: Server | null = null;
  #port = 0;
  #open = 0;

  static async start(): Promise<S3Server> {
    const store = new S3Server();
    await store.up();
    onTestFinished(() => store.down());
    return store;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Requests under way. */
  get openRequests(): number {
    return this.#open;
  }

  /** Keys of the objects that were asked for, once each time. */
  get gets(): readonly string[] {
    return this.requests.filter(({ kind }) => kind === 'get').map(({ key }) => key);
  }

  put(key: string, content: Uint8Array | string | object): void {
    const bytes =
      content instanceof Uint8Array
        ? Buffer.from(content)
        : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
    this.#objects.set(key, { bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"` });
  }

  remove(key: string): void {
    this.#objects.delete(key);
  }

  /** Listens, at the same port as before. */
  async up(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async down(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = null;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#open++;
    response.once('close', () => this.#open--);
    const url = new URL(request.url ?? '/', this.url);
    const [, bucket, ...parts] = decodeURIComponent(url.pathname).split('/');
    const key = parts.join('/');
    const isList = url.searchParams.get('list-type') === '2';
    const asked: Request = {
      kind: isList ? 'list' : 'get',
      key: isList ? (url.searchParams.get('prefix') ?? '') : key,
      range: request.headers.range ?? null,
      condition: request.headers['if-match'] ?? null,
    };
    this.requests.push(asked);
    const refusal = this.refuse(asked);
    if (refusal) refused(response, refusal);
    else if (!request.headers.authorization?.includes(`Credential=${ACCESS_KEY}/`))
      refused(response, { status: 403, code: 'InvalidAccessKeyId' });
    else if (bucket !== BUCKET) refused(response, { status: 404, code: 'NoSuchBucket' });
    else if (isList) this.#list(url.searchParams, response);
    else this.#get(key, request, response);
  }

  #list(words: URLSearchParams, response: ServerResponse): void {
    const prefix = words.get('prefix') ?? '';
    const delimiter = words.get('delimiter') ?? '';
    const after = words.get('continuation-token') ?? '';
    const entries = new Map<string, Stored | null>();
    for (const [key, stored] of [...this.#objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      if (end < 0) entries.set(key, stored);
      else entries.set(key.slice(0, end + 1), null);
    }
    const names = [...entries].filter(([name]) => name > after);
    const page = names.slice(0, this.pageSize);
    const last = page.at(-1)?.[0] ?? '';
    const isCut = names.length > page.length;
    const xml = page.map(([name, stored]) =>
      stored
        ? `<Contents><Key>${escaped(name)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>${escaped(stored.etag)}</ETag><Size>${stored.bytes.length}</Size></Contents>`
        : `<CommonPrefixes><Prefix>${escaped(name)}</Prefix></CommonPrefixes>`,
    );
    const next = isCut ? `<NextContinuationToken>${escaped(last)}</NextContinuationToken>` : '';
    response.setHeader('content-type', 'application/xml');
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><Name>${BUCKET}</Name><Prefix>${escaped(prefix)}</Prefix>` +
        `<KeyCount>${page.length}</KeyCount><IsTruncated>${isCut}</IsTruncated>${next}${xml.join('')}</ListBucketResult>`,
    );
  }

  #get(key: string, { headers }: IncomingMessage, response: ServerResponse): void {
    const stored = this.#objects.get(key);
    const condition = headers['if-match'];
    if (!stored) refused(response, { status: 404, code: 'NoSuchKey' });
    else if (condition !== undefined && condition !== stored.etag && !this.ignoresConditions)
      refused(response, { status: 412, code: 'PreconditionFailed' });
    else if (!this.stalls(key)) this.#give(key, stored, headers.range ?? null, response);
  }

  #give(key: string, { bytes, etag }: Stored, range: string | null, response: ServerResponse): void {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const part = bytes.subarray(from);
    response.writeHead(range === null ? 200 : 206, {
      etag,
      'content-length': part.length,
      ...(range !== null && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    const most = this.cut(key);
    if (most === null || most >= part.length) response.end(part);
    else response.write(part.subarray(0, most), () => response.destroy());
  }
}

function refused(response: ServerResponse, { status, code }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
