/** What the catalogue promises of every metric holds on any graph, the empty ones too. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXPLANATIONS, type ExplainedId } from '../../protocol/explanations.ts';
import { HEAD_SCORES } from '../../protocol/head-scores.ts';
import {
  CHURN_METRICS,
  COMPARISON_METRICS,
  EFFECT_METRICS,
  LEVEL_METRICS,
  type MetricInfo,
  NODE_METRICS,
  TASK_MEASURES,
} from '../../protocol/metrics.ts';
import { compareGraphs, measure, measureCheap, measureExpensive } from '../../server/graph/measure.ts';
import { anyGraph, componentNodes, graphFrom, graphOf, ordinaryGraph, THRESHOLD } from './made.ts';

const RUNS = { seed: 7, numRuns: 500 };
const ids = (catalogue: readonly MetricInfo[]) => catalogue.map(({ id }) => id).sort();

function expectWithin(value: number, { id, range }: MetricInfo): void {
  expect(value, id).toBeGreaterThanOrEqual(range[0]);
  expect(value, id).toBeLessThanOrEqual(range[1] ?? Number.MAX_VALUE);
}

describe('the catalogue', () => {
  const everything: readonly (readonly MetricInfo<number | null>[])[] = [
    LEVEL_METRICS,
    COMPARISON_METRICS,
    CHURN_METRICS,
    [...NODE_METRICS, ...EFFECT_METRICS],
    TASK_MEASURES,
    HEAD_SCORES,
  ];

  it('names every metric once, and labels it once in its kind', () => {
    const all = everything.flat().map(({ id }) => id);
    expect(new Set(all).size).toBe(all.length);
    for (const kind of everything) expect(new Set(kind.map(({ label }) => label)).size).toBe(kind.length);
  });

  it.each(everything.flat())('explains $id in two sentences and says where it comes from', (metric) => {
    const { text, source } = EXPLANATIONS[metric.id as ExplainedId];
    expect(text.match(/[.:;!?](?=\s|$)/g)?.filter((mark) => mark === '.').length).toBe(2);
    expect(text.endsWith('.')).toBe(true);
    expect(source.length).toBeGreaterThan(10);
    expect(metric.range[0] ?? Number.NEGATIVE_INFINITY).toBeLessThan(
      metric.range[1] ?? Number.POSITIVE_INFINITY,
    );
  });

  it('and the measured values have the same ids, cheap and expensive ones apart', () => {
    const graph = graphOf(componentNodes(3, 2), (source, target) => (source + 1) / (target + 2));
    const { metrics, nodeMetrics } = measure(graph, THRESHOLD);
    const compared = compareGraphs(graph, graph, THRESHOLD);
    expect(Object.keys({ ...metrics, ...compared }).sort()).toEqual(
      ids([...LEVEL_METRICS, ...COMPARISON_METRICS]),
    );
    expect(Object.keys(nodeMetrics).sort()).toEqual(ids(NODE_METRICS));
    const kinds = { cheap: measureCheap(graph, THRESHOLD), expensive: measureExpensive(graph) };
    for (const [cost, measured] of Object.entries(kinds)) {
      const of = (catalogue: readonly MetricInfo[]) =>
        ids(catalogue.filter((metric) => metric.cost === cost));
      expect(Object.keys(measured.metrics).sort()).toEqual(of(LEVEL_METRICS));
      expect(Object.keys(measured.nodeMetrics).sort()).toEqual(of(NODE_METRICS));
    }
  });
});

describe('every metric', () => {
  it('is finite and within its stated range on any graph, with a value for every node', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { metrics, nodeMetrics } = measure(graph, THRESHOLD);
        for (const metric of LEVEL_METRICS) expectWithin(metrics[metric.id], metric);
        for (const metric of NODE_METRICS) {
          expect(nodeMetrics[metric.id].length).toBe(graph.nodes.length);
          for (const value of nodeMetrics[metric.id]) expectWithin(value, metric);
        }
      }),
      RUNS,
    );
  });

  it('of a comparison is finite and within its stated range, where it has a value', () => {
    fc.assert(
      fc.property(
        anyGraph,
        fc.infiniteStream(fc.double({ min: 0, max: 2, noNaN: true })),
        (before, weights) => {
          const after = { ...before, weights: before.weights.map(() => weights.next().value) };
          const compared = compareGraphs(before, after, THRESHOLD);
          for (const metric of COMPARISON_METRICS)
            if (metric.id in compared) expectWithin(compared[metric.id], metric);
          for (const id of ['churn', 'edges_added', 'edges_removed']) expect(compared).toHaveProperty(id);
        },
      ),
      RUNS,
    );
  });

  it('is the same for the same weights in other units, but for those in units of the weights', () => {
    const inWeights: readonly string[] = [
      'total_strength',
      'mean_weight',
      'median_weight',
      'p90_weight',
      'max_weight',
      'efficiency_reachable',
      'out_strength',
      'in_strength',
      'closeness',
    ];
    fc.assert(
      fc.property(ordinaryGraph, (graph) => {
        // Four times a number is exact in binary, so that ties stay ties.
        const scaled = { ...graph, weights: graph.weights.map((weight) => 4 * weight) };
        const [one, four] = [measure(graph, THRESHOLD), measure(scaled, 4 * THRESHOLD)];
        const factor = (id: string) => (inWeights.includes(id) ? 4 : 1);
        const near = (actual: number, expected: number) =>
          expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected) + 1e-12);
        for (const { id } of LEVEL_METRICS) near(four.metrics[id], factor(id) * one.metrics[id]);
        for (const { id } of NODE_METRICS)
          four.nodeMetrics[id].forEach((value, node) => {
            near(value, factor(id) * one.nodeMetrics[id][node]);
          });
        expect(four.roles).toEqual(one.roles);
      }),
      { seed: 13, numRuns: 300 },
    );
  });

  it('has a value without any node', () => {
    const { metrics, nodeMetrics } = measure(graphFrom(0, []), THRESHOLD);
    expect(Object.values(metrics).every((value) => value === 0)).toBe(true);
    expect(Object.values(nodeMetrics).every((values) => values.length === 0)).toBe(true);
  });
});
