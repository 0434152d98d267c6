/**
 * The end of a scenario: the disk heals, everything comes to rest, and all that is known is held against each other;
 * then again after a kill and a restart, and at last against what lies in the logs.
 */

import type { Place } from '../../protocol/messages.ts';
import { keeps } from './actions.ts';
import { Broken } from './broken.ts';
import { checkCoherent } from './coherence.ts';
import { checkLogs } from './logs.ts';
import { historyOf, rest } from './rest.ts';
import { graphOver, type Viewer } from './viewer.ts';
import { differenceOf, plain } from './witness.ts';
import type { World } from './world.ts';

const GRAPHS_SAMPLED = 12;

export async function judge(world: World): Promise<void> {
  const needsRestart = world.disk === 'quota' || world.server === null;
  if (needsRestart) await world.end('SIGKILL');
  if (world.disk !== 'none') world.freeDisk();
  if (needsRestart) await world.start();
  await rest(world, { mayFailByEngine: true });
  await checkViewers(world);
  for (const { name } of world.trainings) await checkCoherent(world, name);
  const places = await placesAtRest(world);
  // A log that could not even be opened, on a full disk, is taken up again by the next start only.
  await world.end('SIGKILL');
  await world.start();
  await rest(world, { mayFailByEngine: false });
  await keeps(world, true);
  await checkUnmoved(world, places);
  await checkViewers(world);
  await checkGraphs(world);
  for (const { name } of world.trainings) await checkCoherent(world, name);
  const states = await statesOf(world);
  await world.end('SIGINT');
  await checkLogs(world, states);
  world.check();
  countOutcomes(world);
}

/** Of the runs of which nothing is left to do: by id, epoch and offset. */
async function placesAtRest(world: World): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  for (const { name, broken } of world.trainings) {
    const history = await historyOf(world, name);
    const isDone = history?.checkpoints.every(({ status }) => status === 'done') ?? false;
    if (history && isDone && broken.length === 0) places.set(name, history);
  }
  return places;
}

/** A server that is started where nothing is left to do says nothing. */
async function checkUnmoved(world: World, places: ReadonlyMap<string, Place>): Promise<void> {
  for (const [name, { epoch, offset }] of places) {
    const now = await historyOf(world, name);
    if (now?.epoch === epoch && now.offset !== offset)
      throw new Broken('a restart changes nothing', `${name}: from offset ${offset} to ${now.offset}`);
    world.count('runs unmoved by a restart');
  }
}

/** Every viewer, by its own state and by what went over its wire, sees what a fresh one sees and HTTP answers. */
async function checkViewers(world: World): Promise<void> {
  const states = await statesOf(world);
  for (const viewer of world.viewers) {
    const run = viewer.store.run ?? '';
    const fresh = states.get(run);
    for (const own of [viewer.store.state, viewer.tap.state(run)]) {
      const difference = own && fresh ? differenceOf(plain(own), fresh) : 'one has no state';
      if (difference !== null)
        throw new Broken(
          "every viewer's state is the server's (S-2)",
          `${viewer.name} of ${run}: ${difference}`,
        );
    }
    world.count('states compared');
  }
  for (const [run, state] of states) {
    const { partial: _partial, latest: _latest, ...told } = state;
    const history = await historyOf(world, run);
    if (history === null) throw new Broken('every run can be had (H-4)', run);
    const { epoch: _epoch, offset: _offset, ...rest } = history;
    const difference = differenceOf(told, plain(rest));
    if (difference !== null) throw new Broken('HTTP answers the same state (H-4)', `${run}: ${difference}`);
  }
  world.check();
}

type PlainState = { readonly partial: unknown; readonly latest: unknown };

/** By run, as fresh viewers of both encodings see them. */
async function statesOf(world: World): Promise<Map<string, PlainState>> {
  const states = new Map<string, PlainState>();
  for (const { name, checkpoints } of world.trainings) {
    if (checkpoints.length === 0) continue;
    const viewers = [world.join('json', name), world.join('binary', name)];
    await rest(world, { mayFailByEngine: true });
    const [json, binary] = viewers.map((viewer) => plainStateOf(viewer, name));
    const difference = differenceOf(json, binary);
    if (difference !== null) throw new Broken('both encodings say the same (N-1)', `${name}: ${difference}`);
    states.set(name, json);
    for (const viewer of viewers) count(world, viewer);
    for (const viewer of viewers) world.leave(viewer);
  }
  return states;
}

function plainStateOf({ tap }: Viewer, run: string): PlainState {
  const state = tap.state(run);
  if (state === null) throw new Error('a viewer at rest has a state');
  return plain(state) as PlainState;
}

/** Graphs over HTTP are those that viewers saw being made. */
async function checkGraphs(world: World): Promise<void> {
  for (const { name } of world.trainings) {
    const history = await historyOf(world, name);
    if (history === null) continue;
    const all = [
      ...history.checkpoints.map((checkpoint) => ({ checkpoint, branch: null })),
      ...history.branches.flatMap(({ checkpoints }, branch) =>
        checkpoints.map((checkpoint) => ({ checkpoint, branch })),
      ),
    ].filter(({ checkpoint }) => checkpoint.status === 'done');
    const every = Math.max(1, Math.floor(all.length / GRAPHS_SAMPLED));
    for (const [index, { checkpoint, branch }] of all.entries()) {
      if (index % every !== 0 || checkpoint.content === null) continue;
      const graph = await graphOver(world.port, name, checkpoint.id, branch);
      world.witness.graph(name, checkpoint.content, graph);
      world.count('graphs fetched');
    }
  }
}

function count(world: World, { tap }: Viewer): void {
  for (const [what, number] of Object.entries(tap.counts))
    world.counts.set(what, world.counted(what) + number);
}

function countOutcomes(world: World): void {
  for (const viewer of world.viewers) count(world, viewer);
  const { repeated, comparedStates, comparedGraphs } = world.witness;
  world.counts.set('deltas told again', repeated);
  world.counts.set('states at equal places', comparedStates);
  world.counts.set('graphs of equal contents', comparedGraphs);
}
