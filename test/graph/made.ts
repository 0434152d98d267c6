/** Graphs that the tests of this room share: made, golden, and two classic ones. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type ComponentNode, possibleEdges } from '../../protocol/graph.ts';
import type { ComponentGraph } from '../../server/graph/component-graph.ts';
import { golden } from '../support/checkpoints.ts';

export const THRESHOLD = 0.3;

/** Nodes layer by layer; in a sequential block the MLP reads the heads of its own layer. */
export function componentNodes(layers: number, heads: number, isSequential = false): ComponentNode[] {
  const depth = (layer: number, isMlp: boolean) => (isSequential ? 2 * layer + Number(isMlp) : layer);
  return Array.from({ length: layers }, (_, layer): ComponentNode[] => [
    ...Array.from({ length: heads }, (_, head) => ({
      id: `L${layer}H${head}`,
      layer,
      kind: 'head' as const,
      depth: depth(layer, false),
    })),
    { id: `L${layer}MLP`, layer, kind: 'mlp', depth: depth(layer, true) },
  ]).flat();
}

export function graphOf(
  nodes: readonly ComponentNode[],
  weight: (source: number, target: number) => number,
): ComponentGraph {
  const { sources, targets } = possibleEdges(nodes);
  const weights = Float64Array.from(sources, (source, edge) => weight(source, targets[edge]));
  return { nodes, sources, targets, weights, standardErrors: null };
}

/** One node a layer, so that any edge from a lower to a higher index is possible; `edges` in edge order. */
export function graphFrom(
  nodeCount: number,
  edges: readonly (readonly [number, number, number])[],
): ComponentGraph {
  return {
    nodes: Array.from({ length: nodeCount }, (_, layer) => ({
      id: `L${layer}MLP`,
      layer,
      kind: 'mlp' as const,
      depth: layer,
    })),
    sources: Int32Array.from(edges, ([source]) => source),
    targets: Int32Array.from(edges, ([, target]) => target),
    weights: Float64Array.from(edges, ([, , weight]) => weight),
    standardErrors: null,
  };
}

/** @param checkpoint its name in metrics.json; GPT-2 and Llama have sequential blocks */
export function goldenGraph(checkpoint: string): ComponentGraph {
  const [model, step] = checkpoint.split('/checkpoint-');
  const nodes = componentNodes(3, 4, model !== 'sample');
  const { weights } = golden(`${model === 'sample' ? 'neox' : model}-${step}`).graphs['zero/cosine'];
  return graphOf(nodes, (source, target) => Math.max(0, weights[source * nodes.length + target]));
}

/** Numbers of NetworkX 3.6 and NumPy, made from its karate_club_graph() and les_miserables_graph() with their weights. */
export type ClassicNetwork = {
  readonly nodes: number;
  /** From the lower to the higher index, in edge order. */
  readonly edges: readonly (readonly [number, number, number])[];
  readonly undirected: {
    readonly density: number;
    readonly average_clustering_unweighted: number;
    readonly clustering: readonly number[];
    readonly hits: readonly number[];
    readonly best_modularity_unweighted: number;
  };
  /** Of the directed graph of `edges`. */
  readonly oriented: Readonly<Record<NodeNumbers, readonly number[]>> &
    Readonly<Record<'trophic_incoherence' | 'efficiency_reachable' | 'best_modularity', number>>;
};
type NodeNumbers =
  | 'betweenness'
  | 'closeness'
  | 'pagerank'
  | 'reverse_pagerank'
  | 'hub'
  | 'authority'
  | 'directed_clustering'
  | 'trophic_level';

export function classicNetworks(): Readonly<Record<'karate_club' | 'les_miserables', ClassicNetwork>> {
  return JSON.parse(readFileSync(new URL('../golden/classic-networks.json', import.meta.url), 'utf8'));
}

/** Graphs of 1 … 16 nodes: random, without weight, with one edge, with equal weights, and with weights of any size. */
export const anyGraph: fc.Arbitrary<ComponentGraph> = fc
  .record({
    layers: fc.integer({ min: 1, max: 4 }),
    heads: fc.integer({ min: 0, max: 3 }),
    isSequential: fc.boolean(),
    pattern: fc.constantFrom('random', 'sparse', 'whole', 'equal', 'single', 'none', 'extreme'),
    weights: fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 120, maxLength: 120 }),
    level: fc.double({ min: 0.1, max: 2, noNaN: true }),
  })
  .map(({ layers, heads, isSequential, pattern, weights, level }) => {
    const graph = graphOf(componentNodes(layers, heads, isSequential), () => 0);
    graph.weights.set(
      graph.weights.map((_, edge) => {
        const weight = weights[edge];
        switch (pattern) {
          case 'random':
            return Math.round(weight * 1e6) / 1e6;
          case 'sparse':
            return Math.max(0, Math.round((weight - 1) * 1e6) / 1e6);
          // Many paths of equal length.
          case 'whole':
            return Math.round(weight);
          case 'equal':
            return level;
          case 'single':
            return edge === Math.floor(graph.weights.length / 2) ? level : 0;
          case 'none':
            return 0;
          // Down to the smallest positive number.
          default:
            return weight;
        }
      }),
    );
    return graph;
  });

/** The same but for weights so small that their sums and products underflow. */
export const ordinaryGraph = anyGraph.filter(({ weights }) =>
  weights.every((weight) => weight === 0 || weight > 1e-6),
);

export function expectClose(actual: number, expected: number, relative = 1e-6, absolute = 1e-12): void {
  expect(Math.abs(actual - expected), `expected ${expected}, got ${actual}`).toBeLessThanOrEqual(
    relative * Math.abs(expected) + absolute,
  );
}

export function expectAllClose(
  actual: readonly number[],
  expected: readonly number[],
  relative = 1e-6,
  absolute = 1e-12,
) {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, index) => {
    expectClose(value, expected[index], relative, absolute);
  });
}
