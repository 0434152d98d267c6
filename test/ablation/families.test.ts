/**
 * Every family that can be read, as a small random checkpoint on disk, against the oracle: one full pass in double
 * precision for each ablated node.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { possibleEdges } from '../../protocol/graph.ts';
import { Runtime } from '../../server/ablation/runtime.ts';
import { plainModel } from '../oracle/plain-families.ts';
import { type PlainAblation, plainGraph, plainHeadScores, plainTask } from '../oracle/plain-graph.ts';
import { MADE_NAMES, type MadeName, madeModel, putModel } from '../support/made-models.ts';
import { swept } from '../support/sweeping.ts';

/** Rounding of float32; the largest difference seen is 1.3e-6. */
const TOLERANCE = 1e-5;
/** Repeated segments, a token that repeats by chance, and one whose token never repeats. */
const TOKENS = [
  [7, 31, 2, 18, 25, 7, 31, 2, 18, 25],
  [4, 9, 4, 38, 12, 9, 11, 4, 38, 4],
  [1, 3, 5, 6, 8, 10, 13, 14, 15, 16],
];
const POSITIONS_MAX = 24;

const runtime = new Runtime({ threads: 1, device: 'cpu' });
afterAll(() => runtime.release());

function expectClose(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expect(Math.max(...actual.map((value, at) => Math.abs(value - expected[at]))), what).toBeLessThan(
    TOLERANCE,
  );
}

/** Mean weights as a matrix [N·N], row = source. */
function matrixOf({ nodes, means }: Awaited<ReturnType<typeof swept>>): number[] {
  const { sources, targets } = possibleEdges(nodes);
  const weights = new Array<number>(nodes.length ** 2).fill(0);
  means.forEach((weight, edge) => {
    weights[sources[edge] * nodes.length + targets[edge]] = weight;
  });
  return weights;
}

async function expectOracle(
  name: MadeName,
  tokens: readonly (readonly number[])[],
  ablation: PlainAblation,
): Promise<void> {
  const made = madeModel(name);
  const expected = plainGraph(plainModel(made.config, made.tensors), tokens, ablation);
  for (const measure of ['cosine', 'relative_l2'] as const) {
    const options = { ablation, measure, effectPositions: POSITIONS_MAX };
    const sweep = await swept(runtime, putModel(made), { kind: 'tokens', tokens }, options);
    expect(sweep.nodes.map((node) => node.id)).toEqual(expected.nodes);
    expectClose(matrixOf(sweep), expected.weights[measure], measure);
    expect(sweep.undefinedCount).toBe(0);
    const effects = sweep.effects ?? expect.fail('no effects');
    for (const effect of ['kl_nats', 'delta_loss_nats', 'logit_cosine'] as const)
      expectClose(effects[effect], expected.effects[effect], effect);
  }
}

describe.each(MADE_NAMES)('%s', (name) => {
  it.each(['zero', 'mean', 'resample'] as const)('has the oracle’s graph and effects under %s', (ablation) =>
    expectOracle(name, TOKENS, ablation),
  );

  it('has the oracle’s head scores and task measures', async () => {
    const made = madeModel(name);
    const plain = plainModel(made.config, made.tensors);
    const { headScores, task } = await swept(runtime, putModel(made), { kind: 'tokens', tokens: TOKENS });
    for (const [score, values] of Object.entries(plainHeadScores(plain, TOKENS)))
      expectClose(headScores[score], values, score);
    const expected = plainTask(plain, TOKENS);
    expect(Object.keys(task)).toEqual(Object.keys(expected));
    expectClose(Object.values(task), Object.values(expected), 'task');
  });
});

describe.each(['gpt_neox', 'gpt2', 'olmo2'] as const)('%s, prompts of several lengths', (name) => {
  const tokens = [TOKENS[0], TOKENS[1].slice(0, 7), [1]];

  it.each(['zero', 'mean'] as const)('has the oracle’s graph and effects under %s', (ablation) =>
    expectOracle(name, tokens, ablation),
  );
});
