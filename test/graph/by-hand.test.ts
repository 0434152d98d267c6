/** Small graphs whose metrics a person can work out, and what empty ones give. */
import { describe, expect, it } from 'vitest';
import { activity } from '../../server/graph/activity.ts';
import { betweenness } from '../../server/graph/betweenness.ts';
import { closeness } from '../../server/graph/closeness.ts';
import { directedClustering } from '../../server/graph/clustering.ts';
import { edgeWeights } from '../../server/graph/edge-weights.ts';
import { efficiencyReachable } from '../../server/graph/efficiency.ts';
import { normalizedEntropy } from '../../server/graph/entropy.ts';
import { gini } from '../../server/graph/gini.ts';
import { hits } from '../../server/graph/hits.ts';
import { meanLayerSpan } from '../../server/graph/layer-span.ts';
import { louvain } from '../../server/graph/louvain.ts';
import { measure } from '../../server/graph/measure.ts';
import { pagerank, reversePagerank } from '../../server/graph/pagerank.ts';
import { quantile } from '../../server/graph/quantile.ts';
import { holders } from '../../server/graph/roles.ts';
import { inStrength, outStrength } from '../../server/graph/strength.ts';
import { trophicIncoherence, trophicLevels } from '../../server/graph/trophic.ts';
import { componentNodes, expectAllClose, graphFrom, THRESHOLD } from './made.ts';

/** 0 → 1 → 2 → 3, each edge of weight ½ and so 2 long. */
const chain = graphFrom(4, [
  [0, 1, 0.5],
  [1, 2, 0.5],
  [2, 3, 0.5],
]);
/** 0 → 3 by way of 1 or of 2, both equally long. */
const diamond = graphFrom(4, [
  [0, 1, 1],
  [0, 2, 1],
  [1, 3, 1],
  [2, 3, 1],
]);
const triangle = graphFrom(3, [
  [0, 1, 8],
  [0, 2, 1],
  [1, 2, 1],
]);

describe('weights', () => {
  it('1, 2, 3, 4 have total 10, mean and median 2.5, 90th percentile 3.7, Gini ¼', () => {
    const weights = Float64Array.of(4, 2, 1, 3);
    const { p90_weight, ...others } = edgeWeights(weights);
    expect(others).toEqual({ total_strength: 10, mean_weight: 2.5, median_weight: 2.5, max_weight: 4 });
    expect(p90_weight).toBeCloseTo(3.7, 12);
    expect(gini(weights)).toBeCloseTo(0.25, 12);
  });

  it('that are equal have Gini 0 and entropy 1; one that has all has (M − 1)/M and 0', () => {
    expect([gini(Float64Array.of(2, 2, 2, 2)), normalizedEntropy(Float64Array.of(2, 2, 2, 2))]).toEqual([
      0, 1,
    ]);
    expect(gini(Float64Array.of(0, 0, 0, 7))).toBeCloseTo(0.75, 12);
    expect(normalizedEntropy(Float64Array.of(0, 0, 0, 7))).toBe(0);
  });

  it('two of four equal and the others 0 have half the entropy', () => {
    expect(normalizedEntropy(Float64Array.of(1, 0, 1, 0))).toBeCloseTo(0.5, 12);
  });

  it('on the threshold are not active', () => {
    const graph = graphFrom(4, [
      [0, 1, 0.3],
      [0, 2, 0.5],
      [1, 3, 0.4],
      [2, 3, 0],
    ]);
    expect(activity(graph, THRESHOLD)).toEqual({
      active_edges: 2,
      active_nodes: 4,
      density: 2 / 12,
      fill: 0.5,
    });
  });

  it('spanning 1 and 3 layers in shares ¾ and ¼ span 1.5 layers', () => {
    expect(
      meanLayerSpan(
        graphFrom(4, [
          [0, 1, 3],
          [0, 3, 1],
        ]),
      ),
    ).toBe(1.5);
  });
});

describe('paths', () => {
  it('of a chain pass its inner nodes: 2 of the 6 ordered pairs of others', () => {
    expectAllClose(betweenness(chain), [0, 2 / 6, 2 / 6, 0]);
  });

  it('that tie share their betweenness', () => {
    expectAllClose(betweenness(diamond), [0, 0.5 / 6, 0.5 / 6, 0]);
  });

  it('of a chain give closeness r²/Σd/3 and the mean of 1/2, 1/4, 1/6 as efficiency', () => {
    expectAllClose(closeness(chain), [0, 1 / 2 / 3, 4 / 6 / 3, 9 / 12 / 3]);
    expect(efficiencyReachable(chain)).toBeCloseTo((3 / 2 + 2 / 4 + 1 / 6) / 6, 12);
  });

  it('take a strong detour before a weak direct edge', () => {
    expectAllClose(
      betweenness(
        graphFrom(3, [
          [0, 1, 1],
          [0, 2, 0.4],
          [1, 2, 1],
        ]),
      ),
      [0, 0.5, 0],
    );
    expectAllClose(
      betweenness(
        graphFrom(3, [
          [0, 1, 1],
          [0, 2, 0.6],
          [1, 2, 1],
        ]),
      ),
      [0, 0, 0],
    );
  });
});

describe('nodes', () => {
  it('have strengths, the sums over their edges', () => {
    expect([outStrength(triangle), inStrength(triangle)]).toEqual([
      [9, 1, 0],
      [0, 8, 2],
    ]);
  });

  it('of a triangle with weights 8, 1, 1 are clustered by half the cube root of 1/64', () => {
    // Ŵ = 1, ½, ½: one triangle of ¼, where the two edges at a node could form two, either way round
    expectAllClose(directedClustering(triangle), [1 / 8, 1 / 8, 1 / 8]);
  });

  it('of a chain stand one trophic level apart, without incoherence', () => {
    const levels = trophicLevels(chain);
    expectAllClose(levels, [0, 1, 2, 3]);
    expect(trophicIncoherence(chain, levels)).toBeCloseTo(0, 12);
  });

  it('of an even triangle stand ⅔ of a level apart, with an incoherence of 1/9', () => {
    const even = { ...triangle, weights: triangle.weights.map(() => 1) };
    const levels = trophicLevels(even);
    expectAllClose(levels, [0, 2 / 3, 4 / 3]);
    expect(trophicIncoherence(even, levels)).toBeCloseTo(1 / 9, 12);
  });

  it('of separate parts start at level 0 in each', () => {
    const parts = graphFrom(5, [
      [0, 2, 3],
      [1, 4, 1],
    ]);
    expectAllClose(trophicLevels(parts), [0, 0, 1, 0, 1]);
  });

  it('tied by less than rounding leaves are of separate parts', () => {
    const strong = [0.3, 0.7, 0.1];
    const tied = graphFrom(6, [
      [0, 1, strong[0]],
      [0, 2, strong[1]],
      [1, 2, strong[2]],
      [2, 3, 1e-25],
      [3, 4, strong[0]],
      [3, 5, strong[1]],
      [4, 5, strong[2]],
    ]);
    const levels = trophicLevels(tied);
    expectAllClose(levels.slice(3), levels.slice(0, 3));
    expect(Math.max(...levels)).toBeLessThan(2);
  });

  it('of a chain of two have ranks 1 and 1 + 0.85, as shares', () => {
    const pair = graphFrom(2, [[0, 1, 0.2]]);
    expectAllClose(pagerank(pair), [1 / 2.85, 1.85 / 2.85]);
    expectAllClose(reversePagerank(pair), [1.85 / 2.85, 1 / 2.85]);
  });

  it('of a star are one hub and equal authorities', () => {
    const star = graphFrom(3, [
      [0, 1, 2],
      [0, 2, 2],
    ]);
    expect(hits(star)).toEqual({ hub: [1, 0, 0], authority: [0, 0.5, 0.5] });
  });

  it('of two pairs are two communities with modularity ½', () => {
    const pairs = graphFrom(4, [
      [0, 1, 1],
      [2, 3, 1],
    ]);
    expect(louvain(pairs, 1)).toEqual({ communities: Int32Array.of(0, 0, 1, 1), count: 2, modularity: 0.5 });
  });
});

describe('roles', () => {
  it('interpolate the percentile linearly', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20], 0.95)).toBeCloseTo(19.5, 12);
    expect(quantile([], 0.95)).toBe(0);
  });

  it('are held by nobody where all are alike', () => {
    const nodes = componentNodes(2, 2);
    expect(
      holders(
        nodes,
        nodes.map(() => 1),
      ),
    ).toEqual([]);
  });
});

describe('a graph without edges', () => {
  it('has the values that the metrics state for it', () => {
    const { metrics, nodeMetrics, roles } = measure(graphFrom(3, []), THRESHOLD);
    const { communities, ...zeros } = metrics;
    expect(communities).toBe(3);
    expect(Object.values(zeros).filter((value) => value !== 0)).toEqual([]);
    const { pagerank: ranks, reverse_pagerank, ...others } = nodeMetrics;
    for (const shares of [ranks, reverse_pagerank]) expectAllClose(shares, [1 / 3, 1 / 3, 1 / 3]);
    for (const [id, values] of Object.entries(others)) expect(values, id).toEqual([0, 0, 0]);
    expect(roles).toEqual({ spreaders: [], gatherers: [], gatekeepers: [] });
  });
});
