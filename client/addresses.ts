/**
 * Where the server is, seen from the page: the stream and the graphs are siblings of the page itself, so a
 * dashboard behind a proxy's sub-path finds them without being configured.
 */
export type Addresses = {
  readonly stream: string;
  /** Run asked for by `?run=`, `null` for the first one of the welcome. */
  readonly run: string | null;
  graph(run: string, checkpoint: string): string;
};

export function addressesOf(page: string): Addresses {
  const stream = new URL('stream', page);
  stream.protocol = stream.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    stream: stream.href,
    run: new URL(page).searchParams.get('run'),
    graph: (run, checkpoint) => {
      const path = `api/runs/${encodeURIComponent(run)}/checkpoints/${encodeURIComponent(checkpoint)}/graph`;
      return new URL(path, page).href;
    },
  };
}
