/**
 * The servers that this page talks to, by address: whoever names the same one shares its connection.
 *
 * The server that a page's script came from is the one meant where nobody names another (`setHomeServer`).
 */
import { serverAddress } from './addresses.ts';
import { Server } from './server.ts';
import type { RunSource } from './watched-run.ts';

const servers = new Map<string, Server>();
let home: string | null = null;

/** @param address of a script or page of the server's dashboard */
export function setHomeServer(address: string): void {
  home ??= new URL('.', address).href;
}

export type Named = { readonly source: RunSource; readonly run: string | null };

/**
 * @param src as an attribute says it; null for the home server
 * @param token null where none is known
 * @returns null where there is no such address
 */
export function serverNamed(src: string | null, token: string | null): Named | null {
  const named = src ?? home;
  const address = named === null ? null : serverAddress(named, document.baseURI);
  if (address === null) return null;
  const shown = token ?? address.token;
  // Whoever shows another token may see other things.
  const key = `${address.site} ${shown ?? ''}`;
  const server = servers.get(key) ?? new Server({ site: address.site, isOwnPage: isOwnPage(address.site) });
  if (shown !== null) server.enter(shown);
  if (!servers.has(key)) window.addEventListener('online', () => server.retryNow());
  servers.set(key, server);
  return { source: server, run: address.run };
}

/** A server's own pages lie below its address. */
function isOwnPage(site: string): boolean {
  return location.href.startsWith(site);
}
