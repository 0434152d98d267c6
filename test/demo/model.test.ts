import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { FAMILIES, type Weights } from '../../server/demo/architecture.ts';
import { drawRepeatedBatch, POSITIONS } from '../../server/demo/data.ts';
import { startEngine } from '../../server/demo/engine.ts';
import { createModel, initialWeights, weightShapes } from '../../server/demo/model.ts';
import { createRandom } from '../../server/demo/random.ts';
import { readSafetensors } from './support.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
/** The Llama of the fixtures shares keys and values among heads, which the demo's does not. */
const CHECKPOINTS = [
  { family: 'gpt_neox', files: 'sample-run/checkpoint-512', numbers: 'neox-512' },
  { family: 'gpt2', files: 'models/gpt2-800', numbers: 'gpt2-800' },
] as const;

beforeAll(startEngine);

describe.each(CHECKPOINTS)(
  'on a $family checkpoint that transformers trained',
  ({ family, files, numbers }) => {
    const tensors = new Map(
      readSafetensors(new URL(`${files}/model.safetensors`, FIXTURES).pathname).tensors,
    );
    // This GPT-2 has learned more positions than the training text has.
    const positions = tensors.get('transformer.wpe.weight');
    if (positions !== undefined) {
      const shape = [POSITIONS, 64];
      const data = positions.data.slice(0, POSITIONS * 64);
      tensors.set('transformer.wpe.weight', { ...positions, shape, data });
    }
    const golden: {
      readonly tokens: readonly (readonly number[])[];
      readonly loss_nats: number;
      readonly loss_by_position_nats: readonly number[];
    } = JSON.parse(readFileSync(new URL(`../golden/${numbers}.json`, import.meta.url), 'utf8'));
    const architecture = { family, layers: 3, heads: 4, width: 64 } as const;

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
  },
);

describe.each(FAMILIES)('the gradient of %s', (family) => {
  const architecture = { family, layers: 2, heads: 2, width: 8 } as const;
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

test.each(FAMILIES)('the first weights of %s predict nothing: the loss is close to ln 64', (family) => {
  const architecture = { family, layers: 2, heads: 4, width: 64 } as const;
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
