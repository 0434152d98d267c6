/**
 * Who may talk to the server (SPEC.md, H-3): against DNS rebinding the `Host` must be the address that is served,
 * against cross-site WebSocket hijacking a browser's `Origin` must be that same host.
 */
import type { IncomingMessage } from 'node:http';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || host === '::1';
}

/** The reason for refusing a request, null for none. */
export function refusal(request: IncomingMessage, servedHost: string): string | null {
  const host = request.headers.host ?? '';
  if (isLoopback(servedHost) && !LOOPBACK.has(hostnameOf(host)))
    return `expected a Host of this machine's loopback address, got "${host}"`;
  const origin = request.headers.origin;
  if (origin !== undefined && !isOrigin(origin, host))
    return `expected an Origin of ${host}, got "${origin}"`;
  return null;
}

/** The host without its port. */
function hostnameOf(host: string): string {
  return host.replace(/:\d+$/, '');
}

function isOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}
