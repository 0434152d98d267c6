/**
 * `POST /api/session` (SPEC.md, T-2 and T-4): shows a token once, as a Bearer token or as `{"token": …}`, and gets a
 * cookie; a page of another origin learns whether the token is valid, and gets none.
 * It is the one request whose body is read from a stranger; more than SESSION_BODY_BYTES_MAX of it is not kept.
 */
import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { SESSION_BODY_BYTES_MAX } from '../base/config.ts';
import type { Caller } from './callers.ts';
import type { RequestBody } from './request-body.ts';
import { type Reply, textReply } from './route.ts';
import { bearerOf, sessionCookie, type Tokens, tokenShown, unauthorized } from './tokens.ts';

export const SESSION_PATH = '/api/session';

const Body = v.object({ token: v.string() });

export async function sessionReply(
  request: IncomingMessage,
  body: RequestBody,
  caller: Caller,
  tokens: Tokens,
): Promise<Reply> {
  // A server without tokens has nothing to remember: whoever shows one goes on as they could without.
  if (tokens.view === null && tokens.upload === null) return noContent({});
  const shown = bearerOf(request.headers) ?? (await tokenInBody(body));
  if (typeof shown !== 'string') return shown;
  const token = tokenShown(shown, tokens);
  if (token === null) {
    const { status, sentence, headers } = unauthorized();
    return textReply(status, sentence, headers);
  }
  if (caller.kind !== 'own') return noContent({});
  return noContent({ 'set-cookie': sessionCookie(token, isOverHttps(request)) });
}

function noContent(headers: Readonly<Record<string, string>>): Reply {
  return { status: 204, headers, body: '', contentType: null };
}

/**
 * As the proxy in front says. Whoever makes this up makes only their own cookie a `Secure` one; another site cannot,
 * since it gets none.
 */
function isOverHttps({ headers }: IncomingMessage): boolean {
  return (
    String(headers['x-forwarded-proto'] ?? '')
      .split(',')[0]
      .trim()
      .toLowerCase() === 'https'
  );
}

async function tokenInBody(sent: RequestBody): Promise<string | Reply> {
  const body = await sent.whole(SESSION_BODY_BYTES_MAX);
  if (body === null)
    return textReply(413, `expected a body of at most ${SESSION_BODY_BYTES_MAX} bytes, got more`);
  try {
    return v.parse(Body, JSON.parse(body.toString('utf8'))).token;
  } catch {
    return textReply(400, 'expected a Bearer token or a body of {"token": "…"}, got neither');
  }
}
