/**
 * What modules hand to the gateway to answer HTTP with: a route looks at a request and replies, or says that it is not
 * its own. It is asked only for requests that are allowed. `Host`, tokens, HEAD and headers of safety are the gateway's.
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { NO_BODY, type RequestBody } from './request-body.ts';

export type RouteRequest = {
  /** GET for HEAD too: the gateway leaves the body out. */
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** What stands between the slashes of `path`, decoded; ['api', 'runs', 'a b'] for /api/runs/a%20b, [''] for /. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: RequestBody;
};

export type Reply = {
  readonly status: number;
  /** Beside those of the gateway; names in lower case. Without a `cache-control` nobody keeps it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** null: without a body. */
  readonly contentType: string | null;
};

/** null: not mine. What it throws is answered with 500. */
export type Route = (request: RouteRequest) => Promise<Reply> | Reply | null;

export const CONTENT_TYPE = {
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
} as const;

/** @returns null where the target is not a path: another host's address, or `*` */
export function routeRequest(
  method: string,
  target: string,
  headers: IncomingHttpHeaders,
  body: RequestBody = NO_BODY,
): RouteRequest | null {
  if (!target.startsWith('/')) return null;
  const [beforeFragment] = target.split('#', 1);
  const mark = beforeFragment.indexOf('?');
  const path = mark === -1 ? beforeFragment : beforeFragment.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? '' : beforeFragment.slice(mark + 1));
  return { method, path, segments: path.split('/').slice(1).map(decoded), query, headers, body };
}

/** A segment as the name it stands for; as it is where it is not well-formed. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export function jsonReply(value: unknown, status = 200): Reply {
  return { status, headers: {}, body: JSON.stringify(value), contentType: CONTENT_TYPE.json };
}

export function textReply(
  status: number,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, headers, body: `${sentence}\n`, contentType: CONTENT_TYPE.text };
}

/** For a route that is there but not for this method. */
export function methodReply(got: string, ...allowed: readonly string[]): Reply {
  return textReply(405, `expected ${allowed.join(' or ')}, got ${got}`, { allow: allowed.join(', ') });
}

/**
 * A reply that a peer may keep and must ask about again. The body is built only for a peer that does not have it.
 *
 * @param validator differs whenever the body does: an epoch and offset, a hash; any text, hashed here
 */
export function cached(request: RouteRequest, validator: string, reply: () => Reply): Reply {
  const etag = `"${createHash('sha256').update(validator).digest('base64url').slice(0, 22)}"`;
  const headers = { etag, 'cache-control': 'private, no-cache' };
  if (isHeld(request.headers['if-none-match'], etag))
    return { status: 304, headers, body: '', contentType: null };
  const built = reply();
  return { ...built, headers: { ...headers, ...built.headers } };
}

/** Weak comparison, as RFC 9110 has it for `If-None-Match`. */
function isHeld(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const held = header.split(',').map((value) => value.trim().replace(/^W\//, ''));
  return held.includes(etag) || held.includes('*');
}
