/**
 * From files on disk to the first edges: a checkpoint of the shape is written, then opened and swept until its first
 * layer has been published, in a process that has compiled the shape before, as for every checkpoint but the first.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeTokens } from '../../server/ablation/probe.ts';
import { Runtime } from '../../server/ablation/runtime.ts';
import { sweep } from '../../server/ablation/sweep.ts';
import { readModel } from '../../server/model/family.ts';
import { type CheckpointRef, openCheckpoint } from '../../server/source/checkpoint-files.ts';
import {
  configOf,
  PYTHIA_14M,
  PYTHIA_160M,
  randomTensor,
  type Shape,
  shapeOf,
  tensorNames,
} from './random-model.ts';
import { timed } from './timing.ts';

const CASES = [
  { shape: PYTHIA_14M, prompts: 1, segment: 150, runs: 7 },
  { shape: PYTHIA_160M, prompts: 4, segment: 32, runs: 3 },
];

export async function benchLoading(print: (line: string) => void): Promise<void> {
  print('| from disk to the first edges | file, MB | median, ms (min … max) |');
  print('|---|---|---|');
  for (const { shape, prompts, segment, runs } of CASES) {
    const directory = mkdtempSync(join(tmpdir(), 'phasewatch-bench-'));
    const ref = writeCheckpoint(directory, shape);
    const runtime = new Runtime({ threads: 0, device: 'cpu' });
    const times = await timed(runs, () => firstEdges(runtime, ref, prompts, segment));
    await runtime.release();
    rmSync(directory, { recursive: true });
    const megabytes = (4 * tensorNames(shape).reduce((sum, name) => sum + sizeOf(shape, name), 0)) / 1e6;
    const ms = (value: number) => value.toFixed(0);
    print(
      `| ${shape.name}, ${prompts} × ${2 * segment} tokens | ${megabytes.toFixed(0)} | ${ms(times.medianMillis)} (${ms(times.minMillis)} … ${ms(times.maxMillis)}) |`,
    );
  }
}

/** Until layer 1 is done, the first that has edges into it. */
async function firstEdges(
  runtime: Runtime,
  ref: CheckpointRef,
  prompts: number,
  segment: number,
): Promise<void> {
  const files = await openCheckpoint(ref);
  const { architecture, weights } = readModel(files.config, files.tensors);
  const probe = probeTokens({ kind: 'induction', prompts, segment, seed: 0 }, architecture);
  const options = {
    ablation: 'zero',
    measure: 'cosine',
    effectPositions: 0,
    memoryBytesMax: 2 ** 30,
  } as const;
  for await (const event of sweep(runtime, architecture, weights, probe, options))
    if (event.type === 'layer' && event.layer === 1) break;
  await files.close();
}

function sizeOf(shape: Shape, name: string): number {
  return shapeOf(shape, name).reduce((product, size) => product * size, 1);
}

/**
 * Writes config.json and model.safetensors, tensor by tensor.
 * @param values of a tensor
 */
export function writeCheckpoint(
  directory: string,
  shape: Shape,
  values: (name: string) => Float32Array = (name) => randomTensor(shape, name),
): CheckpointRef {
  const configFile = join(directory, 'config.json');
  writeFileSync(configFile, JSON.stringify(configOf(shape)));
  let end = 0;
  const entries = tensorNames(shape).map((name) => {
    const begin = end;
    end += 4 * sizeOf(shape, name);
    return [name, { dtype: 'F32', shape: shapeOf(shape, name), data_offsets: [begin, end] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = openSync(join(directory, 'model.safetensors'), 'w');
  for (const part of [length, header]) writeSync(file, part);
  for (const name of tensorNames(shape)) writeSync(file, new Uint8Array(values(name).buffer));
  closeSync(file);
  return { id: shape.name, step: 0, directory, configFile, content: null };
}
