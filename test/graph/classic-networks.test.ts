/**
 * Zachary's karate club and Les Misérables, with the numbers that NetworkX gives for them (test/golden/classic-networks.json).
 *
 * Undirected, as an edge either way, for what takes any directed graph. Shortest paths and PageRank take only graphs in
 * topological order: for them, and for the rest once more, each tie is an edge from the lower to the higher index.
 */
import { describe, expect, it } from 'vitest';
import { activity } from '../../server/graph/activity.ts';
import { averageClustering, directedClustering } from '../../server/graph/clustering.ts';
import type { ComponentGraph } from '../../server/graph/component-graph.ts';
import { hits } from '../../server/graph/hits.ts';
import { louvain } from '../../server/graph/louvain.ts';
import { measure } from '../../server/graph/measure.ts';
import { trophicIncoherence, trophicLevels } from '../../server/graph/trophic.ts';
import { classicNetworks, expectAllClose, expectClose, graphFrom } from './made.ts';

const RELATIVE = 1e-8;

describe.each(Object.entries(classicNetworks()))(
  '%s, an edge either way',
  (_, { nodes, edges, undirected }) => {
    const bothWays = edges.flatMap(([a, b, weight]) => [[a, b, weight] as const, [b, a, weight] as const]);
    const graph = graphFrom(nodes, bothWays);
    const unweighted: ComponentGraph = { ...graph, weights: graph.weights.map(() => 1) };

    it('has the density of NetworkX', () => {
      expectClose(activity(graph, 0).density, undirected.density, RELATIVE);
    });

    it('has the clustering of NetworkX, where directed and undirected agree', () => {
      expectAllClose(directedClustering(graph), undirected.clustering, RELATIVE);
      expectClose(
        averageClustering(directedClustering(unweighted)),
        undirected.average_clustering_unweighted,
        RELATIVE,
      );
    });

    it('has one score for hub and authority, that of NetworkX', () => {
      const { hub, authority } = hits(graph);
      expectAllClose(hub, undirected.hits, 1e-6, 1e-9);
      expectAllClose(authority, undirected.hits, 1e-6, 1e-9);
    });

    it('falls into communities as good as the best that NetworkX finds', () => {
      const { modularity, communities, count } = louvain(unweighted, 1);
      expect(modularity).toBeGreaterThan(undirected.best_modularity_unweighted - 0.003);
      expect(new Set(communities).size).toBe(count);
    });

    it('has no direction: all trophic levels are 0 and the incoherence is 1', () => {
      const levels = trophicLevels(graph);
      expectAllClose(
        levels,
        levels.map(() => 0),
        0,
        1e-12,
      );
      expectClose(trophicIncoherence(graph, levels), 1, RELATIVE);
    });
  },
);

describe('the numbers that are in every textbook', () => {
  it('are 0.5706 and 0.5731 for the average clustering of the two networks', () => {
    const networks = classicNetworks();
    expect(networks.karate_club.undirected.average_clustering_unweighted).toBeCloseTo(0.5706, 4);
    expect(networks.les_miserables.undirected.average_clustering_unweighted).toBeCloseTo(0.5731, 4);
  });

  it('are four communities and a modularity of 0.4198 for the karate club', () => {
    const { nodes, edges } = classicNetworks().karate_club;
    const bothWays = edges.flatMap(([a, b]) => [[a, b, 1] as const, [b, a, 1] as const]);
    const found = louvain(graphFrom(nodes, bothWays), 1);
    expect(found.modularity).toBeCloseTo(0.4198, 4);
    expect(found.count).toBe(4);
  });
});

describe.each(Object.entries(classicNetworks()))(
  '%s, from lower to higher index',
  (_, { nodes, edges, oriented }) => {
    const { metrics, nodeMetrics } = measure(graphFrom(nodes, edges), 0);

    it.each([
      'betweenness',
      'closeness',
      'pagerank',
      'reverse_pagerank',
      'hub',
      'authority',
      'directed_clustering',
      'trophic_level',
    ] as const)('has the %s of NetworkX, with many shortest paths of equal length', (id) => {
      expectAllClose(nodeMetrics[id], oriented[id], RELATIVE, 1e-10);
    });

    it('has the efficiency and trophic incoherence of NetworkX and NumPy', () => {
      expectClose(metrics.efficiency_reachable, oriented.efficiency_reachable, RELATIVE);
      expectClose(metrics.trophic_incoherence, oriented.trophic_incoherence, RELATIVE);
    });

    it('falls into communities as good as the best that NetworkX finds', () => {
      expect(metrics.modularity).toBeGreaterThan(oriented.best_modularity - 0.005);
    });
  },
);
