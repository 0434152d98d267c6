/** The analysis called in this process, where a benchmark wants its results and not its process. */
import { from, of } from 'rxjs';
import { type ComponentNode, possibleEdges } from '../../protocol/graph.ts';
import { ACTIVITY_THRESHOLD } from '../../protocol/metrics.ts';
import type { Runtime } from '../../server/ablation/runtime.ts';
import { SweepCache } from '../../server/ablation/sweep-cache.ts';
import { analyse } from '../../server/analysis.ts';
import type { Engine } from '../../server/engine-process.ts';
import { compareGraphs } from '../../server/graph/measure.ts';

/** For one run. */
export function directEngine(runtime: Runtime): Engine {
  const cache = new SweepCache();
  return {
    analyse: (_, checkpoint, settings) => from(analyse(runtime, checkpoint, settings, cache)),
    compare: (nodes, before, after) => of(compared(nodes, before, after)),
  };
}

export function compared(nodes: readonly ComponentNode[], before: Float64Array, after: Float64Array) {
  const edges = possibleEdges(nodes);
  const graph = (weights: Float64Array) => ({ nodes, ...edges, weights, standardErrors: null });
  return compareGraphs(graph(before), graph(after), ACTIVITY_THRESHOLD);
}
