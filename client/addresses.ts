/**
 * Where the server is, seen from the page: the stream and the graphs are siblings of the page itself, so a
 * dashboard behind a proxy's sub-path finds them without being configured.
 */
import type { CheckpointKey } from './view/branches.ts';

export type Addresses = {
  readonly stream: string;
  /** Where a token is exchanged for a cookie (rule T-2). */
  readonly session: string;
  readonly runs: string;
  /** Run asked for by `?run=`, `null` for the first one of the welcome. */
  readonly run: string | null;
  graph(run: string, checkpoint: CheckpointKey): string;
};

export function addressesOf(page: string): Addresses {
  const at = (path: string) => new URL(path, page);
  const stream = at('stream');
  stream.protocol = stream.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    stream: stream.href,
    session: at('api/session').href,
    runs: at('api/runs').href,
    run: new URL(page).searchParams.get('run'),
    graph: (run, { id, branch }) => {
      const graph = at(`api/runs/${encodeURIComponent(run)}/checkpoints/${encodeURIComponent(id)}/graph`);
      if (branch !== null) graph.searchParams.set('branch', String(branch));
      return graph.href;
    },
  };
}

/** The address of the page with `run` in it, the rest of it as it was. */
export function pageWithRun(page: string, run: string): string {
  const address = new URL(page);
  address.searchParams.set('run', run);
  return address.href;
}
