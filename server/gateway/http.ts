/**
 * What the server answers over HTTP: health, graphs of single checkpoints, and the dashboard's files
 * (SPEC.md, section H).
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import sirv from 'sirv';
import type { Graph } from '../../protocol/state.ts';
import { refusal } from './access.ts';

export type HttpOptions = {
  /** Address that is served, for checking `Host`. */
  readonly host: string;
  /** Directory of the built dashboard. */
  readonly site: string;
  /** The complete graph of a run's checkpoint, if there is one. */
  readonly graph: (run: string, checkpoint: string) => Graph | null;
};

const GRAPH_ROUTE = /^\/api\/runs\/([^/]+)\/checkpoints\/([^/]+)\/graph$/;

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

export function httpListener(options: HttpOptions): RequestListener {
  const files = sirv(options.site, { etag: true });
  return (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const refused = refusal(request, options.host);
    if (refused) return sendText(response, 403, refused);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return sendText(response, 405, `expected GET or HEAD, got ${request.method}`);
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path === '/healthz') return sendJson(request, response, { status: 'ok' });
    const graphRoute = GRAPH_ROUTE.exec(path);
    if (graphRoute) {
      const [run, checkpoint] = graphRoute.slice(1).map(decoded);
      const graph = options.graph(run, checkpoint);
      if (!graph)
        return sendText(response, 404, `no complete graph of checkpoint ${checkpoint} of run ${run}`);
      return sendJson(request, response, graph);
    }
    if (path.startsWith('/api/')) return sendText(response, 404, `no such route: ${path}`);
    return files(request, response, () =>
      sendText(response, 404, `no such page: ${path}; the dashboard is at /`),
    );
  };
}

/** A path segment as the name it stands for; as it is where it is not well-formed. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function sendJson(request: IncomingMessage, response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  response.setHeader('etag', etag);
  response.setHeader('cache-control', 'no-cache');
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function sendText(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${sentence}\n`);
}
