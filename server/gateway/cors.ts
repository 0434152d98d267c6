/**
 * What lets browsers hand this server's answers to pages of other origins (SPEC.md, H-7 and H-8). Pure.
 *
 * The origin is said back, never `*`, and never with `allow-credentials`: what such pages may read they may read without
 * a cookie. A refusal is readable only where it asks for a token, so that the page can.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Caller } from './callers.ts';
import type { Reply } from './route.ts';

/** How long a browser need not ask again, in seconds: it is the least of what browsers take as the most. */
const PREFLIGHT_SECONDS = 600;

/** For replies that do not say themselves who may read them. */
export function corsHeaders(caller: Caller, { status, headers }: Reply): Readonly<Record<string, string>> {
  if ('access-control-allow-origin' in headers) return {};
  // Caches between must not give one origin's answer to another.
  const vary = { vary: 'Origin' };
  if (caller.kind !== 'foreign' || !(caller.isAccepted || status === 401)) return vary;
  return {
    ...vary,
    'access-control-allow-origin': caller.origin,
    'access-control-expose-headers': 'etag, retry-after',
  };
}

export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

export function preflightReply(headers: IncomingHttpHeaders): Reply {
  const isFromPublic = headers['access-control-request-private-network'] === 'true';
  return {
    status: 204,
    headers: {
      vary: 'Origin',
      'access-control-allow-origin': headers.origin ?? '',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT',
      'access-control-allow-headers': 'authorization, content-digest, content-type, if-none-match',
      'access-control-max-age': String(PREFLIGHT_SECONDS),
      ...(isFromPublic && { 'access-control-allow-private-network': 'true' }),
    },
    body: '',
    contentType: null,
  };
}
