/**
 * Runs and their history over HTTP (SPEC.md, H-2 and H-4):
 *
 *   /api/runs                                          the runs, as `welcome` names them
 *   /api/runs/{run}                                    a run's state without its graphs, and where it stands
 *   /api/runs/{run}/metrics/{metric}[?branch=N]        the series of one metric
 *   /api/runs/{run}/checkpoints/{id}/graph[?branch=N]  a complete graph
 *
 * The tag of a state or a series stands for the place in the run's stream that it is made of, so nothing is built
 * for a client that has it; that of a graph stands for its bytes. 400 says what was expected, 404 what there is.
 * A state has a few kB a checkpoint; it comes whole, as a snapshot does.
 */
import type { Checkpoint, RunState } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import type { Runs, RunView } from '../log/run-view.ts';
import { cached, jsonReply, type Reply, type Route, type RouteRequest, textReply } from './route.ts';
import { runSummaries } from './run-summary.ts';
import { noSeries, type SeriesInfo, type SeriesPoint, seriesInfo, seriesPoints } from './series.ts';

/** What `/api/runs/{run}` answers. */
export type RunHistory = Omit<RunState, 'partial' | 'latest'> & {
  readonly epoch: string;
  readonly offset: number;
};

/** What `/api/runs/{run}/metrics/{metric}` answers. */
export type RunSeries = Omit<SeriesInfo, 'id'> & {
  readonly run: string;
  readonly metric: string;
  /** Index of a branch, null for the run as it stands. */
  readonly branch: number | null;
  readonly points: readonly SeriesPoint[];
};

/** A sentence names no more runs than a person reads. */
const NAMED_RUNS_MAX = 20;

type Answer = (request: RouteRequest, run: RunView) => Reply | Promise<Reply>;

export function apiRoutes(runs: Runs): Route {
  return (request) => {
    const [api, collection, id, ...rest] = request.segments;
    if (request.method !== 'GET' || api !== 'api' || collection !== 'runs') return null;
    if (id === undefined) return strayQuery(request, []) ?? runsReply(request, runs);
    const answer = answerOf(rest);
    if (!answer) return null;
    const run = runs.get(id);
    return run ? answer(request, run) : textReply(404, `there is no run "${id}"; ${knownRuns(runs)}`);
  };
}

/** What follows the run in the path, as what answers it. */
function answerOf([kind, name, last, ...more]: readonly string[]): Answer | null {
  if (kind === undefined) return historyReply;
  if (name === undefined || more.length > 0) return null;
  if (kind === 'metrics' && last === undefined)
    return ofBranch((request, run, branch) => seriesReply(request, run, name, branch));
  if (kind === 'checkpoints' && last === 'graph')
    return ofBranch((request, run, branch) => graphReply(request, run, name, branch));
  return null;
}

function runsReply(request: RouteRequest, runs: Runs): Reply {
  return hashedReply(request, runSummaries(runs));
}

function historyReply(request: RouteRequest, run: RunView): Reply {
  const stray = strayQuery(request, []);
  if (stray) return stray;
  const { epoch, offset } = run;
  const { partial: _partial, latest: _latest, ...history } = run.state;
  // Progress moves without an offset, so the place alone would keep an old one alive.
  const validator = `${placeOf(run)} ${JSON.stringify(history.progress)}`;
  return cached(request, validator, () => jsonReply({ ...history, epoch, offset } satisfies RunHistory));
}

/** Reads the branch from the query, or refuses it. */
function ofBranch(
  answer: (request: RouteRequest, run: RunView, branch: number | null) => Reply | Promise<Reply>,
): Answer {
  return (request, run) => {
    const stray = strayQuery(request, ['branch']);
    if (stray) return stray;
    const words = request.query.getAll('branch');
    if (words.length === 0) return answer(request, run, null);
    if (words.length > 1 || !/^\d{1,9}$/.test(words[0]))
      return textReply(400, `expected one branch=N, N a whole number from 0, got ${request.query}`);
    const branch = Number(words[0]);
    const count = run.state.branches.length;
    if (branch < count) return answer(request, run, branch);
    const there = count === 0 ? 'no branches' : count === 1 ? 'branch 0 only' : `branches 0 to ${count - 1}`;
    return textReply(404, `run "${run.id}" has no branch ${branch}: it has ${there}`);
  };
}

function seriesReply(request: RouteRequest, run: RunView, metric: string, branch: number | null): Reply {
  const info = seriesInfo(metric);
  if (!info) return textReply(404, noSeries(metric));
  const { label, unit, comparesWithPrevious } = info;
  return cached(request, placeOf(run), () => {
    const points = seriesPoints(checkpointsOf(run.state, branch), info);
    const series: RunSeries = { run: run.id, metric, label, unit, comparesWithPrevious, branch, points };
    return jsonReply(series);
  });
}

async function graphReply(
  request: RouteRequest,
  run: RunView,
  checkpoint: string,
  branch: number | null,
): Promise<Reply> {
  const graph = await run.graph(checkpoint, branch);
  return graph ? hashedReply(request, graph) : textReply(404, noGraph(run.state, checkpoint, branch));
}

/** Why there is no graph of this checkpoint, as a sentence. */
function noGraph(state: RunState, id: string, branch: number | null): string {
  const where = branch === null ? '' : ` of branch ${branch}`;
  const checkpoint = checkpointsOf(state, branch).find((each) => each.id === id);
  if (!checkpoint) {
    const branches = state.branches.flatMap(({ checkpoints }, index) =>
      checkpoints.some((each) => each.id === id) ? [`?branch=${index}`] : [],
    );
    const elsewhere = branches.length > 0 ? `; there is one under ${branches.join(' and ')}` : '';
    return `there is no checkpoint "${id}"${where}${elsewhere}; /api/runs/{run} lists them all`;
  }
  switch (checkpoint.status) {
    case 'computing':
      return `the graph of checkpoint "${id}"${where} is being computed; ask again when it is done`;
    case 'failed':
      return `checkpoint "${id}"${where} failed and has no graph: ${checkpoint.failure?.message ?? 'no reason was kept'}`;
    case 'skipped':
      return `checkpoint "${id}"${where} was skipped to keep up with the run and has no graph so far`;
    case 'done':
      return `checkpoint "${id}"${where} is done, but its graph is no longer kept; its metrics are in /api/runs/{run}`;
    default:
      return unreachable(checkpoint.status);
  }
}

function checkpointsOf(state: RunState, branch: number | null): readonly Checkpoint[] {
  return branch === null ? state.checkpoints : state.branches[branch].checkpoints;
}

/** An answer to another question than the one that was meant would be silent: words that mean nothing are refused. */
function strayQuery(request: RouteRequest, expected: readonly string[]): Reply | null {
  const stray = [...request.query.keys()].filter((word) => !expected.includes(word));
  if (stray.length === 0) return null;
  return textReply(400, `expected ${expected.join(', ') || 'nothing'} in the query, got ${stray.join(', ')}`);
}

function placeOf({ epoch, offset }: RunView): string {
  return `${epoch} ${offset}`;
}

function knownRuns(runs: Runs): string {
  const all = runs.all();
  if (all.length === 0) return 'the server has no runs so far';
  const named = all.slice(0, NAMED_RUNS_MAX).map(({ id }) => `"${id}"`);
  const more = all.length > named.length ? ` and ${all.length - named.length} more` : '';
  return `those of this server are ${named.join(', ')}${more}`;
}

/** Under a tag of its own bytes, for what no place in a stream stands for. */
function hashedReply(request: RouteRequest, value: unknown): Reply {
  const reply = jsonReply(value);
  return cached(request, String(reply.body), () => reply);
}
