/**
 * Whether the server does what it was asked to (SPEC.md, H-1): every run's source is there, and what comes of it
 * is kept on disk. For load balancers and supervisors, which read the status alone; the sentences are for people.
 *
 * A server without runs is ready: nothing that it was asked to watch is missing. It does not say whether it keeps
 * up; `/metrics` has the lag.
 */
import type { Runs, RunView } from '../log/run-view.ts';
import { jsonReply, type Route } from './route.ts';

export type Readiness =
  | { readonly status: 'ready'; readonly runs: readonly string[] }
  | { readonly status: 'not-ready'; readonly problems: readonly string[] };

const PATH = '/readyz';

/**
 * @param isTold whether names and reasons are told: whoever asks needs no token, and where others do, a stranger learns
 * the status and nothing of what is watched
 */
export function readinessRoute(runs: Runs, isTold: boolean): Route {
  return (request) => {
    if (request.path !== PATH || request.method !== 'GET') return null;
    const readiness = readinessOf(runs);
    const { status } = readiness;
    return jsonReply(isTold ? readiness : { status }, status === 'ready' ? 200 : 503);
  };
}

export function readinessOf(runs: Runs): Readiness {
  const problems = runs.all().flatMap(problemsOf);
  return problems.length === 0
    ? { status: 'ready', runs: runs.all().map(({ id }) => id) }
    : { status: 'not-ready', problems };
}

function problemsOf({ id, state, unkept }: RunView): string[] {
  const { activity, message } = state.progress;
  const problems: string[] = [];
  if (activity === 'missing')
    problems.push(`run "${id}" is not watched: ${message ?? 'its source cannot be reached'}`);
  if (unkept !== null) problems.push(`run "${id}" is not kept: ${unkept}`);
  return problems;
}
