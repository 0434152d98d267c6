import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawRepeatedBatch, POSITIONS } from '../../server/demo/data.ts';
import { startEngine } from '../../server/demo/engine.ts';
import { createModel, initialWeights, type Weights, weightShapes } from '../../server/demo/model.ts';
import { createRandom } from '../../server/demo/random.ts';
import { readSafetensors } from './support.ts';

const FIXTURE = new URL('../fixtures/sample-run/checkpoint-512/', import.meta.url);
const GOLDEN = new URL('../golden/neox-512.json', import.meta.url);

beforeAll(startEngine);

describe('on a checkpoint that transformers trained', () => {
  const { tensors } = readSafetensors(new URL('model.safetensors', FIXTURE).pathname);
  const golden: {
    readonly tokens: readonly (readonly number[])[];
    readonly loss_nats: number;
    readonly loss_by_position_nats: readonly number[];
  } = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  const architecture = { layers: 3, heads: 4, width: 64 };

  test('the weights have the names and shapes of this model', () => {
    const found = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
    expect(found).toEqual(weightShapes(architecture));
  });

  test('the loss is the one that transformers computes, at every position', () => {
    const losses = createModel(architecture).losses(tensors, Int32Array.from(golden.tokens.flat()));
    const sequences = golden.tokens.length;
    for (const [position, expected] of golden.loss_by_position_nats.entries()) {
      let sum = 0;
      for (let b = 0; b < sequences; b++) sum += losses[b * (POSITIONS - 1) + position];
      expect(sum / sequences).toBeCloseTo(expected, 4);
    }
    expect(mean(losses)).toBeCloseTo(golden.loss_nats, 5);
  });
});

describe('the gradient', () => {
  const architecture = { layers: 2, heads: 2, width: 8 };
  const random = createRandom(3, 0);
  const tokens = drawRepeatedBatch(random, 2);
  const weights = roughWeights();

  test('is the slope of the loss along the steepest and along a random entry of every tensor', () => {
    const model = createModel(architecture);
    const { gradient } = model.step(weights, tokens);
    expect([...gradient.keys()].sort()).toEqual([...weights.keys()]);
    for (const [name, { data }] of weights) {
      const slopes = gradient.get(name) ?? new Float32Array();
      expect(slopes.length, name).toBe(data.length);
      const steepest = slopes.reduce(
        (best, slope, i) => (Math.abs(slope) > Math.abs(slopes[best]) ? i : best),
        0,
      );
      for (const entry of [steepest, random.integer(0, data.length - 1)]) {
        const difference = centralDifference(() => mean(model.losses(weights, tokens)), data, entry);
        expect(Math.abs(slopes[entry] - difference), `${name}[${entry}]`).toBeLessThan(
          1e-4 + 0.01 * Math.abs(difference),
        );
      }
    }
  });

  test('comes with the mean of the losses of all predicted tokens', () => {
    const model = createModel(architecture);
    expect(model.step(weights, tokens).loss).toBeCloseTo(mean(model.losses(weights, tokens)), 5);
  });

  /** Larger than the first weights and nowhere zero, so that every slope is well above rounding. */
  function roughWeights(): Weights {
    const rough = initialWeights(architecture, random);
    for (const { data } of rough.values())
      for (let i = 0; i < data.length; i++) data[i] += 0.3 * random.normal();
    return rough;
  }
});

test('the first weights predict nothing: the loss is close to ln 64', () => {
  const architecture = { layers: 2, heads: 4, width: 64 };
  const random = createRandom(0, 0);
  const weights = initialWeights(architecture, random);
  const { loss } = createModel(architecture).step(weights, drawRepeatedBatch(random, 2));
  expect(Math.abs(loss - Math.log(64))).toBeLessThan(0.2);
});

function centralDifference(value: () => number, data: Float32Array, entry: number): number {
  const here = data[entry];
  const distance = 0.01;
  data[entry] = here + distance;
  const above = value();
  data[entry] = here - distance;
  const below = value();
  data[entry] = here;
  return (above - below) / (2 * distance);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
