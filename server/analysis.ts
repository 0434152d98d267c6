/**
 * One checkpoint from its files to its graph and metrics: source → model → ablation → graph, as one generator.
 * Runs inside the engine process (engine.ts); pure of process and sockets, so it can be called directly.
 */

import { possibleEdges } from '../protocol/graph.ts';
import { ACTIVITY_THRESHOLD } from '../protocol/metrics.ts';
import type { Analysis, Roles } from '../protocol/state.ts';
import { sweepFlop } from './ablation/cost.ts';
import { paperNodes } from './ablation/paper-nodes.ts';
import { paperSweep } from './ablation/paper-sweep.ts';
import { type ProbeOptions, type ProbeTokens, probeTokens, type TokenProbe } from './ablation/probe.ts';
import type { Runtime } from './ablation/runtime.ts';
import { effectPositionsOf, type Settings } from './ablation/settings.ts';
import { sweep } from './ablation/sweep.ts';
import type { SweepCache } from './ablation/sweep-cache.ts';
import { textTokens } from './ablation/text-probe.ts';
import { JACKKNIFE_NODES_MAX } from './base/config.ts';
import { CheckpointFailure } from './base/failure.ts';
import { churnFloor } from './graph/churn-floor.ts';
import type { ComponentGraph } from './graph/component-graph.ts';
import { jackknifeErrors } from './graph/jackknife.ts';
import { measure, measureCheap, measureExpensive } from './graph/measure.ts';
import { nullModelScores } from './graph/null-model.ts';
import { edgeStatistics } from './graph/prompt-statistics.ts';
import { type Architecture, componentNodes } from './model/architecture.ts';
import { readModel } from './model/family.ts';
import { type CheckpointRef, openCheckpoint } from './source/checkpoint-files.ts';
import { readTokenizer } from './source/tokenizer-files.ts';

/** Share of a large matrix product's speed that a sweep reaches: in the bench 0.28 (14M) to 0.70 (410M). */
const EFFICIENCY = 0.5;
const NULL_MODEL_SEED = 1;

export type AnalysisEvent =
  | {
      readonly type: 'opened';
      readonly analysis: Analysis;
      /** What this checkpoint will take, from its operations and the speed of this machine. */
      readonly expectedMillis: number;
    }
  | {
      readonly type: 'layer';
      readonly layer: number;
      readonly firstEdge: number;
      readonly weights: Float64Array;
      readonly standardErrors: Float64Array | null;
    }
  | {
      readonly type: 'measured';
      /** Network metrics by id; those that take long come in a second event of this type. */
      readonly metrics: Readonly<Record<string, number>>;
      readonly metricErrors: Readonly<Record<string, number>>;
      /** One value a node, the effects on the output among them. */
      readonly nodeMetrics: Readonly<Record<string, readonly number[]>>;
      readonly roles: Partial<Roles>;
    }
  | {
      readonly type: 'null-model';
      /** z-score by id of the metric; metrics that the null model cannot move have none. */
      readonly nullScores: Readonly<Record<string, number>>;
    }
  | {
      /** What belongs to the checkpoint as a whole; comes before its metrics. */
      readonly type: 'output';
      readonly headScores: Readonly<Record<string, number[]>>;
      readonly effects: Readonly<Record<string, number[]>>;
      readonly task: Readonly<Record<string, number>>;
      readonly undefinedCount: number;
      /** Layers taken from the analysis before, since neither they nor what comes before them has changed. */
      readonly unchangedLayers: number;
      /** Everything is as in the analysis before. */
      readonly unchanged: boolean;
    };

/** @throws CheckpointFailure */
export async function* analyse(
  runtime: Runtime,
  checkpoint: CheckpointRef,
  settings: Settings,
  cache: SweepCache,
): AsyncGenerator<AnalysisEvent> {
  const files = await openCheckpoint(checkpoint);
  try {
    const { architecture, weights: modelWeights } = readModel(files.config, files.tensors);
    const probe = probeTokens(await tokenProbe(settings.probe, checkpoint), architecture, settings.ablation);
    const analysis = analysisOf(architecture, probe, settings);
    const effectPositions = effectPositionsOf(settings, architecture.vocabulary, probe.positions);
    const gigaflop = sweepFlop(architecture, probe, effectPositions) / 1e9;
    const expectedMillis = (1e3 * gigaflop) / (EFFICIENCY * (await runtime.gigaflopRate()));
    yield { type: 'opened', analysis, expectedMillis };

    const { nodes } = analysis;
    const { sources, targets } = possibleEdges(nodes);
    const weights = new Float64Array(sources.length);
    const standardErrors = probe.prompts > 1 ? new Float64Array(sources.length) : null;
    /** [edges, P] */
    const perPrompt = new Float32Array(sources.length * probe.prompts);
    const headScores: Record<string, number[]> = {};
    let undefinedCount = 0;
    let unchangedLayers = 0;
    let firstEdge = 0;
    const { ablation, measure: distance } = settings;
    const { memoryBytesMax } = settings;
    const options = { ablation, measure: distance, effectPositions, memoryBytesMax, cache };
    const run = settings.nodes === 'paper' ? paperSweep : sweep;
    for await (const event of run(runtime, architecture, modelWeights, probe, options)) {
      if (event.type === 'output') {
        const { effects, task, unchanged } = event;
        yield {
          type: 'output',
          headScores,
          effects: { ...effects },
          task,
          undefinedCount,
          unchangedLayers,
          unchanged,
        };
        const graph = { nodes, sources, targets, weights, standardErrors };
        yield* measured(graph, perPrompt, probe.prompts);
        if (settings.nullModel) yield { type: 'null-model', nullScores: nullScores(graph) };
        continue;
      }
      const layer = edgeStatistics(event.weights, probe.prompts);
      perPrompt.set(event.weights, firstEdge * probe.prompts);
      weights.set(layer.means, firstEdge);
      if (layer.standardErrors) standardErrors?.set(layer.standardErrors, firstEdge);
      undefinedCount += event.undefinedCount;
      if (event.unchanged) unchangedLayers += 1;
      for (const [score, values] of Object.entries(event.headScores))
        headScores[score] = [...(headScores[score] ?? []), ...values];
      yield {
        type: 'layer',
        layer: event.layer,
        firstEdge,
        weights: layer.means,
        standardErrors: layer.standardErrors,
      };
      firstEdge += layer.means.length;
    }
    const { content, isSealed = false } = checkpoint;
    if (content !== null && !isSealed && (await files.content()) !== content)
      throw new CheckpointFailure(
        'incomplete',
        `${checkpoint.id}: expected files that stay as they are, they changed while they were read; it is analysed again when they have settled`,
      );
  } finally {
    await files.close();
  }
}

/**
 * Metrics of a whole graph: what takes a few passes over the edges first, then the rest.
 * @param perPrompt [edges, P], of which the graph's weights are the means
 */
export function* measured(
  graph: ComponentGraph,
  perPrompt: Float32Array,
  prompts: number,
): Generator<AnalysisEvent> {
  const { metrics, nodeMetrics, roles } = measureCheap(graph, ACTIVITY_THRESHOLD);
  const floor = churnFloor(perPrompt, prompts);
  const scalars = (other: ComponentGraph) => measureCheap(other, ACTIVITY_THRESHOLD).metrics;
  yield {
    type: 'measured',
    metrics: { ...metrics, ...(floor !== null && { churn_floor: floor }) },
    metricErrors: jackknifeErrors(graph, perPrompt, prompts, scalars) ?? {},
    nodeMetrics,
    roles,
  };
  const expensive = measureExpensive(graph);
  const few = graph.nodes.length <= JACKKNIFE_NODES_MAX;
  yield {
    type: 'measured',
    metrics: expensive.metrics,
    metricErrors:
      (few && jackknifeErrors(graph, perPrompt, prompts, (other) => measureExpensive(other).metrics)) || {},
    nodeMetrics: expensive.nodeMetrics,
    roles: expensive.roles,
  };
}

function nullScores(graph: ComponentGraph): Record<string, number> {
  const metrics = (other: ComponentGraph) => measure(other, ACTIVITY_THRESHOLD).metrics;
  const scores = Object.entries(nullModelScores(graph, metrics, { seed: NULL_MODEL_SEED }));
  return Object.fromEntries(scores.flatMap(([id, score]) => (score === null ? [] : [[id, score]])));
}

async function tokenProbe(probe: ProbeOptions, checkpoint: CheckpointRef): Promise<TokenProbe> {
  return probe.kind === 'text' ? textTokens(probe.texts, await readTokenizer(checkpoint)) : probe;
}

function analysisOf(architecture: Architecture, probe: ProbeTokens, settings: Settings): Analysis {
  const { family, layers, heads, width, headWidth, mlpWidth, vocabulary } = architecture;
  return {
    model: { family, layers, heads, width, headWidth, mlpWidth, vocabulary },
    nodes: settings.nodes === 'paper' ? paperNodes(architecture) : componentNodes(architecture),
    ablation: settings.ablation,
    measure: settings.measure,
    probe: probe.info,
    activityThreshold: ACTIVITY_THRESHOLD,
  };
}
