/** Standard errors over prompts and z-scores against shuffled weights. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../server/base/random.ts';
import type { ComponentGraph } from '../../server/graph/component-graph.ts';
import { gini } from '../../server/graph/gini.ts';
import { jackknifeErrors } from '../../server/graph/jackknife.ts';
import { measure, measureCheap } from '../../server/graph/measure.ts';
import { edgesByLayerPair, nullModelScores, shuffledWithin } from '../../server/graph/null-model.ts';
import { promptMeans } from '../../server/graph/prompt-means.ts';
import { anyGraph, componentNodes, graphOf, THRESHOLD } from './made.ts';

const scalars = (graph: ComponentGraph) => measure(graph, THRESHOLD).metrics;
const total = ({ weights }: ComponentGraph) => ({ total: weights.reduce((sum, weight) => sum + weight, 0) });
const shape = graphOf(componentNodes(2, 2), () => 0);

describe('the jackknife over prompts', () => {
  it('gives the mean of a sample its usual standard error', () => {
    const random = seededRandom(2);
    const weights = Float32Array.from({ length: 9 * 5 }, random);
    const totals = [0, 1, 2, 3, 4].map((prompt) =>
      weights.reduce((sum, weight, at) => (at % 5 === prompt ? sum + weight : sum), 0),
    );
    const mean = totals.reduce((sum, value) => sum + value, 0) / 5;
    const variance = totals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4;
    const errors = jackknifeErrors(shape, weights, 5, total);
    expect(errors?.total).toBeCloseTo(Math.sqrt(variance / 5), 6);
  });

  it('follows the formula for a metric that is no mean', () => {
    const random = seededRandom(3);
    const weights = Float32Array.from({ length: 9 * 4 }, random);
    const left = [0, 1, 2, 3].map((out) => gini(promptMeans(weights, 4, (prompt) => prompt !== out)));
    const mean = left.reduce((sum, value) => sum + value, 0) / 4;
    const squares = left.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const errors = jackknifeErrors(shape, weights, 4, (graph) => ({ gini: gini(graph.weights) }));
    expect(errors?.gini).toBeCloseTo(Math.sqrt((3 / 4) * squares), 12);
  });

  it('covers the truth about as often as two standard errors should', () => {
    const random = seededRandom(4);
    let covered = 0;
    for (let trial = 0; trial < 300; trial += 1) {
      const weights = Float32Array.from({ length: 9 * 8 }, random);
      const estimate = total({ ...shape, weights: promptMeans(weights, 8, () => true) }).total;
      const error = jackknifeErrors(shape, weights, 8, total)?.total ?? Number.NaN;
      if (Math.abs(estimate - 4.5) < 2 * error) covered += 1;
    }
    expect(covered / 300).toBeGreaterThan(0.87);
    expect(covered / 300).toBeLessThan(0.97);
  });

  it('has no sample with fewer than four prompts, and none for a metric that one graph lacks', () => {
    expect(jackknifeErrors(shape, new Float32Array(9 * 3), 3, total)).toBeNull();
    let call = 0;
    const sometimes = (): Record<string, number> => {
      call += 1;
      return call === 2 ? { always: 1 } : { always: 1, sometimes: 1 };
    };
    expect(jackknifeErrors(shape, new Float32Array(9 * 4), 4, sometimes)).toEqual({ always: 0 });
  });

  it('is finite for every metric of any graph', () => {
    const prompts = fc.array(fc.float({ min: 0, max: 2, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(anyGraph, prompts, (graph, factors) => {
        const weights = new Float32Array(graph.weights.length * 8);
        weights.forEach((_, at) => {
          weights[at] = graph.weights[Math.floor(at / 8)] * factors[at % 8];
        });
        const errors = Object.values(jackknifeErrors(graph, weights, 8, scalars) ?? expect.fail());
        expect(errors.length).toBe(Object.keys(scalars(graph)).length);
        expect(errors.every((error) => Number.isFinite(error) && error >= 0)).toBe(true);
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});

describe('the layer-preserving null model', () => {
  const nodes = componentNodes(4, 3);
  const random = seededRandom(6);
  const graph = graphOf(nodes, () => random());

  it('keeps the weights of every pair of layers and moves them among its edges', () => {
    fc.assert(
      fc.property(anyGraph, fc.nat(), (any, seed) => {
        const groups = edgesByLayerPair(any);
        const shuffled = shuffledWithin(any, groups, seededRandom(seed));
        expect(groups.flat().sort((a, b) => a - b)).toEqual([...any.weights.keys()]);
        for (const edges of groups) {
          const pairs = edges.map(
            (edge) => `${any.nodes[any.sources[edge]].layer} ${any.nodes[any.targets[edge]].layer}`,
          );
          expect(new Set(pairs).size).toBe(1);
          const [before, after] = [any, shuffled].map(({ weights }) =>
            edges.map((edge) => weights[edge]).sort(),
          );
          expect(after).toEqual(before);
        }
      }),
      { seed: 8, numRuns: 100 },
    );
    expect(shuffledWithin(graph, edgesByLayerPair(graph), random).weights).not.toEqual(graph.weights);
  });

  it('leaves what does not depend on places without a score', () => {
    const scores = nullModelScores(graph, (made) => measureCheap(made, THRESHOLD).metrics, { seed: 1 });
    for (const id of [
      'total_strength',
      'mean_weight',
      'gini',
      'normalized_entropy',
      'mean_layer_span',
      'active_edges',
    ])
      expect(scores[id], id).toBeNull();
  });

  it('scores a graph like its draws within a few standard deviations, and a planted hub far outside', () => {
    const concentration = (made: ComponentGraph) => {
      const { out_strength } = measureCheap(made, THRESHOLD).nodeMetrics;
      return { largest_out: Math.max(...out_strength) };
    };
    const hub = graphOf(nodes, (source) => (source === 0 ? 1 : 0.1));
    expect(Math.abs(nullModelScores(graph, concentration, { seed: 1 }).largest_out ?? 99)).toBeLessThan(4);
    expect(nullModelScores(hub, concentration, { seed: 1 }).largest_out).toBeGreaterThan(5);
  });

  it('gives equal scores for equal seeds, and other ones for another', () => {
    const scores = (seed: number) => nullModelScores(graph, scalars, { seed, draws: 10 });
    expect(scores(1)).toEqual(scores(1));
    expect(scores(1)).not.toEqual(scores(2));
  });

  it('scores every metric of any graph with a finite number or not at all', () => {
    fc.assert(
      fc.property(anyGraph, (any) => {
        const scores = nullModelScores(any, scalars, { seed: 1, draws: 5 });
        expect(Object.keys(scores).sort()).toEqual(Object.keys(scalars(any)).sort());
        for (const score of Object.values(scores))
          expect(score === null || Number.isFinite(score)).toBe(true);
      }),
      { seed: 9, numRuns: 40 },
    );
  });

  it('refuses to tell a spread from a single draw', () => {
    expect(() => nullModelScores(graph, scalars, { seed: 1, draws: 1 })).toThrow('at least 2 draws, got 1');
  });
});
