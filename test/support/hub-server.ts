/**
 * A server that speaks the hub's HTTP API as far as it is read: refs with an ETag, lists of files page by page through
 * `Link`, and files by `resolve`: small ones at once, large ones (LFS) by a redirect to a store at another port, which
 * knows ranges and sees no token. It can be told to ask for a token, to refuse, to be busy, to cut connections and to
 * answer nothing, and counts what it was asked for.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { unreachable } from '../../protocol/unreachable.ts';

export type HubRequest = {
  readonly to: 'hub' | 'store';
  readonly kind: 'refs' | 'tree' | 'resolve' | 'bytes';
  /** Revision and path of a file, the commit of a list. */
  readonly path: string;
  readonly range: string | null;
  readonly token: string | null;
};

export type Refusal = { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

type Files = ReadonlyMap<string, Buffer>;
type Stored = { readonly bytes: Buffer; readonly oid: string; readonly sha256: string };

export class HubServer {
  readonly repo: string;
  readonly requests: HubRequest[] = [];
  /** Entries a page of a list. */
  pageSize = 50;
  /** Files from this size on are in the store. */
  largeBytes = 1000;
  /** What anybody has to show, except to the store. */
  token: string | null = null;
  /** What is answered instead. */
  refuse: (request: HubRequest) => Refusal | null = () => null;
  /** After how many bytes of an answer of the store its connection is cut; null for never. */
  cut: (request: HubRequest) => number | null = () => null;
  /** Whether a request is never answered. */
  stalls: (request: HubRequest) => boolean = () => false;
  /** Whether the store sends all of a file whatever range is asked for. */
  ignoresRanges = false;
  readonly #branches = new Map<string, string>();
  readonly #tags = new Map<string, string>();
  readonly #commits = new Map<string, Files>();
  readonly #names = new Map<string, string>();
  readonly #hashes = new WeakMap<Buffer, Stored>();
  readonly #servers: Record<'hub' | 'store', Server | null> = { hub: null, store: null };
  readonly #ports = { hub: 0, store: 0 };
  #open = 0;

  private constructor(repo: string) {
    this.repo = repo;
  }

  static async start(repo = 'someone/model'): Promise<HubServer> {
    const hub = new HubServer(repo);
    await hub.up();
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ports.hub}`;
  }

  get storeUrl(): string {
    return `http://127.0.0.1:${this.#ports.store}`;
  }

  /** Requests under way. */
  get openRequests(): number {
    return this.#open;
  }

  /** Files whose contents were asked for, once each time. */
  get fetched(): readonly string[] {
    return this.requests.filter(({ kind }) => kind === 'bytes').map(({ path }) => path);
  }

  /** The path of a request, with the branch instead of its commit. */
  nameOf(path: string): string {
    const [commit, ...rest] = path.split('/');
    return [this.#names.get(commit) ?? commit, ...rest].join('/');
  }

  /** Pushes a branch that has just these files, or moves it. */
  push(branch: string, files: Readonly<Record<string, Uint8Array | string | object>>): void {
    this.#branches.set(branch, this.#commit(branch, files));
  }

  tag(name: string, files: Readonly<Record<string, Uint8Array | string | object>>): void {
    this.#tags.set(name, this.#commit(name, files));
  }

  /** The files of a branch, with some more. */
  add(branch: string, files: Readonly<Record<string, Uint8Array | string | object>>): void {
    const before = this.#commits.get(this.#branches.get(branch) ?? '') ?? new Map();
    this.push(branch, { ...Object.fromEntries(before), ...files });
  }

  remove(branch: string): void {
    this.#branches.delete(branch);
  }

  /** Other bytes of the same length, at the same commit: damaged on the way. */
  damage(branch: string, path: string): void {
    const stored = this.#commits.get(this.#branches.get(branch) ?? '')?.get(path);
    if (!stored) throw new Error(`${branch} has no ${path}`);
    this.#stored(stored);
    stored[stored.length - 1] ^= 1;
  }

  async up(): Promise<void> {
    for (const which of ['hub', 'store'] as const) {
      const server = createServer((request, response) => this.#answer(which, request, response));
      server.listen(this.#ports[which], '127.0.0.1');
      await once(server, 'listening');
      this.#ports[which] = (server.address() as AddressInfo).port;
      this.#servers[which] = server;
    }
  }

  async down(): Promise<void> {
    for (const which of ['hub', 'store'] as const) {
      const server = this.#servers[which];
      if (!server) continue;
      this.#servers[which] = null;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    }
  }

  #commit(name: string, files: Readonly<Record<string, Uint8Array | string | object>>): string {
    const entries = Object.entries(files).map(([path, content]): [string, Buffer] => [
      path,
      bytesOf(content),
    ]);
    const commit = createHash('sha1').update(`${name} ${this.#commits.size}`).digest('hex');
    this.#commits.set(commit, new Map(entries));
    this.#names.set(commit, name);
    return commit;
  }

  #stored(bytes: Buffer): Stored {
    const known = this.#hashes.get(bytes);
    if (known) return known;
    const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    const stored = { bytes, oid, sha256: createHash('sha256').update(bytes).digest('hex') };
    this.#hashes.set(bytes, stored);
    return stored;
  }

  #answer(to: 'hub' | 'store', message: IncomingMessage, response: ServerResponse): void {
    this.#open += 1;
    response.once('close', () => {
      this.#open -= 1;
    });
    const url = new URL(message.url ?? '/', 'http://hub');
    const parts = url.pathname.split('/').slice(1).map(decodeURIComponent);
    const [kind, path] = to === 'store' ? (['bytes', parts.join('/')] as const) : this.#asked(parts);
    const range = message.headers.range ?? null;
    const token = /^Bearer (.+)$/.exec(message.headers.authorization ?? '')?.[1] ?? null;
    if (kind === null) {
      response.writeHead(404).end();
      return;
    }
    const request = { to, kind, path, range, token };
    this.requests.push(request);
    if (this.stalls(request)) return;
    const refusal = this.refuse(request);
    if (refusal) {
      response.writeHead(refusal.status, refusal.headers).end('{"error":"no"}');
      return;
    }
    if (to === 'hub' && this.token !== null && token !== this.token) {
      response.writeHead(401).end('{"error":"Invalid username or password."}');
      return;
    }
    switch (kind) {
      case 'refs':
        this.#refs(message, response);
        break;
      case 'tree':
        this.#tree(path, url, response);
        break;
      case 'resolve':
        this.#resolve(request, response);
        break;
      case 'bytes':
        this.#bytes(request, response);
        break;
      default:
        unreachable(kind);
    }
  }

  #asked(parts: readonly string[]): readonly [HubRequest['kind'] | null, string] {
    const depth = this.repo.split('/').length;
    const isApi = parts[0] === 'api' && parts[1] === 'models';
    const [repo, rest] = isApi
      ? [parts.slice(2, 2 + depth), parts.slice(2 + depth)]
      : [parts.slice(0, depth), parts.slice(depth)];
    if (repo.join('/') !== this.repo) return [null, ''];
    const [kind, ...path] = rest;
    if (isApi && kind === 'refs') return ['refs', ''];
    if (isApi && kind === 'tree') return ['tree', path.join('/')];
    return !isApi && kind === 'resolve' ? ['resolve', path.join('/')] : [null, ''];
  }

  #refs(message: IncomingMessage, response: ServerResponse): void {
    const refsOf = (names: ReadonlyMap<string, string>, kind: string) =>
      Array.from(names, ([name, targetCommit]) => ({ name, ref: `refs/${kind}/${name}`, targetCommit }));
    const body = JSON.stringify({
      branches: refsOf(this.#branches, 'heads'),
      converts: [],
      tags: refsOf(this.#tags, 'tags'),
    });
    const etag = `W/"${createHash('sha1').update(body).digest('hex')}"`;
    if (message.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag }).end();
      return;
    }
    response.writeHead(200, { etag, 'content-type': 'application/json' }).end(body);
  }

  #tree(path: string, url: URL, response: ServerResponse): void {
    const [commit, ...folders] = path.split('/');
    const files = this.#commits.get(commit);
    if (!files) {
      response.writeHead(404).end('{"error":"Invalid rev id"}');
      return;
    }
    const folder = folders.length > 0 ? `${folders.join('/')}/` : '';
    const isRecursive = url.searchParams.get('recursive') === 'true';
    const within = [...files.keys()].filter((name) => name.startsWith(folder));
    if (within.length === 0 && folder !== '') {
      response.writeHead(404).end('{"error":"no entry"}');
      return;
    }
    const entries = within
      .filter((name) => isRecursive || !name.slice(folder.length).includes('/'))
      .sort()
      .map((name) => this.#entry(name, files));
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const next = from + this.pageSize;
    const more = new URL(url.pathname + url.search, this.url);
    more.searchParams.set('cursor', String(next));
    const link = next < entries.length ? { link: `<${more.href}>; rel="next"` } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...link });
    response.end(JSON.stringify(entries.slice(from, next)));
  }

  #entry(path: string, files: Files) {
    const { bytes, oid, sha256 } = this.#stored(files.get(path) ?? Buffer.alloc(0));
    const large = bytes.length >= this.largeBytes;
    // A large file's own oid is that of its pointer.
    const pointer = createHash('sha1').update(sha256).digest('hex');
    return {
      type: 'file',
      path,
      size: bytes.length,
      oid: large ? pointer : oid,
      ...(large && { lfs: { oid: sha256, size: bytes.length, pointerSize: 134 } }),
    };
  }

  #resolve(request: HubRequest, response: ServerResponse): void {
    const [commit, ...rest] = request.path.split('/');
    const bytes = this.#commits.get(commit)?.get(rest.join('/'));
    if (!bytes) {
      response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
      return;
    }
    const { oid, sha256 } = this.#stored(bytes);
    if (bytes.length < this.largeBytes) {
      this.#send(bytes, oid, request, response);
      return;
    }
    const location = `${this.storeUrl}/${request.path.split('/').map(encodeURIComponent).join('/')}?signature=s3cret`;
    response
      .writeHead(302, { location, 'x-linked-etag': `"${sha256}"`, 'x-linked-size': bytes.length })
      .end();
  }

  #bytes(request: HubRequest, response: ServerResponse): void {
    const [commit, ...rest] = request.path.split('/');
    const bytes = this.#commits.get(commit)?.get(rest.join('/'));
    if (!bytes) {
      response.writeHead(403).end();
      return;
    }
    this.#send(bytes, this.#stored(bytes).sha256, request, response);
  }

  #send(bytes: Buffer, etag: string, request: HubRequest, response: ServerResponse): void {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec((!this.ignoresRanges && request.range) || '') ?? [];
    const begin = Number(from ?? 0);
    const end = Math.min(bytes.length, to === undefined ? bytes.length : Number(to) + 1);
    const headers = { etag: `"${etag}"`, 'content-length': end - begin };
    if (from === undefined) response.writeHead(200, headers);
    else
      response.writeHead(206, { ...headers, 'content-range': `bytes ${begin}-${end - 1}/${bytes.length}` });
    const cutAt = this.cut(request);
    const part = bytes.subarray(begin, end);
    if (cutAt === null || cutAt >= part.length) {
      response.end(part);
      return;
    }
    response.write(part.subarray(0, cutAt), () => response.destroy());
  }
}

function bytesOf(content: Uint8Array | string | object): Buffer {
  if (content instanceof Uint8Array) return Buffer.from(content);
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
}
