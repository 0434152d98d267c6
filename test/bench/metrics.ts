/** All metrics of a graph and its comparison with another, for the sizes of Pythia-14M, 410M and 2.8B. */

import type { ComponentNode } from '../../protocol/graph.ts';
import { possibleEdges } from '../../protocol/graph.ts';
import { ACTIVITY_THRESHOLD } from '../../protocol/metrics.ts';
import { seededRandom } from '../../server/base/random.ts';
import type { ComponentGraph } from '../../server/graph/component-graph.ts';
import { compareGraphs, measureCheap, measureExpensive } from '../../server/graph/measure.ts';
import { timed } from './timing.ts';

const SIZES = [
  { name: 'Pythia-14M', layers: 6, heads: 4, runs: 20 },
  { name: 'Pythia-410M', layers: 24, heads: 16, runs: 5 },
  { name: 'Pythia-2.8B', layers: 32, heads: 32, runs: 3 },
];

export async function benchMetrics(print: (line: string) => void): Promise<void> {
  print('| metrics of | nodes | possible edges | cheap, ms | expensive, ms | comparison, ms |');
  print('|---|---|---|---|---|---|');
  for (const { name, layers, heads, runs } of SIZES) {
    const [before, after] = [1, 2].map((seed) => randomGraph(layers, heads, seed));
    const median = async (task: () => unknown) =>
      (await timed(runs, async () => task())).medianMillis.toFixed(1);
    const row = [
      name,
      after.nodes.length,
      after.weights.length,
      await median(() => measureCheap(after, ACTIVITY_THRESHOLD)),
      await median(() => measureExpensive(after)),
      await median(() => compareGraphs(before, after, ACTIVITY_THRESHOLD)),
    ];
    print(`| ${row.join(' | ')} |`);
  }
}

/** Weights as a trained model has them: most near 0, some above the threshold. */
function randomGraph(layers: number, heads: number, seed: number): ComponentGraph {
  const nodes = Array.from({ length: layers * (heads + 1) }, (_, index): ComponentNode => {
    const layer = Math.floor(index / (heads + 1));
    return { id: `n${index}`, layer, kind: 'head', depth: layer };
  });
  const random = seededRandom(seed);
  const edges = possibleEdges(nodes);
  const weights = Float64Array.from(edges.sources, () => random() ** 4);
  return { nodes, ...edges, weights, standardErrors: null };
}
