/**
 * When a scenario has come to rest: every checkpoint that lies whole in a directory is done, by its contents, in the
 * run or in one of its branches; every broken one has failed, unless it was done before it broke; nothing is under way;
 * and every viewer stands where the server does.
 */
import { join } from 'node:path';
import type { RunHistory } from '../../server/gateway/api.ts';
import { inspect } from '../../server/source/checkpoint-files.ts';
import { untilNone } from './broken.ts';
import { ask } from './process.ts';
import { placeText } from './tap.ts';
import type { Training } from './training.ts';
import type { Viewer } from './viewer.ts';
import type { World } from './world.ts';

const REST_MILLIS_MAX = 60_000;
const ANSWER_MILLIS_MAX = 10_000;

/** Contents of every whole checkpoint, by directory. */
export type OnDisk = ReadonlyMap<string, string>;

export type RestOptions = {
  /** Whether one over which the engine died may stay failed, as it does until the server is started again. */
  readonly mayFailByEngine: boolean;
};

/** @throws Broken `timely` */
export async function rest(world: World, options: RestOptions): Promise<void> {
  const onDisk = await contentsOnDisk(world.trainings);
  await untilNone('rest', REST_MILLIS_MAX, async () => {
    world.check();
    for (const training of world.trainings) {
      const problem = unrested(training, await historyOf(world, training.name), onDisk, options);
      if (problem !== null) return `${training.name}: ${problem}`;
    }
    for (const viewer of world.viewers) {
      const problem = await behind(world, viewer);
      if (problem !== null) return `${viewer.name}: ${problem}`;
    }
    return null;
  });
}

/** What `/api/runs/{run}` says; null where there is no such run yet. */
export async function historyOf({ port }: World, run: string): Promise<RunHistory | null> {
  const { status, body } = await ask(port, `/api/runs/${encodeURIComponent(run)}`, ANSWER_MILLIS_MAX);
  return status === 200 ? JSON.parse(body) : null;
}

async function contentsOnDisk(trainings: readonly Training[]): Promise<OnDisk> {
  const contents = new Map<string, string>();
  for (const training of trainings) {
    for (const { id, step } of training.whole) {
      const directory = training.directoryOf({ id });
      const configFile = join(directory, 'config.json');
      const found = await inspect({ id, step, directory, configFile, content: null });
      if (!('content' in found)) throw new Error(`${directory} was written whole: ${found.problem.message}`);
      contents.set(directory, found.content);
    }
  }
  return contents;
}

function unrested(
  training: Training,
  history: RunHistory | null,
  onDisk: OnDisk,
  { mayFailByEngine }: RestOptions,
): string | null {
  if (history === null) return training.checkpoints.length === 0 ? null : 'not found so far';
  for (const { id } of training.whole) {
    const content = onDisk.get(training.directoryOf({ id }));
    const all = [history.checkpoints, ...history.branches.map(({ checkpoints }) => checkpoints)].flat();
    if (all.some((one) => one.id === id && one.content === content && one.status === 'done')) continue;
    const own = history.checkpoints.find((one) => one.id === id);
    if (mayFailByEngine && own?.failure?.code === 'engine') continue;
    return `${id} is whole, and stands as ${JSON.stringify(own && [own.status, own.failure, own.content])}`;
  }
  for (const { id } of training.broken) {
    const own = history.checkpoints.find((one) => one.id === id);
    if (own?.status !== 'failed' && own?.status !== 'done')
      return `${id} is broken, and stands as ${own?.status}`;
  }
  const { progress } = history;
  if (progress.activity !== 'waiting' || progress.taken !== progress.known)
    return `progress ${JSON.stringify(progress)}`;
  return history.checkpoints.some(({ status }) => status === 'computing') ? 'one is being computed' : null;
}

async function behind(world: World, viewer: Viewer): Promise<string | null> {
  if (viewer.isStalled) viewer.read();
  const { run, status } = viewer.store;
  // A person who looks at the page would not wait either.
  if (status.phase === 'reconnecting') viewer.store.retryNow();
  if (status.phase !== 'live' || run === null) return JSON.stringify(status);
  const history = await historyOf(world, run);
  const place = viewer.tap.place(run);
  const isThere = place?.epoch === history?.epoch && place?.offset === history?.offset;
  return isThere ? null : `at ${placeText(place)}, the server at ${history ? placeText(history) : 'nothing'}`;
}
