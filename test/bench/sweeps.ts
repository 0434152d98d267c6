/**
 * The sweep beside its alternative, in the same runtime on the same machine: N + 1 full forward passes with logits,
 * and the peak of one large matrix product. FLOPs are those of the matrix products of the blocks that each really
 * runs, attention counted as the full square.
 */
import type * as ort from 'onnxruntime-node';
import { sweepFlop } from '../../server/ablation/cost.ts';
import { OnnxGraph } from '../../server/ablation/onnx.ts';
import { type ProbeTokens, probeTokens } from '../../server/ablation/probe.ts';
import { floatTensor, Runtime, weightTensors } from '../../server/ablation/runtime.ts';
import { embed, sweep } from '../../server/ablation/sweep.ts';
import { type Architecture, componentNodes } from '../../server/model/architecture.ts';
import type { ModelWeights } from '../../server/model/weights.ts';
import { forwardGraph } from './forward-graph.ts';
import { PYTHIA_14M, randomModel, type Shape } from './random-model.ts';
import { timed, timedInTurn } from './timing.ts';

const PEAK_SIZE = 2_048;
const RUNS = 7;
const ZERO_COSINE = {
  ablation: 'zero',
  measure: 'cosine',
  effectPositions: 0,
  memoryBytesMax: 2 ** 30,
} as const;

type Case = { readonly shape: Shape; readonly prompts: number; readonly positions: number };
const CASES: readonly Case[] = [
  { shape: PYTHIA_14M, prompts: 1, positions: 300 },
  { shape: PYTHIA_14M, prompts: 8, positions: 64 },
];

export async function benchSweeps(print: (line: string) => void): Promise<void> {
  const peak = await matMulPeak();
  print(`MatMul peak ${PEAK_SIZE}³: ${peak.toFixed(0)} GFLOP/s`);
  print('');
  print(
    '| shape | nodes | prompts × positions | sweep, ms (min … max) | GFLOP | GFLOP/s | of peak | N + 1 passes, ms | ratio |',
  );
  print('|---|---|---|---|---|---|---|---|---|');
  for (const row of CASES) print(await sweepRow(row, peak));
}

async function sweepRow({ shape, prompts, positions }: Case, peak: number): Promise<string> {
  const { architecture, weights } = randomModel(shape);
  const segment = positions / 2;
  const probe = probeTokens({ kind: 'induction', prompts, segment, seed: 0 }, architecture);
  const runtime = new Runtime({ threads: 0, device: 'cpu' });
  const nodes = componentNodes(architecture).length;
  const pass = await forwardPass(architecture, weights, probe);
  const [swept, passes] = await timedInTurn(RUNS, [
    async () => {
      for await (const _ of sweep(runtime, architecture, weights, probe, ZERO_COSINE));
    },
    async () => {
      for (let count = 0; count < nodes + 1; count += 1) await pass.run();
    },
  ]);
  await pass.release();
  await runtime.release();
  const gflop = sweepFlop(architecture, probe, 0) / 1e9;
  const rate = gflop / (swept.medianMillis / 1e3);
  const ms = (value: number) => value.toFixed(0);
  return `| ${shape.name} | ${nodes} | ${prompts} × ${positions} | ${ms(swept.medianMillis)} (${ms(swept.minMillis)} … ${ms(swept.maxMillis)}) | ${gflop.toFixed(1)} | ${rate.toFixed(0)} | ${((100 * rate) / peak).toFixed(0)} % | ${ms(passes.medianMillis)} | ${(passes.medianMillis / swept.medianMillis).toFixed(1)} × |`;
}

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

/** GFLOP/s of one matrix product of 2048³ in the same runtime. */
async function matMulPeak(): Promise<number> {
  const graph = new OnnxGraph();
  const [a, b] = ['a', 'b'].map((name) => graph.input(name, [PEAK_SIZE, PEAK_SIZE]));
  graph.output('product', graph.op('MatMul', [a, b]), [PEAK_SIZE, PEAK_SIZE]);
  const session = await new Runtime({ threads: 0, device: 'cpu' }).compile(graph.toBytes());
  const values = new Float32Array(PEAK_SIZE * PEAK_SIZE).fill(0.5);
  const matrix = floatTensor(values, [PEAK_SIZE, PEAK_SIZE]);
  const { minMillis } = await timed(RUNS, () => session.run({ a: matrix, b: matrix }));
  await session.release();
  return (2 * PEAK_SIZE ** 3) / (minMillis / 1e3) / 1e9;
}
