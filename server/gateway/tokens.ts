/**
 * Tokens: who shows one, and what it allows (SPEC.md, T-1 to T-3).
 *
 * A cookie holds HMAC-SHA256(token, 'phasewatch session'), not the token: what a browser's files hold cannot be shown
 * as `Authorization` or passed on as a link, it is good until the token is another, and the server keeps nothing for
 * it, so that a restart ends no session. Its name carries a hash too, since cookies of one host are shared by all its
 * ports: two servers on one machine do not sign each other's viewers out.
 * Guesses are not counted: TOKEN_CHARACTERS_MIN makes them hopeless.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import { SESSION_SECONDS, TOKEN_CHARACTERS_MIN } from '../base/config.ts';

/** null: no such token; looking on is then free, uploading impossible. */
export type Tokens = { readonly view: string | null; readonly upload: string | null };
export type Right = 'view' | 'upload';
/** Why a request is refused. The sentence never holds what was shown. */
export type Denial = {
  readonly status: number;
  readonly sentence: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What can be a token is what can be part of a sub-protocol's name and of a URL's fragment. */
const TOKEN = new RegExp(`^[A-Za-z0-9._~-]{${TOKEN_CHARACTERS_MIN},256}$`);

export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What the options are called that give them. */
const OPTIONS = { view: '--token', upload: '--upload-token' } as const;

/** What is wrong with tokens that somebody chose, null for nothing; never says them. */
export function tokensProblem({ view, upload }: Tokens): string | null {
  const tokens = { view, upload };
  for (const name of ['view', 'upload'] as const) {
    const token = tokens[name];
    if (token !== null && !TOKEN.test(token))
      return `${OPTIONS[name]}: expected a token to ${name} of ${TOKEN_CHARACTERS_MIN} to 256 letters, digits, ".", "_", "~" or "-", got ${token.length} characters that are not`;
  }
  if (view !== null && view === upload)
    return '--token: expected two tokens, got the same to view and to upload: whoever looks on could upload';
  return null;
}

/** The reason for not doing what needs this right, null for none. */
export function denial(needed: Right, headers: IncomingHttpHeaders, tokens: Tokens): Denial | null {
  if (needed === 'view' && tokens.view === null) return null;
  const right = rightOf(headers, tokens);
  // Where there are no tokens at all, none can be asked for.
  if (right === null && (tokens.view !== null || tokens.upload !== null)) return unauthorized();
  if (needed === 'view' || right === 'upload') return null;
  return {
    status: 403,
    sentence:
      tokens.upload === null
        ? 'this server takes no uploads: it was started without a token for them'
        : 'expected the token for uploads, got the one for viewing',
  };
}

export function unauthorized(): Denial {
  return {
    status: 401,
    sentence:
      'expected a valid token: open the address that the server printed, or send it as a Bearer token',
    headers: { 'www-authenticate': 'Bearer' },
  };
}

/** The most that anything shown with a request allows; null where nothing shown is valid. */
export function rightOf(headers: IncomingHttpHeaders, tokens: Tokens): Right | null {
  const shown = [bearerOf(headers), ...subprotocolTokens(headers)].filter((token) => token !== null);
  const cookies = cookiesOf(headers);
  const isShown = (token: string | null) =>
    token !== null &&
    (anyEqual(shown, token) || anyEqual(cookies.get(sessionName(token)) ?? [], sessionValue(token)));
  // Both are looked for, so that the time tells nothing of which there was.
  const [upload, view] = [isShown(tokens.upload), isShown(tokens.view)];
  if (upload) return 'upload';
  return view ? 'view' : null;
}

/** The server's own token that equals what was shown, null for none. */
export function tokenShown(shown: string, { view, upload }: Tokens): string | null {
  const found = [upload, view].filter((token) => token !== null && isEqual(shown, token));
  return found[0] ?? null;
}

export function bearerOf(headers: IncomingHttpHeaders): string | null {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/**
 * @param isSecure whether the browser came over https; it then sends the cookie over nothing else
 * @returns value of `Set-Cookie` for the holder of a token
 */
export function sessionCookie(token: string, isSecure: boolean): string {
  const attributes = ['HttpOnly', 'SameSite=Strict', 'Path=/', `Max-Age=${SESSION_SECONDS}`];
  if (isSecure) attributes.push('Secure');
  return [`${sessionName(token)}=${sessionValue(token)}`, ...attributes].join('; ');
}

function sessionName(token: string): string {
  return `phasewatch-${hmac(token, 'phasewatch cookie name').subarray(0, 4).toString('hex')}`;
}

function sessionValue(token: string): string {
  return hmac(token, 'phasewatch session').toString('base64url');
}

function hmac(token: string, text: string): Buffer {
  return createHmac('sha256', token).update(text).digest();
}

function subprotocolTokens(headers: IncomingHttpHeaders): string[] {
  return (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name.startsWith(TOKEN_SUBPROTOCOL_PREFIX))
    .map((name) => name.slice(TOKEN_SUBPROTOCOL_PREFIX.length));
}

/** Values by name; a name may come more than once. */
function cookiesOf(headers: IncomingHttpHeaders): Map<string, string[]> {
  const cookies = new Map<string, string[]>();
  for (const pair of (headers.cookie ?? '').split(';')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, equals)).trim();
    cookies.set(name, [...(cookies.get(name) ?? []), pair.slice(equals + 1).trim()]);
  }
  return cookies;
}

function anyEqual(shown: readonly string[], secret: string): boolean {
  return shown.filter((value) => isEqual(value, secret)).length > 0;
}

/** In a time that depends on neither: hashes are of one length, and all of each is compared. */
function isEqual(shown: string, secret: string): boolean {
  const [a, b] = [shown, secret].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a, b);
}
