/**
 * The script of a page with widgets on it, and of one with a run that nobody trained: `make` gives a feed over a state that
 * the test hands over, through a source that has just this run.
 */
import '../../client/elements/phasewatch-diff.ts';
import '../../client/elements/phasewatch-matrix.ts';
import '../../client/elements/phasewatch-phases.ts';
import '../../client/elements/phasewatch-roles.ts';
import '../../client/elements/phasewatch-source.ts';
import { Feed } from '../../client/feed/feed.ts';
import { Graphs } from '../../client/graphs.ts';
import { setHomeServer } from '../../client/servers.ts';
import type { WatchedRun } from '../../client/watched-run.ts';
import type { Graph, RunState } from '../../protocol/state.ts';

setHomeServer(location.href);

export type MadeRun = { readonly feed: Feed; readonly tell: (state: RunState) => void };

export type WidgetsPage = {
  /** @param graphs those that can be fetched */
  make(state: RunState, graphs?: readonly Graph[]): MadeRun;
};

const page: WidgetsPage = {
  make(first, graphs = []) {
    const listeners = new Set<() => void>();
    const kept = new Graphs(async (_, { id }) => {
      const graph = graphs.find(({ checkpoint }) => checkpoint === id);
      if (graph === undefined) throw new Error('there is no such graph');
      return graph;
    });
    let state = first;
    const run: WatchedRun = {
      graphs: kept,
      runs: [],
      run: first.run.id,
      get state() {
        return state;
      },
      status: { phase: 'live' },
      resyncs: 0,
      resumes: 0,
      open() {},
      close() {},
      retryNow() {},
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const source = { address: 'made', acquire: () => run, release() {}, enter() {} };
    return {
      feed: new Feed({ source, run: first.run.id }),
      tell(next) {
        state = next;
        for (const listener of listeners) listener();
      },
    };
  },
};

Object.assign(globalThis, { page });
