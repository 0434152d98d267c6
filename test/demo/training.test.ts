import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { existingCheckpoint, writeCheckpoint } from '../../server/demo/checkpoint.ts';
import { startEngine } from '../../server/demo/engine.ts';
import { initialWeights, weightShapes } from '../../server/demo/model.ts';
import { createRandom } from '../../server/demo/random.ts';
import { isCheckpointStep } from '../../server/demo/schedule.ts';
import { type Report, train } from '../../server/demo/training.ts';
import { emptyDirectory, readSafetensors } from './support.ts';

const architecture = { family: 'gpt_neox', layers: 1, heads: 2, width: 16 } as const;
const reports: Report[] = [];
let first = '';

beforeAll(async () => {
  await startEngine();
  first = await shortRun(5, 12, (report) => reports.push(report));
});

describe('a short training', () => {
  test('leaves the checkpoints of its schedule and nothing half written', () => {
    expect(readdirSync(first).sort()).toEqual([0, 1, 2, 4, 8, 12].map((step) => `checkpoint-${step}`).sort());
  });

  test('writes the tensors of a GPTNeoXForCausalLM in float32', () => {
    const { metadata, tensors } = readSafetensors(join(first, 'checkpoint-12', 'model.safetensors'));
    expect(metadata).toEqual({ format: 'pt' });
    expect(new Map([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual(
      weightShapes(architecture),
    );
    for (const { dtype, data } of tensors.values()) {
      expect(dtype).toBe('F32');
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  test('writes a configuration with the same keys as transformers, but for its version', () => {
    const reference = new URL('../fixtures/sample-run/checkpoint-512/config.json', import.meta.url);
    const { transformers_version: _, ...expected } = JSON.parse(readFileSync(reference, 'utf8'));
    const config = JSON.parse(readFileSync(join(first, 'checkpoint-0', 'config.json'), 'utf8'));
    expect(Object.keys(config)).toEqual(Object.keys(expected));
    expect(config).toMatchObject({ hidden_size: 16, intermediate_size: 64, num_hidden_layers: 1 });
    expect(config.rope_parameters).toEqual(expected.rope_parameters);
  });

  test('logs its losses into the state of every later checkpoint', () => {
    const state = (step: number) =>
      JSON.parse(readFileSync(join(first, `checkpoint-${step}`, 'trainer_state.json'), 'utf8'));
    expect(state(8)).toMatchObject({ global_step: 8, max_steps: 12, log_history: [] });
    expect(state(12)).toMatchObject({ global_step: 12, log_history: [{ step: 10, loss: reports[0].loss }] });
    expect(state(12).log_history[0].learning_rate).toBeGreaterThan(0);
  });

  test('reports the loss of the text and of held-out repeats', () => {
    expect(reports.map(({ step }) => step)).toEqual([10]);
    for (const loss of [reports[0].loss, reports[0].repeatedLossNats])
      expect(Math.abs(loss - 4.16)).toBeLessThan(0.3);
  });

  test('lowers the loss on the text it sees', async () => {
    const losses: number[] = [];
    await shortRun(5, 50, ({ loss }) => losses.push(loss));
    expect(losses[4]).toBeLessThan(losses[0] - 0.05);
  });
});

test('equal seeds write equal bytes, another seed writes others', async () => {
  const bytes = (directory: string): Buffer =>
    readFileSync(join(directory, 'checkpoint-3', 'model.safetensors'));
  const [one, same, other] = [await shortRun(1, 3), await shortRun(1, 3), await shortRun(2, 3)];
  expect(bytes(one).equals(bytes(same))).toBe(true);
  expect(bytes(one).equals(bytes(other))).toBe(false);
});

describe('a checkpoint', () => {
  const checkpoint = {
    step: 7,
    lastStep: 9,
    architecture,
    weights: initialWeights(architecture, createRandom(0, 0)),
    log: [],
  };

  test('is never replaced by another of the same step', () => {
    const directory = emptyDirectory();
    writeCheckpoint(directory, checkpoint);
    expect(() => writeCheckpoint(directory, checkpoint)).toThrow();
    expect(existingCheckpoint(directory)).toBe('checkpoint-7');
  });

  test('takes over from one that an earlier run left half written', () => {
    const directory = emptyDirectory();
    const partial = join(directory, '.checkpoint-7.partial');
    mkdirSync(partial);
    writeFileSync(join(partial, 'leftover'), '');
    expect(existingCheckpoint(directory)).toBeUndefined();
    writeCheckpoint(directory, checkpoint);
    expect(readdirSync(directory)).toEqual(['checkpoint-7']);
    expect(readdirSync(join(directory, 'checkpoint-7')).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'trainer_state.json',
    ]);
  });
});

test('the schedule doubles up to 64, goes by 25 to 600, then by 50, and always has the last step', () => {
  const steps = Array.from({ length: 734 }, (_, step) => step).filter((step) => isCheckpointStep(step, 733));
  expect(steps.slice(0, 12)).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 75, 100, 125, 150]);
  expect(steps.slice(-5)).toEqual([575, 600, 650, 700, 733]);
});

async function shortRun(
  seed: number,
  steps: number,
  report: (report: Report) => void = () => {},
): Promise<string> {
  const out = emptyDirectory();
  await train({ out, architecture, steps, seed, induction: 0.7 }, report);
  return out;
}
