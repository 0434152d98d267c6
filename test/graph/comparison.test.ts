/** One graph beside another: by hand, and by relations that must hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPARISON_METRICS } from '../../protocol/metrics.ts';
import { churn } from '../../server/graph/churn.ts';
import { churnEwma } from '../../server/graph/churn-ewma.ts';
import { churnFloor } from '../../server/graph/churn-floor.ts';
import { edgeTurnover } from '../../server/graph/edge-turnover.ts';
import { compare, compareGraphs } from '../../server/graph/measure.ts';
import { spearman } from '../../server/graph/spearman.ts';
import { anyGraph, componentNodes, graphOf, THRESHOLD } from './made.ts';

describe('churn', () => {
  it('is 0 for the same graph up to scale and 1 where nothing is shared', () => {
    expect(churn(Float64Array.of(1, 2, 3), Float64Array.of(2, 4, 6))).toBe(0);
    expect(churn(Float64Array.of(1, 0), Float64Array.of(0, 5))).toBe(1);
    expect(churn(Float64Array.of(0, 0), Float64Array.of(0, 0))).toBe(0);
    expect(churn(Float64Array.of(0, 0), Float64Array.of(0, 1))).toBe(1);
  });

  it('is 1 − 3/5 by hand for weights 1:3 against 2:2', () => {
    // p = (.25, .75), q = (.5, .5): Σ min = .75, Σ max = 1.25
    expect(churn(Float64Array.of(1, 3), Float64Array.of(2, 2))).toBeCloseTo(1 - 0.75 / 1.25, 12);
  });

  it('refuses graphs with different edges', () => {
    expect(() => churn(Float64Array.of(1), Float64Array.of(1, 2))).toThrow('1 and 2 edges');
  });
});

describe('the smoothed churn', () => {
  it('starts with the first churn and then halves the way to each new one', () => {
    const steps = [0.8, 0.4, 0.4, 0];
    let smoothed: number | null = null;
    const all = steps.map((value) => {
      smoothed = churnEwma(smoothed, value);
      return smoothed;
    });
    expect(all.map((value) => Number(value.toFixed(12)))).toEqual([0.8, 0.6, 0.5, 0.25]);
  });
});

describe('the churn floor', () => {
  it('is the churn between the mean graphs of even and odd prompts', () => {
    // [2 edges, 3 prompts]: even prompts 0 and 2 give (2, 4), prompt 1 gives (1, 1)
    const weights = Float32Array.of(1, 1, 3, 3, 1, 5);
    expect(churnFloor(weights, 3)).toBeCloseTo(churn(Float64Array.of(2, 4), Float64Array.of(1, 1)), 12);
  });

  it('takes every other prompt, so that a drift along the prompts falls on both halves', () => {
    // [2 edges, 4 prompts]: even (1, 4), odd (2, 6)
    const weights = Float32Array.of(0, 0, 2, 4, 8, 10, 0, 2);
    expect(churnFloor(weights, 4)).toBeCloseTo(churn(Float64Array.of(1, 4), Float64Array.of(2, 6)), 12);
  });

  it('is 0 where all prompts say the same, and has no sample with one prompt', () => {
    expect(churnFloor(Float32Array.of(0.5, 0.5, 0.25, 0.25), 2)).toBe(0);
    expect(churnFloor(Float32Array.of(0.5, 0.25), 1)).toBeNull();
    expect(churnFloor(new Float32Array(0), 2)).toBe(0);
  });

  it('counts what rounding left below zero as nothing', () => {
    expect(churnFloor(Float32Array.of(1, 1, -1e-7, 0), 2)).toBe(0);
  });
});

describe('the rank correlation', () => {
  it('is ±1 for the same and the opposite order, whatever the sizes', () => {
    expect(spearman(Float64Array.of(1, 2, 30), Float64Array.of(0, 0.1, 7))).toBe(1);
    expect(spearman(Float64Array.of(1, 2, 30), Float64Array.of(3, 2, 1))).toBe(-1);
  });

  it('is √3/2 by hand where two values share a rank', () => {
    // ranks 1, 2, 3 against 1.5, 1.5, 3: 1.5 / √(2 · 1.5)
    expect(spearman(Float64Array.of(1, 2, 3), Float64Array.of(1, 1, 2))).toBeCloseTo(Math.sqrt(3) / 2, 12);
  });

  it('has no sample where a side is constant or too short', () => {
    expect(spearman(Float64Array.of(1, 1), Float64Array.of(1, 2))).toBeNull();
    expect(spearman(Float64Array.of(1), Float64Array.of(1))).toBeNull();
    expect(spearman(new Float64Array(0), new Float64Array(0))).toBeNull();
    expect(() => spearman(Float64Array.of(1), Float64Array.of(1, 2))).toThrow('1 and 2 values');
  });
});

describe('edges added and removed', () => {
  it('are those on one side of the threshold only, which itself is not active', () => {
    const before = Float64Array.of(0.3, 0.31, 0.9, 0, 0.5);
    const after = Float64Array.of(0.31, 0.3, 0.8, 0.7, 0.1);
    expect(edgeTurnover(before, after, THRESHOLD)).toEqual({ edges_added: 2, edges_removed: 2 });
    expect(() => edgeTurnover(before, Float64Array.of(1), THRESHOLD)).toThrow('5 and 1 edges');
  });
});

describe('the whole comparison', () => {
  const ids = (catalogue: readonly { readonly id: string }[]) => catalogue.map(({ id }) => id).sort();
  const nodes = componentNodes(3, 2);
  const before = graphOf(nodes, (source, target) => (source + 1) / (target + 1));
  const after = graphOf(nodes, (source, target) => ((source * 7 + target * 3) % 10) / 10);

  it('has the ids of the catalogue and nothing else', () => {
    expect(Object.keys(compareGraphs(before, after, THRESHOLD)).sort()).toEqual(ids(COMPARISON_METRICS));
  });

  it('has of the weights alone all but the comparisons of strengths', () => {
    const promised = COMPARISON_METRICS.filter(({ id }) => !id.endsWith('_strength_spearman'));
    expect(Object.keys(compare(before.weights, after.weights)).sort()).toEqual(ids(promised));
  });

  it('turned round swaps added and removed edges, and changes nothing else', () => {
    fc.assert(
      fc.property(anyGraph, fc.infiniteStream(fc.double({ min: 0, max: 2, noNaN: true })), (one, weights) => {
        const other = { ...one, weights: one.weights.map(() => weights.next().value) };
        const forth = compareGraphs(one, other, THRESHOLD);
        const back = compareGraphs(other, one, THRESHOLD);
        expect(Object.keys(back)).toEqual(Object.keys(forth));
        for (const id of Object.keys(forth)) {
          const opposite = { edges_added: 'edges_removed', edges_removed: 'edges_added' }[id] ?? id;
          expect(back[opposite]).toBeCloseTo(forth[id], 9);
        }
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('of a graph with itself says that nothing changed', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const {
          churn: changed,
          edges_added,
          edges_removed,
          ...correlations
        } = compareGraphs(graph, graph, THRESHOLD);
        expect([changed, edges_added, edges_removed]).toEqual([0, 0, 0]);
        for (const value of Object.values(correlations)) expect(value).toBeCloseTo(1, 12);
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});
