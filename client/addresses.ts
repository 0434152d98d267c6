/**
 * Where a server is: the stream and the graphs lie below one address, so that a server behind a proxy's sub-path is
 * found by naming that path.
 */
import type { CheckpointKey } from './view/branches.ts';

export type Addresses = {
  /** Of the dashboard, with a slash at its end. */
  readonly site: string;
  readonly stream: string;
  /** Where a token is exchanged for a cookie. */
  readonly session: string;
  readonly runs: string;
  graph(run: string, checkpoint: CheckpointKey): string;
};

const SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'http:', 'wss:': 'https:' };
/** What people append to the address of a server. */
const PATHS_BELOW = /\/(?:stream|index\.html)\/?$/;

/** @param site address of the dashboard: a page of it, or what it calls its directory */
export function addressesOf(site: string): Addresses {
  const at = (path: string) => new URL(path, site);
  const stream = at('stream');
  stream.protocol = stream.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    site: at('.').href,
    stream: stream.href,
    session: at('api/session').href,
    runs: at('api/runs').href,
    graph: (run, { id, branch }) => {
      const graph = at(`api/runs/${encodeURIComponent(run)}/checkpoints/${encodeURIComponent(id)}/graph`);
      if (branch !== null) graph.searchParams.set('branch', String(branch));
      return graph.href;
    },
  };
}

/** What a `src` attribute says: a server, and what its address carries along. */
export type ServerAddress = {
  readonly site: string;
  /** `?run=`. */
  readonly run: string | null;
  /** `#token=`. */
  readonly token: string | null;
};

/**
 * `wss://host:4747/stream`, `http://host:4747`, `//host/lab/?run=a#token=…`: all of them name a server.
 *
 * @param base of relative addresses
 * @returns null where it is no address of a server
 */
export function serverAddress(src: string, base: string): ServerAddress | null {
  const found = parsed(src.trim(), base);
  if (found === null) return null;
  const scheme = SCHEMES[found.protocol] ?? found.protocol;
  if (scheme !== 'http:' && scheme !== 'https:') return null;
  const path = found.pathname.replace(PATHS_BELOW, '/');
  return {
    site: `${scheme}//${found.host}${path.endsWith('/') ? path : `${path}/`}`,
    run: found.searchParams.get('run'),
    token: tokenInHash(found.hash).token,
  };
}

function parsed(address: string, base: string): URL | null {
  try {
    return new URL(address, base);
  } catch {
    return null;
  }
}

const TOKEN_KEY = 'token=';

/** The token in the hash of an address, null where there is none, and the hash without it. */
export function tokenInHash(hash: string): { readonly token: string | null; readonly rest: string } {
  const parts = hash.replace(/^#/, '').split('&');
  const found = parts.find((part) => part.startsWith(TOKEN_KEY));
  const rest = parts.filter((part) => !part.startsWith(TOKEN_KEY)).join('&');
  return { token: found ? unescaped(found.slice(TOKEN_KEY.length)) || null : null, rest };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
