/** A whole sweep of a real checkpoint, gathered. */
import { type ProbeTokens, probeTokens, type TokenProbe } from '../../server/ablation/probe.ts';
import type { Effects, TaskMeasures } from '../../server/ablation/readout.ts';
import type { Runtime } from '../../server/ablation/runtime.ts';
import { type SweepOptions, sweep } from '../../server/ablation/sweep.ts';
import { edgeStatistics } from '../../server/graph/prompt-statistics.ts';
import { componentNodes } from '../../server/model/architecture.ts';
import { readModel } from '../../server/model/family.ts';
import { type CheckpointRef, openCheckpoint } from '../../server/source/checkpoint-files.ts';

export async function swept(
  runtime: Runtime,
  checkpoint: CheckpointRef,
  probeOptions: TokenProbe,
  options: Partial<SweepOptions> = {},
  alter: (probe: ProbeTokens) => ProbeTokens = (probe) => probe,
) {
  const files = await openCheckpoint(checkpoint);
  try {
    const { architecture, weights } = readModel(files.config, files.tensors);
    const probe = alter(probeTokens(probeOptions, architecture, options.ablation));
    const layers: number[] = [];
    const perPrompt: number[] = [];
    const headScores: Record<string, number[]> = {};
    let undefinedCount = 0;
    let task: TaskMeasures = {};
    let effects: Effects | null = null;
    const sweepOptions = {
      ablation: 'zero',
      measure: 'cosine',
      effectPositions: 0,
      memoryBytesMax: 2 ** 30,
      ...options,
    } as const;
    for await (const event of sweep(runtime, architecture, weights, probe, sweepOptions)) {
      if (event.type === 'output') {
        task = event.task;
        effects = event.effects;
        continue;
      }
      layers.push(event.layer);
      perPrompt.push(...event.weights);
      undefinedCount += event.undefinedCount;
      for (const [score, values] of Object.entries(event.headScores))
        headScores[score] = [...(headScores[score] ?? []), ...values];
    }
    const { means, standardErrors } = edgeStatistics(Float32Array.from(perPrompt), probe.prompts);
    const nodes = componentNodes(architecture);
    return {
      architecture,
      nodes,
      layers,
      perPrompt,
      means,
      standardErrors,
      undefinedCount,
      headScores,
      task,
      effects,
    };
  } finally {
    await files.close();
  }
}
