/** Runs made by hand, and requests to ask the routes about them. */
import type { IncomingHttpHeaders } from 'node:http';
import { initialState } from '../../protocol/apply.ts';
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Checkpoint, Graph, RunState } from '../../protocol/state.ts';
import { type Reply, type Route, routeRequest } from '../../server/gateway/route.ts';
import type { Runs, RunView } from '../../server/log/run-view.ts';
import { madeCheckpoint as made } from '../client/made.ts';

export type MadeRun = { -readonly [Key in keyof RunView]: RunView[Key] };

export function madeRun(id: string, more: Partial<RunState> = {}, graphs: readonly Graph[] = []): MadeRun {
  const state = {
    ...initialState({ id, name: `Run ${id}`, source: `/runs/${id}`, analysis: null }),
    ...more,
  };
  return {
    id,
    state,
    epoch: 'e1',
    offset: 7,
    unkept: null,
    graph: async (checkpoint, branch) =>
      graphs.find(
        (graph) => graph.checkpoint === (branch === null ? checkpoint : `${branch}/${checkpoint}`),
      ) ?? null,
  };
}

export function madeRuns(...all: RunView[]): Runs {
  return {
    trainsMore: false,
    all: () => all,
    get: (id) => all.find((run) => run.id === id),
    listen: () => () => {},
  };
}

export function madeCheckpoint(step: number, more: Partial<Checkpoint> = {}): Checkpoint {
  return made(step, { content: `content-${step}`, ...more });
}

/** `checkpoint` is an id, or branch/id for a graph of a branch. */
export function madeGraph(checkpoint: string, weights: number[]): Graph {
  return { checkpoint, step: 1, weights, standardErrors: null, nodeMetrics: {}, headScores: {} };
}

export function madeChange(probability: number): PhaseChange {
  return {
    id: `change-${probability}`,
    interval: [1, 2],
    probability,
    size: 1,
    revision: 0,
    reportedStep: 2,
    signals: [],
    edges: [],
    nodes: [],
    roles: [],
  };
}

/** What the route says to a request; null where it says that it is not its own. */
export async function asked(
  route: Route,
  target: string,
  headers: IncomingHttpHeaders = {},
  method = 'GET',
): Promise<Reply | null> {
  const request = routeRequest(method, target, headers);
  if (!request) throw new Error(`expected a path, got ${target}`);
  return route(request);
}

/** The same, where there must be a reply. */
export async function answer(
  route: Route,
  target: string,
  headers: IncomingHttpHeaders = {},
): Promise<{
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  contentType: string | null;
}> {
  const reply = await asked(route, target, headers);
  if (!reply) throw new Error(`expected an answer to ${target}, got none`);
  const { status, body, contentType } = reply;
  return { status, headers: reply.headers, text: String(body), contentType };
}
