/**
 * `POST /api/trainings[?seed=N]` (SPEC.md, H-11): starts another training beside those that this server runs, where it
 * was started as one that trains. The reply names its run, which comes into the list of runs as any other does.
 *
 * A training costs the machine minutes of work, so it is for its own pages and this machine's: an origin that may read
 * may not start one.
 */
import type { Access } from './access.ts';
import { type Caller, isAtHome } from './callers.ts';
import { jsonReply, methodReply, type Reply, type RouteRequest, textReply } from './route.ts';

export const TRAININGS_PATH = '/api/trainings';

/** What was started, or why nothing was, as a sentence; `taken`: it could be at another time, or with another seed. */
export type TrainingStart =
  | { readonly type: 'started'; readonly run: string; readonly name: string; readonly seed: number }
  | { readonly type: 'taken'; readonly sentence: string };

/** Who trains. */
export type Trainings = {
  /** Greatest seed there is. */
  readonly seedMax: number;
  /** @param seed null for one that was not trained with so far */
  start(seed: number | null): TrainingStart;
};

/** To be asked by who may look on. */
export function trainingsReply(
  { method, query }: RouteRequest,
  caller: Exclude<Caller, { kind: 'stranger' }>,
  access: Access,
  trainings: Trainings,
): Reply {
  if (method !== 'POST') return methodReply(method, 'POST');
  if (!isAtHome(caller, access))
    return textReply(403, 'expected a page of this server or of this machine, got another origin');
  const words = query.getAll('seed');
  const stray = [...query.keys()].filter((word) => word !== 'seed');
  const seed = words.length === 0 ? null : Number(words[0]);
  const isSeed = seed === null || (/^\d{1,15}$/.test(words[0]) && seed <= trainings.seedMax);
  if (stray.length > 0 || words.length > 1 || !isSeed)
    return textReply(
      400,
      `expected seed=N, N a whole number from 0 to ${trainings.seedMax}, or nothing; got ${query}`,
    );
  const start = trainings.start(seed);
  if (start.type === 'taken') return textReply(409, start.sentence);
  const { run, name } = start;
  return jsonReply({ run, name, seed: start.seed }, 201);
}
