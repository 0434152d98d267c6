/** The metrics that graphology-metrics has as well, weighted and directed: a second opinion on random graphs. */
import fc from 'fast-check';
import {
  betweenness as betweennessOf,
  hits as hitsOf,
  pagerank as pagerankOf,
} from 'graphology-metrics/centrality/index.js';
import { modularity as modularityOf } from 'graphology-metrics/graph/index.js';
import { describe, expect, it } from 'vitest';
import { betweenness } from '../../server/graph/betweenness.ts';
import type { ComponentGraph } from '../../server/graph/component-graph.ts';
import { hits } from '../../server/graph/hits.ts';
import { louvain } from '../../server/graph/louvain.ts';
import { pagerank } from '../../server/graph/pagerank.ts';
import { graphologyFrom } from '../oracle/graphology.ts';
import { expectAllClose, expectClose, goldenGraph, ordinaryGraph } from './made.ts';

const RUNS = { seed: 17, numRuns: 100 };
/** graphology has no number for graphs with fewer than three nodes or without weight. */
const graphs = ordinaryGraph.filter(
  ({ nodes, weights }) => nodes.length > 2 && weights.some((weight) => weight > 0),
);
const inNodeOrder = ({ nodes }: ComponentGraph, values: Readonly<Record<string, number>>) =>
  nodes.map(({ id }) => values[id]);
const made = (graph: ComponentGraph) => graphologyFrom(graph, louvain(graph, 1).communities);

describe('graphology agrees on', () => {
  it('the betweenness, ties included', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const values = betweennessOf(made(graph), { getEdgeWeight: 'distance', normalized: true });
        expectAllClose(betweenness(graph), inNodeOrder(graph, values), 1e-9);
      }),
      RUNS,
    );
  });

  it('the PageRank', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const options = {
          getEdgeWeight: 'weight',
          alpha: 0.85,
          tolerance: 1e-13,
          maxIterations: 1000,
        } as const;
        expectAllClose(pagerank(graph), inNodeOrder(graph, pagerankOf(made(graph), options)), 1e-9);
      }),
      RUNS,
    );
  });

  it('the modularity of the communities found', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const options = { getNodeCommunity: 'community', getEdgeWeight: 'weight' } as const;
        expectClose(louvain(graph, 1).modularity, modularityOf(made(graph), options), 1e-9);
      }),
      RUNS,
    );
  });

  it.each(['sample/checkpoint-0', 'gpt2/checkpoint-800'])('the hubs and authorities of %s', (checkpoint) => {
    const graph = goldenGraph(checkpoint);
    const expected = hitsOf(made(graph), { getEdgeWeight: 'weight', tolerance: 1e-12, maxIterations: 1000 });
    const { hub, authority } = hits(graph);
    expectAllClose(hub, inNodeOrder(graph, expected.hubs), 1e-8);
    expectAllClose(authority, inNodeOrder(graph, expected.authorities), 1e-8);
    expect(Math.max(...hub)).toBeLessThan(1);
  });
});
