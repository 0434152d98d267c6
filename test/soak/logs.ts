/**
 * What lies on disk when the server has ended: every delta that any viewer was told under an epoch of the log is there
 * at that offset (S-6), the log makes the state that the server had, and no contents were analysed after they were done.
 */
import { apply, initialState } from '../../protocol/apply.ts';
import type { RunState } from '../../protocol/state.ts';
import type { Epoch } from '../../server/log/epochs.ts';
import { deltaOf, EventLog, type LoggedDelta } from '../../server/log/event-log.ts';
import { runFolders } from '../../server/log/run-folder.ts';
import { Broken } from './broken.ts';
import { differenceOf, hashOf, plain } from './witness.ts';
import type { World } from './world.ts';

/** Actions after which results may be lost. */
const FAULTS = ['the disk fills', 'the quota is used up'];

export async function checkLogs(world: World, states: ReadonlyMap<string, unknown>): Promise<void> {
  const folders = await runFolders(world.data);
  for (const [run, state] of states) {
    const folder = folders.find(({ description }) => description.name === run);
    if (!folder)
      throw new Broken('every run is recorded', `${run} is not among ${folders.map(({ id }) => id)}`);
    const log = await EventLog.open({ directory: folder.logDirectory, bytesMax: Number.POSITIVE_INFINITY });
    try {
      const header = await log.header();
      if (header === null) throw new Broken('every run is recorded', `${run} has a log without a header`);
      const deltas: LoggedDelta[] = [];
      for await (const record of log.records()) deltas.push(deltaOf(record));
      checkTold(world, run, header.epochs, deltas);
      checkOnce(run, deltas);
      const made = deltas.reduce<RunState>(
        (before, { delta }) => apply(before, delta),
        initialState(header.run),
      );
      const difference = differenceOf(plain(made), state);
      if (difference !== null) throw new Broken('the log makes the state', `${run}: ${difference}`);
      world.counts.set('deltas in logs', world.counted('deltas in logs') + deltas.length);
    } finally {
      await log.close();
    }
  }
}

/** S-6. An epoch that the log does not have was never on disk, which a fault of the disk alone explains. */
function checkTold(
  world: World,
  run: string,
  epochs: readonly Epoch[],
  deltas: readonly LoggedDelta[],
): void {
  for (const seen of world.witness.deltas) {
    const index = epochs.findIndex(({ epoch }) => epoch === seen.place.epoch);
    if (seen.run !== run) continue;
    if (index < 0) {
      if (FAULTS.every((fault) => world.counted(fault) === 0))
        throw new Broken('told is kept (S-6)', `${run}: the log has no epoch ${seen.place.epoch}`);
      world.count('deltas of epochs that are gone');
      continue;
    }
    const { offset } = seen.place;
    const last = epochs[index + 1]?.from ?? deltas.length;
    const logged = deltas[offset - 1];
    const where = `${run}, offset ${offset} of epoch ${index} (${epochs[index].from}, ${last}]`;
    if (offset <= epochs[index].from || offset > last || !logged)
      throw new Broken('told is kept (S-6)', `${where} was told, and the log has none there`);
    if (hashOf(logged.delta) !== seen.hash)
      throw new Broken('told is kept (S-6)', `${where} was told as another delta than the log has`);
    world.count('deltas told and found in logs');
  }
}

/** Contents that are done are never begun again; what is begun again was left out or had failed in between. */
function checkOnce(run: string, deltas: readonly LoggedDelta[]): void {
  const done = new Set<string>();
  const underWay = new Map<string, string>();
  for (const { offset, delta } of deltas) {
    if (delta.type === 'checkpoint-skipped' || delta.type === 'failure') underWay.delete(delta.checkpoint);
    if (delta.type === 'checkpoint-started') {
      const key = `${delta.checkpoint} ${delta.content}`;
      if (done.has(key) || underWay.has(delta.checkpoint))
        throw new Broken('nothing is analysed twice', `${run}: ${key} begins again at offset ${offset}`);
      underWay.set(delta.checkpoint, key);
    }
    if (delta.type === 'checkpoint-done') {
      done.add(underWay.get(delta.checkpoint) ?? '');
      underWay.delete(delta.checkpoint);
    }
  }
}
