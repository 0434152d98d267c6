/** Every family with reference numbers, under every ablation and measure, against one forward pass per node. */
import { afterAll, describe, expect, it } from 'vitest';
import { possibleEdges } from '../../protocol/graph.ts';
import { Runtime } from '../../server/ablation/runtime.ts';
import { GOLDEN_CHECKPOINTS, golden } from '../support/checkpoints.ts';
import { swept } from '../support/sweeping.ts';

const TOLERANCE = 1e-4;
const runtime = new Runtime({ threads: 1, device: 'cpu' });
afterAll(() => runtime.release());

function expectClose(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  actual.forEach((value, at) => {
    expect(Math.abs(value - expected[at]), `${what}[${at}]: ${value} for ${expected[at]}`).toBeLessThan(
      TOLERANCE,
    );
  });
}

describe.each(Object.entries(GOLDEN_CHECKPOINTS))('%s', (name, checkpoint) => {
  const reference = golden(name);
  const probe = { kind: 'tokens', tokens: reference.tokens } as const;

  describe.each(['zero', 'mean', 'resample'] as const)('under %s ablation', (ablation) => {
    it.each(['cosine', 'relative_l2'] as const)('has the reference weights by %s', async (measure) => {
      const { nodes, means } = await swept(runtime, checkpoint, probe, { ablation, measure });
      expect(nodes.map((node) => node.id)).toEqual(reference.nodes);
      const { sources, targets } = possibleEdges(nodes);
      const { weights } = reference.graphs[`${ablation}/${measure}`];
      const expected = Array.from(sources, (source, edge) => weights[source * nodes.length + targets[edge]]);
      expectClose([...means], expected, 'weights');
      // All that the reference measured beyond rounding is a possible edge here.
      const all = weights.reduce((sum, weight) => sum + (weight > 1e-4 ? weight : 0), 0);
      const diagonal = weights.reduce(
        (sum, weight, at) => sum + (at % (nodes.length + 1) === 0 ? weight : 0),
        0,
      );
      const possible = expected.reduce((sum, weight) => sum + (weight > 1e-4 ? weight : 0), 0);
      expect(possible).toBeCloseTo(all - diagonal, 3);
    });

    it('has the reference effects on the output', async () => {
      const { effects } = await swept(runtime, checkpoint, probe, { ablation, effectPositions: 48 });
      const expected = reference.graphs[`${ablation}/effects`];
      for (const [id, values] of Object.entries(effects ?? expect.fail()))
        expectClose(values, expected[id], id);
    });
  });

  it('has the reference head scores', async () => {
    const { headScores } = await swept(runtime, checkpoint, probe);
    const { attention_entropy, ...scores } = headScores;
    for (const [id, values] of Object.entries(scores)) expectClose(values, reference.heads[id], id);
    expectClose(attention_entropy, reference.heads.attention_entropy_nats, 'attention_entropy');
  });
});
