/**
 * The oracle itself against the golden numbers, which are PyTorch's in float32. Families and ablations know nothing
 * of each other in it, so each of both is taken once.
 */
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../server/source/checkpoint-files.ts';
import { plainModel } from '../oracle/plain-families.ts';
import { plainGraph, plainHeadScores } from '../oracle/plain-graph.ts';
import type { PlainModel } from '../oracle/plain-model.ts';
import { GOLDEN_CHECKPOINTS, golden } from '../support/checkpoints.ts';

/** The golden numbers' own rounding; the largest difference seen is 1.2e-6. */
const TOLERANCE = 5e-6;

function expectClose(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expect(Math.max(...actual.map((value, at) => Math.abs(value - expected[at]))), what).toBeLessThan(
    TOLERANCE,
  );
}

async function plainCheckpoint(name: string): Promise<PlainModel> {
  const { config, tensors, close } = await openCheckpoint(GOLDEN_CHECKPOINTS[name]);
  const read = async (tensor: string) => ({
    shape: tensors.shape(tensor),
    values: await tensors.read(tensor),
  });
  try {
    const names = [...tensors.names()];
    const all = await Promise.all(names.map(read));
    return plainModel({ ...Object(config) }, new Map(names.map((name, at) => [name, all[at]])));
  } finally {
    await close();
  }
}

describe.each([
  ['neox-512', 'resample'],
  ['gpt2-800', 'mean'],
  ['llama-800', 'zero'],
] as const)('the plain model of %s', async (name, ablation) => {
  const reference = golden(name);
  const model = await plainCheckpoint(name);

  it(`has the golden graph and effects under ${ablation} ablation`, () => {
    const { nodes, weights, effects } = plainGraph(model, reference.tokens, ablation);
    expect(nodes).toEqual(reference.nodes);
    for (const measure of ['cosine', 'relative_l2'] as const) {
      const all = reference.graphs[`${ablation}/${measure}`].weights;
      // What a node's ablation does to the node itself is no edge.
      const edges = all.map((weight, at) => (at % (nodes.length + 1) === 0 ? 0 : weight));
      expectClose(weights[measure], edges, measure);
    }
    for (const effect of ['kl_nats', 'delta_loss_nats', 'logit_cosine'] as const)
      expectClose(effects[effect], reference.graphs[`${ablation}/effects`][effect], effect);
  });

  it('has the golden head scores', () => {
    const { attention_entropy, ...scores } = plainHeadScores(model, reference.tokens);
    for (const [id, values] of Object.entries(scores)) expectClose(values, reference.heads[id], id);
    expectClose(attention_entropy, reference.heads.attention_entropy_nats, 'attention_entropy');
  });
});
