/**
 * Each family that the demo trains, as the analysis reads it: the trainer's losses and the ablation engine's are those of
 * two programs (jax-js and onnxruntime) that share no code, on weights that went over the disk.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Runtime } from '../../server/ablation/runtime.ts';
import { FAMILIES, type FamilyName } from '../../server/demo/architecture.ts';
import { drawRepeatedBatch, POSITIONS } from '../../server/demo/data.ts';
import { startEngine } from '../../server/demo/engine.ts';
import { createModel } from '../../server/demo/model.ts';
import { createRandom } from '../../server/demo/random.ts';
import { train } from '../../server/demo/training.ts';
import type { CheckpointRef } from '../../server/source/checkpoint-files.ts';
import { swept } from '../support/sweeping.ts';
import { emptyDirectory, readSafetensors } from './support.ts';

const STEPS = 20;
const SEQUENCES = 4;
/** Of float32 over a few hundred summands; a mistake in a norm, a rotation or an order of heads is a hundred times that. */
const TOLERANCE_NATS = 1e-5;

const runtime = new Runtime({ threads: 1, device: 'cpu' });
beforeAll(startEngine);
afterAll(() => runtime.release());

describe.each(FAMILIES)('a model of the family %s', (family) => {
  const architecture = { family, layers: 2, heads: 2, width: 16 } as const;
  const out = emptyDirectory();
  beforeAll(() => train({ out, architecture, steps: STEPS, seed: 3, induction: 0.7 }, () => {}));

  test('has the losses, trained and read back, that the ablation engine computes', async () => {
    const directory = join(out, `checkpoint-${STEPS}`);
    const batch = drawRepeatedBatch(createRandom(9, 0), SEQUENCES);
    const tokens = Array.from({ length: SEQUENCES }, (_, b) => [
      ...batch.subarray(b * POSITIONS, (b + 1) * POSITIONS),
    ]);
    const { task } = await swept(runtime, checkpointIn(directory), { kind: 'tokens', tokens });

    const { tensors } = readSafetensors(join(directory, 'model.safetensors'));
    const losses = createModel(architecture).losses(tensors, batch);
    const mean = (isIn: (token: number) => boolean): number => {
      const some = losses.filter((_, index) => isIn((index % (POSITIONS - 1)) + 1));
      return some.reduce((sum, loss) => sum + loss, 0) / some.length;
    };
    const half = POSITIONS / 2;
    const expected = {
      loss_first_half: mean((token) => token < half),
      loss_second_half: mean((token) => token >= half),
    };
    for (const id of ['loss_first_half', 'loss_second_half'] as const)
      expect(Math.abs((task[id] ?? Number.NaN) - expected[id]), id).toBeLessThan(TOLERANCE_NATS);
    // After the trainings' steps, and so of weights that are no longer the first ones.
    expect(expected.loss_second_half).toBeLessThan(4.3);
  });

  test('is laid out with the keys and dimensions that transformers writes', () => {
    const config = JSON.parse(readFileSync(join(out, 'checkpoint-0', 'config.json'), 'utf8'));
    const reference = readConfig(family);
    expect(Object.keys(config)).toEqual(
      Object.keys(reference).filter((key) => key !== 'transformers_version'),
    );
    expect(config.architectures).toEqual(reference.architectures);
  });
});

function checkpointIn(directory: string): CheckpointRef {
  const id = `checkpoint-${STEPS}`;
  return { id, step: STEPS, directory, configFile: join(directory, 'config.json'), content: null };
}

/** Of a checkpoint that transformers wrote. */
function readConfig(family: FamilyName) {
  const at = family === 'gpt_neox' ? 'sample-run/checkpoint-512' : `models/${family}-800`;
  return JSON.parse(readFileSync(new URL(`../fixtures/${at}/config.json`, import.meta.url), 'utf8'));
}
