/**
 * One row of the sweep's table, measured in a process of its own so that its peak memory is its own.
 *
 * The sweep beside its alternative in the same runtime, run in turn: N + 1 full forward passes with logits. Of large
 * shapes only some passes are run and the time is multiplied; the row says how many.
 */
import process from 'node:process';
import type * as ort from 'onnxruntime-node';
import { sweepFlop } from '../../server/ablation/cost.ts';
import { type ProbeTokens, probeTokens } from '../../server/ablation/probe.ts';
import { floatTensor, Runtime, weightTensors } from '../../server/ablation/runtime.ts';
import { embed, sweep } from '../../server/ablation/sweep.ts';
import { type Architecture, componentNodes } from '../../server/model/architecture.ts';
import type { ModelWeights } from '../../server/model/weights.ts';
import { forwardGraph } from './forward-graph.ts';
import { randomModel } from './random-model.ts';
import type { SweepCase, SweepRow } from './sweeps.ts';

const { shape, prompts, positions, memoryMib, runs, passesRun }: SweepCase = JSON.parse(process.argv[2]);
const { architecture, weights } = randomModel(shape);
const probe = probeTokens({ kind: 'induction', prompts, segment: positions / 2, seed: 0 }, architecture);
const runtime = new Runtime({ threads: 0, device: 'cpu' });
const options = {
  ablation: 'zero',
  measure: 'cosine',
  effectPositions: 0,
  memoryBytesMax: memoryMib * 2 ** 20,
} as const;

const sweepMillis = async () => {
  const begun = performance.now();
  for await (const _ of sweep(runtime, architecture, weights, probe, options));
  return performance.now() - begun;
};
const warmUpMillis = await sweepMillis();
const peakMib = process.resourceUsage().maxRSS / 1024;

const pass = await forwardPass(architecture, weights, probe);
const nodes = componentNodes(architecture).length;
const passesMillis = async () => {
  const begun = performance.now();
  const count = passesRun ?? nodes + 1;
  for (let done = 0; done < count; done += 1) await pass.run();
  return ((performance.now() - begun) * (nodes + 1)) / count;
};
if (runs > 1) await passesMillis();
const swept = runs > 1 ? [] : [warmUpMillis];
const passed: number[] = [];
for (let run = 0; run < runs; run += 1) {
  if (runs > 1) swept.push(await sweepMillis());
  passed.push(await passesMillis());
}
await pass.release();
await runtime.release();
const row: SweepRow = {
  nodes,
  gigaflop: sweepFlop(architecture, probe, 0) / 1e9,
  sweepMillis: swept,
  passesMillis: passed,
  peakMib,
};
process.stdout.write(JSON.stringify(row));

async function forwardPass(architecture: Architecture, weights: ModelWeights, probe: ProbeTokens) {
  const { width: D, vocabulary: V } = architecture;
  const session = await new Runtime({ threads: 0, device: 'cpu' }).compile(
    forwardGraph(architecture, probe.positions),
  );
  const feeds: Record<string, ort.Tensor> = {};
  for (let layer = 0; layer < architecture.layers; layer += 1)
    Object.assign(feeds, weightTensors(session, await weights.block(layer), `L${layer}.`));
  const { normWeight, normBias, unembedding } = await weights.readout();
  feeds.norm_weight = floatTensor(normWeight, [D]);
  if (normBias) feeds.norm_bias = floatTensor(normBias, [D]);
  feeds.unembedding = floatTensor(unembedding, [V, D]);
  const stream = embed(await weights.embedding(), probe, D);
  feeds.stream = floatTensor(stream, [probe.prompts, probe.positions, D]);
  return { run: () => session.run(feeds), release: () => session.release() };
}
