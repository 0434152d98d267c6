/** Metrics from golden weights against NetworkX, NumPy and SciPy (test/golden/metrics.json). */
import { describe, expect, it } from 'vitest';
import { LEVEL_METRICS, NODE_METRICS } from '../../protocol/metrics.ts';
import { louvain } from '../../server/graph/louvain.ts';
import { compare, compareGraphs, measure } from '../../server/graph/measure.ts';
import { goldenMetrics } from '../support/checkpoints.ts';
import { expectAllClose, expectClose, goldenGraph, THRESHOLD } from './made.ts';

/** The reference says at which threshold. */
const AT_THRESHOLD: readonly string[] = [
  'active_edges',
  'active_nodes',
  'density',
  'fill',
  'edges_added',
  'edges_removed',
];
const referenceName = (id: string) => (AT_THRESHOLD.includes(id) ? `${id}_at_0_3` : id);
/** Louvain depends on the order of visits: the reference states none. */
const NO_REFERENCE: readonly string[] = ['modularity', 'communities'];

/** Largest modularity among 100 seeds of NetworkX 3.6's louvain_communities on the directed weighted graph. */
const BEST_MODULARITY: Readonly<Record<string, number>> = {
  'sample/checkpoint-0': 0.14030773,
  'sample/checkpoint-512': 0.05540495,
  'sample/checkpoint-4000': 0.07928822,
  'gpt2/checkpoint-800': 0.08013801,
  'llama/checkpoint-800': 0.08665747,
};

const { graphs, pairs } = goldenMetrics();

describe.each(graphs.map((expected) => ({ ...expected })))('the golden graph $checkpoint', (expected) => {
  const graph = goldenGraph(expected.checkpoint);
  const measured = measure(graph, THRESHOLD);

  it('has the reference’s number of nodes and possible edges', () => {
    expect(graph.nodes.length).toBe(expected.graph.node_count);
    expect(graph.weights.length).toBe(expected.graph.possible_edges);
  });

  it.each(LEVEL_METRICS.map(({ id }) => id).filter((id) => !NO_REFERENCE.includes(id)))(
    'has the reference’s %s',
    (id) => {
      expectClose(measured.metrics[id], expected.graph[referenceName(id)]);
    },
  );

  it.each(NODE_METRICS.map(({ id }) => id))('has the reference’s %s of every node', (id) => {
    expectAllClose(measured.nodeMetrics[id], expected.node[id]);
  });

  it('gives the reference’s nodes their roles', () => {
    expect(measured.roles).toEqual(expected.roles);
  });

  it('falls into communities nearly as good as the best known', () => {
    const best = BEST_MODULARITY[expected.checkpoint];
    expect(measured.metrics.modularity).toBeGreaterThan(best - 0.002);
    expect(measured.metrics.modularity).toBe(louvain(graph, 1).modularity);
  });
});

describe.each(pairs.map((pair) => ({ ...pair })))('from $previous to $current', (pair) => {
  const [before, after] = [pair.previous, pair.current].map(goldenGraph);
  const compared = compareGraphs(before, after, THRESHOLD);
  const reference: Readonly<Record<string, number | string>> = pair;

  it.each([
    'churn',
    'spearman',
    'edges_added',
    'edges_removed',
    'out_strength_spearman',
    'in_strength_spearman',
  ])('%s is that of the reference', (id) => {
    expectClose(compared[id], Number(reference[referenceName(id)]));
  });

  it('the weights alone tell the same', () => {
    expect(compared).toMatchObject(compare(before.weights, after.weights));
  });
});
