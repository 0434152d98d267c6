/** The oracle itself against the golden numbers, which are PyTorch's in float32. */
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../server/source/checkpoint-files.ts';
import { plainModel } from '../oracle/plain-families.ts';
import { plainGraph, plainHeadScores } from '../oracle/plain-graph.ts';
import type { PlainTensors } from '../oracle/plain-parts.ts';
import { GOLDEN_CHECKPOINTS, golden } from '../support/checkpoints.ts';

/** Float32 rounding of the golden numbers. */
const TOLERANCE = 2e-5;

function expectClose(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const differences = actual.map((value, at) => Math.abs(value - expected[at]));
  if (process.env.SHOW) console.log(what, Math.max(...differences));
  expect(Math.max(...differences), what).toBeLessThan(TOLERANCE);
}

async function plainCheckpoint(name: string) {
  const files = await openCheckpoint(GOLDEN_CHECKPOINTS[name]);
  try {
    const tensors = new Map<string, { shape: readonly number[]; values: Float32Array }>();
    for (const tensor of files.tensors.names())
      tensors.set(tensor, { shape: files.tensors.shape(tensor), values: await files.tensors.read(tensor) });
    return plainModel({ ...(files.config as object) }, tensors satisfies PlainTensors);
  } finally {
    await files.close();
  }
}

describe.each(['neox-512', 'gpt2-800', 'llama-800'])('the plain model of %s', (name) => {
  const reference = golden(name);

  it.each(['zero', 'mean', 'resample'] as const)(
    'has the golden graph and effects under %s',
    async (ablation) => {
      const { nodes, weights, effects } = plainGraph(await plainCheckpoint(name), reference.tokens, ablation);
      expect(nodes).toEqual(reference.nodes);
      for (const measure of ['cosine', 'relative_l2'] as const) {
        const golden = reference.graphs[`${ablation}/${measure}`].weights;
        // What a node's ablation does to the node itself is no edge.
        const expected = golden.map((weight, at) => (at % (nodes.length + 1) === 0 ? 0 : weight));
        expectClose(weights[measure], expected, measure);
      }
      for (const effect of ['kl_nats', 'delta_loss_nats', 'logit_cosine'] as const)
        expectClose(effects[effect], reference.graphs[`${ablation}/effects`][effect], effect);
    },
  );

  it('has the golden head scores', async () => {
    const { attention_entropy, ...scores } = plainHeadScores(await plainCheckpoint(name), reference.tokens);
    for (const [id, values] of Object.entries(scores)) expectClose(values, reference.heads[id], id);
    expectClose(attention_entropy, reference.heads.attention_entropy_nats, 'attention_entropy');
  });
});
