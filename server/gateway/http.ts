/**
 * What the server answers over HTTP (SPEC.md, H-3 and T-1): checks who asks, then asks the routes, then the dashboard's
 * files.
 *
 * A reply is one body in memory, and a connection has one at a time: requests sent ahead of the answers wait their
 * turn. So peers that ask for much and read nothing hold at most a body each, until HTTP_IDLE_MILLIS cuts them off.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Access, hostOf, strangerProblem } from './access.ts';
import {
  jsonReply,
  methodReply,
  type Reply,
  type Route,
  type RouteRequest,
  routeRequest,
  textReply,
} from './route.ts';
import { SESSION_PATH, sessionReply } from './session.ts';
import { siteRoute } from './site.ts';
import { denial } from './tokens.ts';

export type HttpOptions = {
  readonly access: Access;
  /** Directory of the built dashboard. */
  readonly site: string;
  readonly routes: readonly Route[];
  /** Told of every request that is refused by its sender: 401 and 403. */
  readonly onRefused: (request: IncomingMessage, status: number, reason: string) => void;
  /** Told what a route threw; the peer gets 500. */
  readonly onError: (error: unknown) => void;
};

const READY_PATH = '/readyz';
const HEALTH_PATH = '/healthz';

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** @throws Error where the site cannot be read */
export function httpListener(options: HttpOptions): RequestListener {
  const site = siteRoute(options.site);
  const turns = new WeakMap<Socket, Promise<void>>();
  return (request, response) => {
    const { socket } = request;
    const answer = async () => {
      const reply = await replyTo(request, options, site).catch((error: unknown) => {
        options.onError(error);
        return textReply(500, 'the server failed at this request; its log says why');
      });
      send(request, response, reply);
      await new Promise<void>((resolve) => response.on('close', resolve));
    };
    const before = turns.get(socket);
    turns.set(socket, before ? before.then(() => (socket.destroyed ? undefined : answer())) : answer());
  };
}

async function replyTo(
  request: IncomingMessage,
  { access, routes, onRefused }: HttpOptions,
  site: Route,
): Promise<Reply> {
  const { headers, method = 'GET', url = '/' } = request;
  const refused = (status: number, sentence: string, more: Readonly<Record<string, string>> = {}) => {
    onRefused(request, status, sentence);
    return textReply(status, sentence, more);
  };
  const problem = strangerProblem(headers, access);
  if (problem !== null) return refused(403, problem);
  const isReading = method === 'GET' || method === 'HEAD';
  const asked = routeRequest(isReading ? 'GET' : method, url, headers);
  if (!asked) return textReply(400, 'expected a path that begins with /, got another kind of target');
  if (asked.path === SESSION_PATH && method === 'POST') return sessionReply(request, access.tokens);
  const isApi = asked.segments[0] === 'api';
  if (!isReading && !isApi) return methodReply(method, 'GET', 'HEAD');
  if (asked.path === HEALTH_PATH) return jsonReply({ status: 'ok' });
  const denied =
    asked.path === READY_PATH ? null : denial(isReading ? 'view' : 'upload', headers, access.tokens);
  if (denied) {
    // The dashboard itself is no secret: it asks for the token.
    const page = isReading ? await site(asked) : null;
    return page ?? refused(denied.status, denied.sentence, denied.headers);
  }
  return (await replyOf(routes, asked)) ?? (await site(asked)) ?? missing(asked, isApi);
}

function replyOf(routes: readonly Route[], asked: RouteRequest): Promise<Reply> | Reply | null {
  for (const route of routes) {
    const reply = route(asked);
    if (reply) return reply;
  }
  return null;
}

function missing({ path }: RouteRequest, isApi: boolean): Reply {
  return textReply(404, isApi ? `no such route: ${path}` : `no such page: ${path}; the dashboard is at /`);
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const { status, headers, body, contentType } = reply;
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'content-security-policy': policyFor(hostOf(request.headers)),
    'cache-control': 'no-store',
    ...headers,
    ...(contentType !== null && {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
    }),
  });
  response.end(request.method === 'HEAD' || contentType === null ? undefined : body);
}

/** @param host of the request; older browsers do not take 'self' for WebSockets */
function policyFor(host: string | null): string {
  const sockets = host === null ? '' : ` ws://${host} wss://${host}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${sockets}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
