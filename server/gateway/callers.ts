/**
 * Who asks (SPEC.md, H-3, H-6 and T-4): a page of this server or no page at all, a page of another origin, or somebody
 * who is not looked at. Pure.
 *
 * Browsers add cookies to what any page sends, so those of another origin count for nothing. A token that is shown was
 * put there by somebody who knows it: then it does not matter where the page is from.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Access, hostOf, hostProblem, isOverLoopback } from './access.ts';
import { isAllowed, originFrom } from './origins.ts';
import { type Denial, rightOf, unauthorized } from './tokens.ts';

export type Caller = Stranger | Own | Foreign;
type Stranger = { readonly kind: 'stranger'; readonly problem: string };
/** Its `headers` are what its rights are read from. */
type Own = { readonly kind: 'own'; readonly headers: IncomingHttpHeaders };
type Foreign = {
  readonly kind: 'foreign';
  /** As it was sent, well-formed. */
  readonly origin: string;
  readonly isAccepted: boolean;
  /** Without cookies. */
  readonly headers: IncomingHttpHeaders;
};

export function callerOf(headers: IncomingHttpHeaders, access: Access): Caller {
  const problem = hostProblem(headers, access);
  if (problem !== null) return { kind: 'stranger', problem };
  if (headers.origin === undefined) return { kind: 'own', headers };
  const sent = headers.origin.toLowerCase();
  const host = hostOf(headers);
  if (sent === `http://${host}` || sent === `https://${host}`) return { kind: 'own', headers };
  const origin = originFrom(sent);
  if (origin === null) return { kind: 'stranger', problem: `expected an Origin, got "${headers.origin}"` };
  const { cookie: _cookie, ...shown } = headers;
  const isAccepted =
    isAllowed(origin, access.allowedOrigins, { withLoopback: isOverLoopback(headers, access) }) ||
    rightOf(shown, access.tokens) !== null;
  return { kind: 'foreign', origin: headers.origin, isAccepted, headers: shown };
}

/** The reason for refusing a page by its origin, null for none. A token is asked for where showing one would do. */
export function originDenial(caller: Own | Foreign, access: Access): Denial | null {
  if (caller.kind === 'own' || caller.isAccepted) return null;
  if (access.tokens.view !== null) return unauthorized();
  return {
    status: 403,
    sentence: `expected an Origin that this server allows, got "${caller.origin}"; start it with --allow-origin ${caller.origin} to allow that one`,
  };
}

/**
 * Whether it is this server's own page, no page at all, or a page of this machine while the server is reached over
 * loopback (H-11): not every page that may read may make the machine work.
 */
export function isAtHome(caller: Own | Foreign, access: Access): boolean {
  if (caller.kind === 'own') return true;
  const origin = originFrom(caller.origin.toLowerCase());
  return origin !== null && isAllowed(origin, [], { withLoopback: isOverLoopback(caller.headers, access) });
}

/** The same for the question before the request, which cannot show a token: the request itself has to. */
export function preflightDenial(caller: Own | Foreign, access: Access): Denial | null {
  const { view, upload } = access.tokens;
  return view === null && upload === null ? originDenial(caller, access) : null;
}
