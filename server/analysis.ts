/**
 * One checkpoint from its files to its graph and metrics: source → model → ablation → graph, as one generator.
 * Runs inside the engine process (engine.ts); pure of process and sockets, so it can be called directly.
 */

import { possibleEdges } from '../protocol/graph.ts';
import { ACTIVITY_THRESHOLD } from '../protocol/metrics.ts';
import type { Analysis } from '../protocol/state.ts';
import { type ProbeOptions, type ProbeTokens, probeTokens } from './ablation/probe.ts';
import type { Runtime } from './ablation/runtime.ts';
import { sweep } from './ablation/sweep.ts';
import { type Measured, measure } from './graph/measure.ts';
import { edgeStatistics } from './graph/prompt-statistics.ts';
import { type Architecture, componentNodes } from './model/architecture.ts';
import { readModel } from './model/family.ts';
import { type CheckpointRef, openCheckpoint } from './source/checkpoint-files.ts';

export type AnalysisEvent =
  | { readonly type: 'opened'; readonly analysis: Analysis }
  | {
      readonly type: 'layer';
      readonly layer: number;
      readonly firstEdge: number;
      readonly weights: Float64Array;
      readonly standardErrors: Float64Array | null;
    }
  | {
      readonly type: 'measured';
      readonly measured: Measured;
      readonly task: Readonly<Record<string, number>>;
    };

/** @throws CheckpointFailure */
export async function* analyse(
  runtime: Runtime,
  checkpoint: CheckpointRef,
  probeOptions: ProbeOptions,
): AsyncGenerator<AnalysisEvent> {
  const files = await openCheckpoint(checkpoint);
  try {
    const { architecture, weights: modelWeights } = readModel(files.config, files.tensors);
    const probe = probeTokens(probeOptions, architecture);
    const analysis = analysisOf(architecture, probe);
    yield { type: 'opened', analysis };

    const { nodes } = analysis;
    const { sources, targets } = possibleEdges(nodes);
    const weights = new Float64Array(sources.length);
    const standardErrors = probe.prompts > 1 ? new Float64Array(sources.length) : null;
    let task: Readonly<Record<string, number>> = {};
    let firstEdge = 0;
    for await (const event of sweep(runtime, architecture, modelWeights, probe)) {
      if (event.type === 'task') {
        task = event.measures;
        continue;
      }
      const layer = edgeStatistics(event.weights, probe.prompts);
      weights.set(layer.means, firstEdge);
      if (layer.standardErrors) standardErrors?.set(layer.standardErrors, firstEdge);
      yield {
        type: 'layer',
        layer: event.layer,
        firstEdge,
        weights: layer.means,
        standardErrors: layer.standardErrors,
      };
      firstEdge += layer.means.length;
    }
    const graph = { nodes, sources, targets, weights, standardErrors };
    yield { type: 'measured', measured: measure(graph, ACTIVITY_THRESHOLD), task };
  } finally {
    await files.close();
  }
}

function analysisOf(architecture: Architecture, probe: ProbeTokens): Analysis {
  const { family, layers, heads, width, headWidth, mlpWidth, vocabulary } = architecture;
  return {
    model: { family, layers, heads, width, headWidth, mlpWidth, vocabulary },
    nodes: componentNodes(architecture),
    ablation: 'zero',
    measure: 'cosine',
    probe: probe.info,
    activityThreshold: ACTIVITY_THRESHOLD,
  };
}
