/**
 * Which `Host` is this server's (SPEC.md, H-3). Pure.
 *
 * Against DNS rebinding `Host` must be a name of this server: an attacker's page can make its own name point here, but
 * not make a browser say another. IP addresses are no names, so beyond loopback each is taken.
 * The port of `Host` is not looked at: proxies and ssh tunnels have their own.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Tokens } from './tokens.ts';

export type Access = {
  /** Address that is listened at. */
  readonly host: string;
  /** Names under which others know this server, as behind a proxy; without port. */
  readonly allowedHosts: readonly string[];
  /** Whose pages may read beside its own, as `allowedOriginsFrom` makes them. */
  readonly allowedOrigins: readonly string[];
  readonly tokens: Tokens;
};

const HOST = /^(?<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Whether only this machine reaches an address; `0.0.0.0` and `::` are every address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** `Host` in lower case, null where it is not one. What this returns can stand in a header. */
export function hostOf(headers: IncomingHttpHeaders): string | null {
  const host = (headers.host ?? '').toLowerCase();
  return HOST.test(host) ? host : null;
}

/** The reason for refusing a request by its `Host`, null for none. */
export function hostProblem(headers: IncomingHttpHeaders, access: Access): string | null {
  const name = nameOf(headers);
  if (name !== null && isOurs(name, access)) return null;
  return `expected a Host of this server (${expectedHosts(access)}), got "${headers.host ?? ''}"`;
}

/**
 * Whether a request came over this machine's loopback, or a tunnel's: the server listens nowhere else, and was asked for
 * there. One that came through a proxy names the proxy's host.
 */
export function isOverLoopback(headers: IncomingHttpHeaders, { host }: Access): boolean {
  return isLoopback(host) && isLoopback(nameOf(headers) ?? '');
}

/** Name in `Host`, in lower case and without the port. */
function nameOf(headers: IncomingHttpHeaders): string | null {
  return HOST.exec(hostOf(headers) ?? '')?.groups?.name ?? null;
}

/** @param name in lower case, an IPv6 address in brackets */
function isOurs(name: string, { host, allowedHosts }: Access): boolean {
  if (isLoopback(name) || allowedHosts.some((allowed) => allowed.toLowerCase() === name)) return true;
  if (isLoopback(host)) return false;
  return (
    isIP(name.replace(/^\[|\]$/g, '')) !== 0 || [host, hostname()].some((own) => own.toLowerCase() === name)
  );
}

function expectedHosts({ host, allowedHosts }: Access): string {
  const own = isLoopback(host) ? 'localhost' : 'its IP address, its name';
  return [own, ...allowedHosts].join(', ');
}
