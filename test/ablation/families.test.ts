/**
 * Every family that can be read, as a small random checkpoint on disk, against the oracle: one full pass in double
 * precision for each ablated node.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { possibleEdges } from '../../protocol/graph.ts';
import { Runtime } from '../../server/ablation/runtime.ts';
import { plainModel } from '../oracle/plain-families.ts';
import { plainGraph, plainHeadScores } from '../oracle/plain-graph.ts';
import { MADE_NAMES, madeModel, putModel } from '../support/made-models.ts';
import { swept } from '../support/sweeping.ts';

const TOLERANCE = 1e-4;
/** Repeated segments, a token that repeats by chance, and one whose token never repeats. */
const TOKENS = [
  [7, 31, 2, 18, 25, 7, 31, 2, 18, 25],
  [4, 9, 4, 38, 12, 9, 11, 4, 38, 4],
  [1, 3, 5, 6, 8, 10, 13, 14, 15, 16],
];
const PROBE = { kind: 'tokens', tokens: TOKENS } as const;
const MEASURES = ['cosine', 'relative_l2'] as const;

const runtime = new Runtime({ threads: 1, device: 'cpu' });
afterAll(() => runtime.release());

function expectClose(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expect(Math.max(...actual.map((value, at) => Math.abs(value - expected[at]))), what).toBeLessThan(
    TOLERANCE,
  );
}

describe.each(MADE_NAMES)('%s', (name) => {
  const made = madeModel(name);
  const plain = plainModel(made.config, made.tensors);

  it.each(['zero', 'mean', 'resample'] as const)(
    'has the oracle’s graph and effects under %s',
    async (ablation) => {
      const expected = plainGraph(plain, TOKENS, ablation);
      for (const measure of MEASURES) {
        const options = { ablation, measure, effectPositions: TOKENS[0].length };
        const { nodes, means, effects, undefinedCount } = await swept(
          runtime,
          putModel(made),
          PROBE,
          options,
        );
        expect(nodes.map((node) => node.id)).toEqual(expected.nodes);
        const { sources, targets } = possibleEdges(nodes);
        const weights = new Array<number>(nodes.length ** 2).fill(0);
        means.forEach((weight, edge) => {
          weights[sources[edge] * nodes.length + targets[edge]] = weight;
        });
        expectClose(weights, expected.weights[measure], measure);
        expect(undefinedCount).toBe(0);
        for (const [effect, values] of Object.entries(expected.effects))
          expectClose(Object(effects)[effect], values, effect);
      }
    },
  );

  it('has the oracle’s head scores', async () => {
    const { headScores } = await swept(runtime, putModel(made), PROBE);
    for (const [score, values] of Object.entries(plainHeadScores(plain, TOKENS)))
      expectClose(headScores[score], values, score);
  });
});
