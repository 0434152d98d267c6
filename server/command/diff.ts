/** `phasewatch diff`: two checkpoints of any directories, and what changed from one to the other, as text. */

import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { from, lastValueFrom, scan } from 'rxjs';
import { apply, initialState } from '../../protocol/apply.ts';
import { possibleEdges } from '../../protocol/graph.ts';
import { HISTORY_BYTES_MAX } from '../base/config.ts';
import { engineOf, settingsOf } from '../engine-settings.ts';
import { GraphHistory } from '../graph/history.ts';
import { evidenceOf } from '../phase/evidence.ts';
import { pipeline } from '../pipeline.ts';
import { runIn } from '../places.ts';
import type { CheckpointRef } from '../source/checkpoint-files.ts';
import type { SourceEvent } from '../source/directory.ts';
import { stepFromName, stepFromTorchName } from '../source/step-name.ts';
import { diffText } from '../terminal/diff-text.ts';
import type { Command } from '../terminal/options.ts';
import { EXIT, say } from './person.ts';

/** Edges and nodes that a comparison names. */
const DIFF_MAX = 10;

export async function diff(command: Command & { readonly name: 'diff' }): Promise<number> {
  const past = initialState(runIn(command.before));
  const history = new GraphHistory({ bytesMax: HISTORY_BYTES_MAX });
  const settings = await settingsOf(command);
  const engine = await engineOf(command);
  const turns = { every: 1, maxLag: null, fillIn: false };
  const [before, after] = [command.before, command.after].map(checkpointAt);
  const source = from([before, after].map((checkpoint): SourceEvent => ({ type: 'ready', checkpoint })));
  const deltas = pipeline({ past, source, engine, settings, history, turns, note: say });
  const state = await lastValueFrom(deltas.pipe(scan(apply, past))).finally(() => engine.stop());

  const done = [before, after].map(({ id }) => state.checkpoints.find((checkpoint) => checkpoint.id === id));
  for (const checkpoint of done)
    if (checkpoint?.failure) say(`${checkpoint.id}: ${checkpoint.failure.message}`);
  const [from_, to] = [before, after].map(({ id }) => history.peek(id));
  const { analysis } = state.run;
  if (!analysis || !done[0] || !done[1] || !from_ || !to) return EXIT.failed;
  const evidence = evidenceOf({
    graph: { nodes: analysis.nodes, ...possibleEdges(analysis.nodes) },
    before: from_.weights,
    after: to.weights,
    rolesBefore: done[0].roles ?? {},
    rolesAfter: done[1].roles ?? {},
    limit: DIFF_MAX,
  });
  process.stdout.write(diffText({ analysis, before: done[0], after: done[1], evidence }));
  return EXIT.ok;
}

/** A checkpoint by its directory or its file; two of the same name are told apart by their paths. */
function checkpointAt(path: string): CheckpointRef {
  // A link that the person names is followed; those within the checkpoint are held inside its parent.
  const place = existsSync(path) ? realpathSync(path) : resolve(path);
  if (existsSync(place) && statSync(place).isFile()) {
    const [directory, file] = [dirname(place), basename(place)];
    const configFile = join(directory, 'config.json');
    return { id: path, step: stepFromTorchName(file) ?? 0, directory, file, configFile, content: null };
  }
  const own = join(place, 'config.json');
  const configFile = existsSync(own) ? own : join(place, '..', 'config.json');
  return { id: path, step: stepFromName(basename(place)) ?? 0, directory: place, configFile, content: null };
}
