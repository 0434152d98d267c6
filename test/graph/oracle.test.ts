/** Fast metrics against slow ones written from the definitions (test/oracle/dense-graph.ts), on seeded random graphs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betweenness } from '../../server/graph/betweenness.ts';
import { closeness } from '../../server/graph/closeness.ts';
import { directedClustering } from '../../server/graph/clustering.ts';
import type { ComponentGraph } from '../../server/graph/component-graph.ts';
import { efficiencyReachable } from '../../server/graph/efficiency.ts';
import { gini } from '../../server/graph/gini.ts';
import { hits } from '../../server/graph/hits.ts';
import { louvain } from '../../server/graph/louvain.ts';
import { measure, measureCheap, measureExpensive } from '../../server/graph/measure.ts';
import { modularity } from '../../server/graph/modularity.ts';
import { pagerank, reversePagerank } from '../../server/graph/pagerank.ts';
import { spearman } from '../../server/graph/spearman.ts';
import { trophicIncoherence, trophicLevels } from '../../server/graph/trophic.ts';
import {
  adjacency,
  bestModularityOracle,
  betweennessOracle,
  closenessOracle,
  clusteringOracle,
  efficiencyOracle,
  giniOracle,
  modularityOracle,
  pagerankOracle,
  spearmanOracle,
  transposed,
  trophicResiduals,
} from '../oracle/dense-graph.ts';
import { expectAllClose, expectClose, graphFrom, ordinaryGraph, THRESHOLD } from './made.ts';

const RUNS = { seed: 11, numRuns: 200 };
const RELATIVE = 1e-9;

function agree(fast: (graph: ComponentGraph) => number[], slow: (W: number[][]) => number[]): void {
  fc.assert(
    fc.property(ordinaryGraph, (graph) => expectAllClose(fast(graph), slow(adjacency(graph)), RELATIVE)),
    RUNS,
  );
}

describe('on random graphs with ties, gaps and none', () => {
  it('betweenness counts the shares of all shortest paths', () => agree(betweenness, betweennessOracle));
  it('closeness is that of Floyd and Warshall’s distances', () => agree(closeness, closenessOracle));
  it('clustering is the diagonal of the cubed matrix', () => agree(directedClustering, clusteringOracle));
  it('PageRank is where power iteration ends', () => agree(pagerank, pagerankOracle));
  it('reverse PageRank is the PageRank of the transposed graph', () =>
    agree(reversePagerank, (W) => pagerankOracle(transposed(W))));
  it('efficiency is that of Floyd and Warshall’s distances', () =>
    agree(
      (graph) => [efficiencyReachable(graph)],
      (W) => [efficiencyOracle(W)],
    ));

  it('the Gini coefficient is half the relative mean difference', () => {
    fc.assert(
      fc.property(ordinaryGraph, ({ weights }) => expectClose(gini(weights), giniOracle(weights), RELATIVE)),
      RUNS,
    );
  });

  it('hub and authority scores are a pair of singular vectors with the largest value', () => {
    fc.assert(
      fc.property(ordinaryGraph, (graph) => {
        const { hub, authority } = hits(graph);
        const W = adjacency(graph);
        const times = (matrix: number[][], vector: readonly number[]) =>
          matrix.map((row) => row.reduce((sum, weight, at) => sum + weight * vector[at], 0));
        const length = (vector: readonly number[]) => Math.hypot(...vector);
        if (length(hub) === 0) return;
        const reached = times(W, authority);
        const value = length(reached) / length(authority);
        expectAllClose(
          reached.map((score) => score / length(reached)),
          hub.map((score) => score / length(hub)),
          0,
          1e-6,
        );
        // No other vector is stretched more: neither a random one, nor the strongest row.
        for (const row of W)
          if (length(row) > 0)
            expect(length(times(W, row)) / length(row)).toBeLessThanOrEqual(value * (1 + 1e-6));
        for (const row of W) expect(length(row)).toBeLessThanOrEqual(value * (1 + 1e-6));
      }),
      RUNS,
    );
  });

  it('trophic levels solve their equation, and no other levels are more coherent', () => {
    fc.assert(
      fc.property(ordinaryGraph, fc.nat(), (graph, chosen) => {
        const levels = trophicLevels(graph);
        for (const residual of trophicResiduals(adjacency(graph), levels))
          expect(Math.abs(residual)).toBeLessThan(1e-9);
        expect(Math.min(...levels)).toBe(0);
        const best = trophicIncoherence(graph, levels);
        for (const step of [-0.01, 0.01]) {
          const moved = levels.map((level, node) => level + (node === chosen % levels.length ? step : 0));
          expect(trophicIncoherence(graph, moved)).toBeGreaterThanOrEqual(best - 1e-12);
        }
      }),
      RUNS,
    );
  });

  it('modularity is the sum over the pairs of a community', () => {
    fc.assert(
      fc.property(
        ordinaryGraph,
        fc.array(fc.nat({ max: 3 }), { minLength: 16, maxLength: 16 }),
        (graph, drawn) => {
          const communities = Int32Array.from(graph.nodes, (_, node) =>
            Math.min(drawn[node], graph.nodes.length - 1),
          );
          expectClose(
            modularity(graph, communities),
            modularityOracle(adjacency(graph), communities),
            RELATIVE,
          );
        },
      ),
      RUNS,
    );
  });

  it('Louvain’s communities are nearly the best there are, and equal seeds give equal ones', () => {
    let missed = 0;
    fc.assert(
      fc.property(
        ordinaryGraph.filter(({ nodes }) => nodes.length <= 8),
        (graph) => {
          const found = louvain(graph, 5);
          const best = bestModularityOracle(adjacency(graph));
          expect(found.modularity).toBeLessThanOrEqual(best + 1e-9);
          if (found.modularity < best - 1e-9) missed += 1;
          expect(found.modularity).toBeGreaterThanOrEqual(best - 0.05);
          expect(new Set(found.communities).size).toBe(found.count);
          expect(louvain(graph, 5)).toEqual(found);
        },
      ),
      { seed: 11, numRuns: 100 },
    );
    expect(missed).toBeLessThanOrEqual(5);
  });

  it('the rank correlation is Pearson’s of ranks found by counting', () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.double({ min: 0, max: 3, noNaN: true }));
    const lists = fc.array(fc.tuple(value, value), { maxLength: 40 });
    fc.assert(
      fc.property(lists, (pairs) => {
        const [before, after] = [0, 1].map((side) => Float64Array.from(pairs, (pair) => pair[side]));
        const expected = spearmanOracle(before, after);
        const got = spearman(before, after);
        if (expected === null) expect(got).toBeNull();
        else expectClose(got ?? Number.NaN, expected, RELATIVE);
      }),
      RUNS,
    );
  });
});

describe('measure', () => {
  it('is what the cheap and the expensive half say', () => {
    fc.assert(
      fc.property(ordinaryGraph, (graph) => {
        const [cheap, expensive] = [measureCheap(graph, THRESHOLD), measureExpensive(graph)];
        expect(measure(graph, THRESHOLD)).toEqual({
          metrics: { ...cheap.metrics, ...expensive.metrics },
          nodeMetrics: { ...cheap.nodeMetrics, ...expensive.nodeMetrics },
          roles: { ...cheap.roles, ...expensive.roles },
        });
      }),
      { seed: 11, numRuns: 20 },
    );
  });
});

describe('what needs a topological order', () => {
  it.each([
    ['an edge back', graphFrom(3, [[2, 1, 1]]), 'from a lower to a higher node, edge 0 from 2 to 1'],
    ['a loop', graphFrom(3, [[1, 1, 1]]), 'edge 0 from 1 to 1'],
    [
      'the same edge twice',
      graphFrom(3, [
        [0, 1, 1],
        [0, 1, 1],
      ]),
      'by target, then source; edge 1',
    ],
    [
      'edges out of order',
      graphFrom(3, [
        [0, 2, 1],
        [0, 1, 1],
      ]),
      'by target, then source; edge 1',
    ],
  ])('refuses %s', (_, graph, sentence) => {
    for (const metric of [betweenness, closeness, efficiencyReachable, pagerank, reversePagerank])
      expect(() => metric(graph)).toThrow(sentence);
  });
});
