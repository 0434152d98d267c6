/**
 * Origins: what pages of other sites say of themselves, and which of them are accepted (SPEC.md, H-6). Pure.
 *
 * An origin is compared as text, `scheme://host[:port]` in lower case without the port that its scheme has anyway. Pages
 * from disk and in sandboxed frames say `null`, over WebSockets also `file://`; they cannot be told apart.
 * Loopback origins: whoever serves a page on this machine could connect to a loopback port without a browser.
 */
import { isLoopback } from './access.ts';

/** Any, `null` among them. */
const ANY = '*';
const OPAQUE = 'null';
const OPAQUE_FORMS: readonly string[] = [OPAQUE, 'file://'];
const ORIGIN =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?<port>\d{1,5}))?$/;
const OWN_PORTS: ReadonlyMap<string, string> = new Map([
  ['http', '80'],
  ['https', '443'],
]);
const PORT_MAX = 65_535;

/** As it is compared; null where a text is no origin. */
export function originFrom(text: string): string | null {
  const origin = text.toLowerCase();
  if (OPAQUE_FORMS.includes(origin)) return OPAQUE;
  const { scheme, name, port } = ORIGIN.exec(origin)?.groups ?? {};
  if (scheme === undefined || Number(port ?? 0) > PORT_MAX) return null;
  return port === undefined || OWN_PORTS.get(scheme) === port
    ? `${scheme}://${name}`
    : `${scheme}://${name}:${port}`;
}

/** The origins that somebody allowed, as they are compared, or what is wrong with all those that are none. */
export function allowedOriginsFrom(words: readonly string[]): {
  readonly origins: readonly string[];
  readonly problem: string | null;
} {
  const read = words.map((word) => ({ word, origin: word === ANY ? ANY : originFrom(word) }));
  const wrong = read.filter(({ origin }) => origin === null).map(({ word }) => `"${word}"`);
  const problem =
    wrong.length === 0
      ? null
      : `expected origins as browsers say them, scheme://host[:port] without a path, or * or null; got ${wrong.join(', ')}`;
  return { origins: read.flatMap(({ origin }) => origin ?? []), problem };
}

/**
 * Whether pages of an origin are accepted without a token.
 *
 * @param origin as `originFrom` makes it
 */
export function isAllowed(
  origin: string,
  allowed: readonly string[],
  { withLoopback }: { readonly withLoopback: boolean },
): boolean {
  return allowed.includes(ANY) || allowed.includes(origin) || (withLoopback && isLoopback(webNameOf(origin)));
}

/** Name of a web page's host; of other schemes' none, since nobody serves those. */
function webNameOf(origin: string): string {
  const { scheme, name } = ORIGIN.exec(origin)?.groups ?? {};
  return OWN_PORTS.has(scheme ?? '') ? (name ?? '') : '';
}
