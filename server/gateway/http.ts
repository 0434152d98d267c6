/**
 * What the server answers over HTTP (SPEC.md, H-3, H-6 and T-1): checks who asks, then asks the routes, then the embed
 * pages, then the dashboard's files.
 *
 * A reply is one body in memory, and a connection has one at a time: requests sent ahead of the answers wait their
 * turn. So peers that ask for much and read nothing hold at most a body each, until HTTP_IDLE_MILLIS cuts them off.
 * What they send is read by who wants it (request-body.ts); what nobody wants is let go of after the answer.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Access, hostOf } from './access.ts';
import { type Caller, callerOf, originDenial, preflightDenial } from './callers.ts';
import { corsHeaders, isPreflight, preflightReply } from './cors.ts';
import { embedPages } from './embeds.ts';
import { pagePolicy } from './policy.ts';
import { IncomingBody } from './request-body.ts';
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
import { type Pages, siteRoute } from './site.ts';
import { type Denial, denial } from './tokens.ts';
import { TRAININGS_PATH, type Trainings, trainingsReply } from './trainings.ts';

export type HttpOptions = {
  readonly access: Access;
  /** Directory of the built dashboard. */
  readonly site: string;
  readonly routes: readonly Route[];
  /** Null where this server trains nothing. */
  readonly trainings?: Trainings | null;
  /** How long a body may take that is not read piece by piece, and an answer that nobody takes. */
  readonly patience: { readonly requestMillis: number; readonly idleMillis: number };
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
  const embeds = embedPages(site, options.access);
  const pages: Pages = (asked) => embeds(asked) ?? site(asked);
  const turns = new WeakMap<Socket, Promise<void>>();
  return (request, response) => {
    const { socket } = request;
    const body = new IncomingBody(request, response, options.patience.requestMillis);
    const answer = async () => {
      const caller = callerOf(request.headers, options.access);
      const reply = await replyTo(request, body, caller, options, pages).catch((error: unknown) => {
        options.onError(error);
        return textReply(500, 'the server failed at this request; its log says why');
      });
      socket.setTimeout(options.patience.idleMillis);
      // Who was not told to send a body may send it or not: nobody could say what comes next.
      const ending: Record<string, string> = body.isAwaited ? { connection: 'close' } : {};
      const headers = { ...corsHeaders(caller, reply), ...reply.headers, ...ending };
      response.on('finish', () => body.forget());
      send(request, response, { ...reply, headers });
      await new Promise<void>((resolve) => response.on('close', resolve));
    };
    const before = turns.get(socket);
    turns.set(socket, before ? before.then(() => (socket.destroyed ? undefined : answer())) : answer());
  };
}

async function replyTo(
  request: IncomingMessage,
  body: IncomingBody,
  caller: Caller,
  { access, routes, trainings = null, onRefused }: HttpOptions,
  pages: Pages,
): Promise<Reply> {
  const { headers, method = 'GET', url = '/' } = request;
  const refused = ({ status, sentence, headers: more }: Denial) => {
    onRefused(request, status, sentence);
    return textReply(status, sentence, more);
  };
  if (caller.kind === 'stranger') return refused({ status: 403, sentence: caller.problem });
  if (isPreflight(request)) {
    const denied = preflightDenial(caller, access);
    return denied ? refused(denied) : preflightReply(headers);
  }
  const isReading = method === 'GET' || method === 'HEAD';
  const asked = routeRequest(isReading ? 'GET' : method, url, headers, body);
  if (!asked) return textReply(400, 'expected a path that begins with /, got another kind of target');
  // The pages themselves are no secret: they ask for the token, and are shown only what their origin may see.
  const orPage = (denied: Denial) => (isReading ? pages(asked) : null) ?? refused(denied);
  const unaccepted = originDenial(caller, access);
  if (unaccepted) return orPage(unaccepted);
  if (asked.path === SESSION_PATH && method === 'POST')
    return sessionReply(request, body, caller, access.tokens);
  const isApi = asked.segments[0] === 'api';
  if (!isReading && !isApi) return methodReply(method, 'GET', 'HEAD');
  if (asked.path === HEALTH_PATH) return jsonReply({ status: 'ok' });
  const needed = isReading || asked.path === TRAININGS_PATH ? 'view' : 'upload';
  const denied = asked.path === READY_PATH ? null : denial(needed, caller.headers, access.tokens);
  if (denied) return orPage(denied);
  if (asked.path === TRAININGS_PATH && trainings !== null)
    return trainingsReply(asked, caller, access, trainings);
  return (await replyOf(routes, asked)) ?? pages(asked) ?? missing(asked, isApi);
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
    'content-security-policy': pagePolicy(hostOf(request.headers)),
    'cache-control': 'no-store',
    ...headers,
    ...(contentType !== null && {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
    }),
  });
  response.end(request.method === 'HEAD' || contentType === null ? undefined : body);
}
