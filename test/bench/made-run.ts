/** Runs as their pipeline publishes them, checkpoint by checkpoint: from real checkpoints, or of any size made up. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { from, lastValueFrom, tap } from 'rxjs';
import { initialState } from '../../protocol/apply.ts';
import type { Update } from '../../protocol/state.ts';
import { Runtime } from '../../server/ablation/runtime.ts';
import type { Settings } from '../../server/ablation/settings.ts';
import { HISTORY_BYTES_MAX } from '../../server/base/config.ts';
import type { Engine } from '../../server/engine-process.ts';
import { GraphHistory } from '../../server/graph/history.ts';
import { pipeline } from '../../server/pipeline.ts';
import { type CheckpointRef, openCheckpoint } from '../../server/source/checkpoint-files.ts';
import { RUN } from './bench-run.ts';
import { directEngine } from './direct-engine.ts';
import { writeCheckpoint } from './loading.ts';
import { type Changes, MadeEngine, type WeightSample } from './made-engine.ts';
import { randomTensor, type Shape } from './random-model.ts';

/** Steps between checkpoints. */
const STRIDE = 1_000;
const SEED = 1;
const SAMPLE_RUN = fileURLToPath(new URL('../../../test/fixtures/sample-run', import.meta.url));
const SETTINGS: Settings = {
  probe: { kind: 'induction', prompts: 4, segment: 24, seed: 0 },
  ablation: 'zero',
  measure: 'cosine',
  nodes: 'components',
  effects: 'auto',
  effectPositions: null,
  nullModel: false,
  memoryBytesMax: 2 ** 30,
};

/** Of a trained model: the last checkpoint of the sample run, 75 edges between 15 nodes. */
export async function weightSample(): Promise<WeightSample> {
  const directory = join(SAMPLE_RUN, 'checkpoint-4000');
  const configFile = join(directory, 'config.json');
  const [updates] = await analysed([{ id: 'sample', step: 0, directory, configFile, content: null }]);
  return updates.flatMap((update) =>
    update.type === 'edges'
      ? update.weights.map((weight, edge) => ({ weight, standardError: update.standardErrors?.[edge] ?? 0 }))
      : [],
  );
}

/** One list of updates a checkpoint, of which this is different from the one before. */
export function madeRun(
  shape: Shape,
  sample: WeightSample,
  changes: readonly Changes[],
): Promise<readonly Update[][]> {
  const engine = new MadeEngine(shape, sample, (step) => changes[step / STRIDE - 1], SEED);
  const refs = changes.map((_, index) => ({ ...refOf(index), directory: '', configFile: '' }));
  return updatesOf(engine, refs);
}

/** The same of real checkpoints with random weights, really analysed. */
export async function analysedRun(shape: Shape, changes: readonly Changes[]): Promise<readonly Update[][]> {
  const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-bench-'));
  let seeds = { lower: 0, upper: 0 };
  const refs: CheckpointRef[] = [];
  for (const [index, change] of changes.entries()) {
    if (change === 'everything') seeds = { lower: index, upper: index };
    if (change === 'upper half') seeds = { ...seeds, upper: index };
    const isLower = (name: string) => Number(/layers\.(\d+)/.exec(name)?.[1] ?? 0) < shape.layers / 2;
    const values = (name: string) =>
      randomTensor(shape, name, name.includes('embed') ? 0 : isLower(name) ? seeds.lower : seeds.upper);
    const directory = mkdtempSync(join(scratch, 'checkpoint-'));
    const ref = writeCheckpoint(directory, shape, values);
    const files = await openCheckpoint(ref);
    refs.push({ ...ref, ...refOf(index), content: await files.content() });
    await files.close();
  }
  try {
    return await analysed(refs);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function refOf(index: number) {
  const step = STRIDE * (index + 1);
  return { id: `checkpoint-${step}`, step, content: String(step).padStart(43, '0') };
}

async function analysed(refs: readonly CheckpointRef[]): Promise<Update[][]> {
  const runtime = new Runtime({ threads: 0, device: 'cpu' });
  try {
    return await updatesOf(directEngine(runtime), refs);
  } finally {
    await runtime.release();
  }
}

async function updatesOf(engine: Engine, refs: readonly CheckpointRef[]): Promise<Update[][]> {
  const checkpoints: Update[][] = [];
  const updates = pipeline({
    past: initialState(RUN),
    source: from(refs.map((checkpoint) => ({ type: 'ready', checkpoint }) as const)),
    engine,
    settings: SETTINGS,
    history: new GraphHistory({ bytesMax: HISTORY_BYTES_MAX }),
    turns: { every: 1, maxLag: null, fillIn: false },
    note: (sentence) => {
      throw new Error(sentence);
    },
  });
  await lastValueFrom(
    updates.pipe(
      tap((update) => {
        if (update.type === 'failure') throw new Error(update.failure.message);
        if (update.type === 'checkpoint-started') checkpoints.push([]);
        checkpoints.at(-1)?.push(update);
      }),
    ),
  );
  return checkpoints;
}
