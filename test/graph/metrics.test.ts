/** Metrics from golden weights against NetworkX, NumPy and SciPy (test/golden/metrics.json), and by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ComponentNode, possibleEdges } from '../../protocol/graph.ts';
import { GRAPH_METRICS } from '../../protocol/metrics.ts';
import { churn } from '../../server/graph/churn.ts';
import type { ComponentGraph } from '../../server/graph/component-graph.ts';
import { gini } from '../../server/graph/gini.ts';
import { compare, measure } from '../../server/graph/measure.ts';
import { holders, quantile } from '../../server/graph/roles.ts';
import { golden, goldenMetrics, SAMPLE_STEPS } from '../support/checkpoints.ts';

const THRESHOLD = 0.3;
const RELATIVE = 1e-6;

function parallelNodes(layers: number, heads: number): ComponentNode[] {
  return Array.from({ length: layers }, (_, layer) => [
    ...Array.from({ length: heads }, (_, head) => ({
      id: `L${layer}H${head}`,
      layer,
      kind: 'head' as const,
      depth: layer,
    })),
    { id: `L${layer}MLP`, layer, kind: 'mlp' as const, depth: layer },
  ]).flat();
}

function graphOf(nodes: ComponentNode[], weight: (source: number, target: number) => number): ComponentGraph {
  const { sources, targets } = possibleEdges(nodes);
  const weights = Float64Array.from(sources, (source, edge) => weight(source, targets[edge]));
  return { nodes, sources, targets, weights, standardErrors: null };
}

function goldenGraph(step: number): ComponentGraph {
  const nodes = parallelNodes(3, 4);
  const { weights } = golden(`neox-${step}`).graphs['zero/cosine'];
  return graphOf(nodes, (source, target) => Math.max(0, weights[source * nodes.length + target]));
}

function expectRelative(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(RELATIVE * Math.max(1e-9, Math.abs(expected)));
}

function expectAllRelative(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, index) => {
    expectRelative(value, expected[index]);
  });
}

describe.each(SAMPLE_STEPS)('the golden graph of step %i', (step) => {
  const expected = goldenMetrics().graphs.find((graph) => graph.checkpoint === `sample/checkpoint-${step}`);
  const measured = measure(goldenGraph(step), THRESHOLD);

  it('has the graph metrics of the reference', () => {
    const { graph } = expected ?? expect.fail();
    expectRelative(measured.metrics.total_strength, graph.total_strength);
    expectRelative(measured.metrics.gini, graph.gini);
    expectRelative(measured.metrics.density, graph.density_at_0_3);
    expect(measured.metrics.active_edges).toBe(graph.active_edges_at_0_3);
    expect(measured.metrics.active_nodes).toBe(graph.active_nodes_at_0_3);
  });

  it('has the strengths and roles of the reference', () => {
    const { node, roles } = expected ?? expect.fail();
    expectAllRelative(measured.nodeMetrics.out_strength, node.out_strength);
    expectAllRelative(measured.nodeMetrics.in_strength, node.in_strength);
    expect(measured.roles.spreaders).toEqual(roles.spreaders);
    expect(measured.roles.gatherers).toEqual(roles.gatherers);
  });
});

describe('churn', () => {
  it.each(goldenMetrics().pairs.filter((pair) => pair.current.startsWith('sample/')))(
    'from $previous to $current is that of the reference',
    ({ previous, current, churn: expected }) => {
      const [before, after] = [previous, current].map(
        (name) => goldenGraph(Number(name.split('-')[1])).weights,
      );
      expectRelative(compare(before, after).churn, expected);
    },
  );

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

describe('gini', () => {
  it('is 0 for equal weights and (M − 1)/M where one edge has all', () => {
    expect(gini(Float64Array.of(2, 2, 2, 2))).toBe(0);
    expect(gini(Float64Array.of(0, 0, 0, 7))).toBeCloseTo(0.75, 12);
  });

  it('is 0.25 by hand for 1, 2, 3, 4', () => {
    expect(gini(Float64Array.of(4, 2, 1, 3))).toBeCloseTo(0.25, 12);
  });
});

describe('roles', () => {
  it('interpolate the percentile linearly', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20], 0.95)).toBeCloseTo(19.5, 12);
    expect(quantile([], 0.95)).toBe(0);
  });

  it('are held by nobody where all are alike', () => {
    const nodes = parallelNodes(2, 2);
    expect(
      holders(
        nodes,
        nodes.map(() => 1),
      ),
    ).toEqual([]);
  });
});

describe('every metric', () => {
  it('is finite and within its stated range on any graph, the empty ones too', () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }));
    const weight = fc.oneof(fc.constant(0), fc.constant(0.5), fc.double({ min: 0, max: 2, noNaN: true }));
    fc.assert(
      fc.property(shape, fc.infiniteStream(weight), fc.boolean(), ([layers, heads], weights, allEqual) => {
        const equal = weights.next().value;
        const graph = graphOf(parallelNodes(layers, heads), () => (allEqual ? equal : weights.next().value));
        const { metrics, nodeMetrics } = measure(graph, THRESHOLD);
        const all: Record<string, number> = { ...metrics, ...compare(graph.weights, graph.weights) };
        for (const { id, range } of GRAPH_METRICS) {
          expect(all[id], id).toBeGreaterThanOrEqual(range[0]);
          expect(all[id], id).toBeLessThanOrEqual(range[1] ?? Number.MAX_VALUE);
        }
        for (const values of Object.values(nodeMetrics)) expect(values.every(Number.isFinite)).toBe(true);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
