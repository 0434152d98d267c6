/**
 * The sweep's table: time, FLOPs, share of the peak, memory, and the ratio to N + 1 full forward passes.
 * FLOPs are those of the matrix products that the sweep really runs, attention counted as the full square; the peak
 * is one product of 2048³ in the same runtime. Every row runs in a process of its own (sweep-row.ts).
 */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { OnnxGraph } from '../../server/ablation/onnx.ts';
import { floatTensor, Runtime } from '../../server/ablation/runtime.ts';
import { PYTHIA_14M, PYTHIA_160M, PYTHIA_410M, type Shape } from './random-model.ts';
import { timed, timesOf } from './timing.ts';

const PEAK_SIZE = 2_048;
const PEAK_RUNS = 7;

export type SweepCase = {
  readonly shape: Shape;
  readonly prompts: number;
  readonly positions: number;
  readonly memoryMib: number;
  readonly runs: number;
  /** How many forward passes are really run; null for all N + 1. */
  readonly passesRun: number | null;
};
export type SweepRow = {
  readonly nodes: number;
  readonly gigaflop: number;
  readonly sweepMillis: readonly number[];
  /** Of N + 1 passes. */
  readonly passesMillis: readonly number[];
  readonly peakMib: number;
};

const SMALL = { memoryMib: 1_024, runs: 9, passesRun: null };
const CASES: readonly SweepCase[] = [
  { shape: PYTHIA_14M, prompts: 1, positions: 300, ...SMALL },
  { shape: PYTHIA_14M, prompts: 8, positions: 64, ...SMALL },
  { shape: PYTHIA_160M, prompts: 4, positions: 64, memoryMib: 1_024, runs: 2, passesRun: 4 },
];
/** Takes minutes. */
const LARGE: readonly SweepCase[] = [
  { shape: PYTHIA_410M, prompts: 4, positions: 64, memoryMib: 4_096, runs: 1, passesRun: 2 },
];

export async function benchSweeps(print: (line: string) => void, large: boolean): Promise<void> {
  print(
    '| shape | nodes | prompts × positions | sweep, s (min … max) | GFLOP | GFLOP/s | of peak | peak memory, MiB | N + 1 passes, s | ratio |',
  );
  print('|---|---|---|---|---|---|---|---|---|---|');
  for (const one of large ? [...CASES, ...LARGE] : CASES) {
    // The peak is measured beside every row, since machines drift.
    const peak = await matMulPeak();
    print(rowText(one, measured(one), peak));
  }
}

function measured(one: SweepCase): SweepRow {
  const script = fileURLToPath(new URL('./sweep-row.js', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [script, JSON.stringify(one)], { encoding: 'utf8' }));
}

function rowText({ shape, prompts, positions, passesRun }: SweepCase, row: SweepRow, peak: number): string {
  const [swept, passes] = [timesOf(row.sweepMillis), timesOf(row.passesMillis)];
  const rate = row.gigaflop / (swept.medianMillis / 1e3);
  const seconds = (millis: number) => (millis / 1e3).toPrecision(3);
  return [
    '',
    shape.name,
    row.nodes,
    `${prompts} × ${positions}`,
    `${seconds(swept.medianMillis)} (${seconds(swept.minMillis)} … ${seconds(swept.maxMillis)})`,
    row.gigaflop.toFixed(1),
    rate.toFixed(0),
    `${((100 * rate) / peak).toFixed(0)} % of ${peak.toFixed(0)}`,
    row.peakMib.toFixed(0),
    `${seconds(passes.medianMillis)}${passesRun === null ? '' : `, from ${passesRun}`}`,
    `${(passes.medianMillis / swept.medianMillis).toFixed(1)} ×`,
    '',
  ]
    .join(' | ')
    .trim();
}

/** GFLOP/s of one matrix product of 2048³ in the same runtime. */
async function matMulPeak(): Promise<number> {
  const graph = new OnnxGraph();
  const [a, b] = ['a', 'b'].map((name) => graph.input(name, [PEAK_SIZE, PEAK_SIZE]));
  graph.output('product', graph.op('MatMul', [a, b]), [PEAK_SIZE, PEAK_SIZE]);
  const session = await new Runtime({ threads: 0, device: 'cpu' }).compile(graph.toBytes());
  const values = new Float32Array(PEAK_SIZE * PEAK_SIZE).fill(0.5);
  const matrix = floatTensor(values, [PEAK_SIZE, PEAK_SIZE]);
  const { minMillis } = await timed(PEAK_RUNS, () => session.run({ a: matrix, b: matrix }));
  await session.release();
  return (2 * PEAK_SIZE ** 3) / (minMillis / 1e3) / 1e9;
}
