/**
 * The sweep: every component of a model ablated once, layer by layer, and what each ablation changes.
 *
 * The clean run and all ablations of earlier layers pass through a layer together, as rows of one batch; nothing
 * before an ablated layer runs again. Where the rows do not fit the byte budget they are cut into batches, each
 * with the clean row in front, so results do not depend on the cut. Yields the edges into a layer as soon as that
 * layer has run, then the task measures.
 *
 * Letters: N nodes, P prompts, T positions, D residual width, H heads. One float stream [1 + N,P,T,D] is the
 * largest thing held: 5 MB for Pythia-14M at 1 × 300 tokens.
 */
import type { TaskMeasureId } from '../../protocol/metrics.ts';
import { BATCH_BYTES_MAX, LOGIT_BYTES_MAX } from '../base/config.ts';
import { CheckpointFailure } from '../base/failure.ts';
import type { Architecture } from '../model/architecture.ts';
import type { BlockWeights, ModelWeights } from '../model/weights.ts';
import { blockBytesPerRow } from './block-graph.ts';
import type { ProbeTokens } from './probe.ts';
import { floats, floatTensor, int64Tensor, type Runtime, type Sessions } from './runtime.ts';

export type LayerEdges = {
  readonly type: 'layer';
  readonly layer: number;
  readonly sources: number;
  readonly targets: number;
  /** [targets, sources, P]: edges in edge order, each with its weight on every prompt. */
  readonly weights: Float32Array;
};

export type TaskMeasures = {
  readonly type: 'task';
  /** By id of the catalogue; a measure that this probe is too short for is left out. */
  readonly measures: Readonly<Partial<Record<TaskMeasureId, number>>>;
};

export type SweepEvent = LayerEdges | TaskMeasures;

export type SweepOptions = {
  /** Bytes of intermediate tensors a batch may need. */
  readonly batchBytesMax?: number;
};

/** @throws CheckpointFailure */
export async function* sweep(
  runtime: Runtime,
  architecture: Architecture,
  weights: ModelWeights,
  probe: ProbeTokens,
  options: SweepOptions = {},
): AsyncGenerator<SweepEvent> {
  const { layers, heads: H, width: D } = architecture;
  const { prompts: P, positions: T } = probe;
  const sessions = await runtime.sessions(architecture, T);
  const rowBytes = P * blockBytesPerRow(architecture, T);
  const rowsMax = Math.max(2, Math.floor((options.batchBytesMax ?? BATCH_BYTES_MAX) / rowBytes));

  let stream = embed(await weights.embedding(), probe, architecture);
  for (let layer = 0; layer < layers; layer += 1) {
    const sources = layer * (H + 1);
    const block = await weights.block(layer);
    const { next, distances } = await runBlock(
      sessions,
      block,
      stream,
      [1 + sources, P, T, D],
      H + 1,
      rowsMax,
    );
    yield { type: 'layer', layer, sources, targets: H + 1, weights: byEdge(distances, sources, P, H + 1) };
    stream = next;
  }
  yield await taskMeasures(sessions, weights, stream.subarray(0, P * T * D), probe, architecture);
}

/** Residual stream of the clean run before the first block: [1,P,T,D]. */
function embed(table: Float32Array, probe: ProbeTokens, architecture: Architecture): Float32Array {
  const D = architecture.width;
  const stream = new Float32Array(probe.ids.length * D);
  probe.ids.forEach((id, at) => {
    stream.set(table.subarray(id * D, (id + 1) * D), at * D);
  });
  return stream;
}

/**
 * One layer for all rows of `stream` [R,P,T,D].
 * @returns next [R + new,P,T,D] and distances [R,P,targets]
 */
async function runBlock(
  sessions: Sessions,
  block: BlockWeights,
  stream: Float32Array,
  [R, P, T, D]: readonly [number, number, number, number],
  targets: number,
  rowsMax: number,
): Promise<{ readonly next: Float32Array; readonly distances: Float32Array }> {
  const inputs = blockInputs(sessions, block);
  const run = async (rows: Float32Array) => {
    const shape = [rows.length / (P * T * D), P, T, D];
    const results = await sessions.block.run({ ...inputs, stream: floatTensor(rows, shape) });
    return { next: floats(results, 'next'), distances: floats(results, 'weights') };
  };
  if (R <= rowsMax) return run(stream);

  const row = P * T * D;
  const next = new Float32Array((R + targets) * row);
  const distances = new Float32Array(R * P * targets);
  for (let begin = 1; begin < R; begin += rowsMax - 1) {
    const end = Math.min(R, begin + rowsMax - 1);
    const rows = new Float32Array((1 + end - begin) * row);
    rows.set(stream.subarray(0, row));
    rows.set(stream.subarray(begin * row, end * row), row);
    const batch = await run(rows);
    const count = end - begin;
    next.set(batch.next.subarray(row, (1 + count) * row), begin * row);
    distances.set(batch.distances.subarray(P * targets), begin * P * targets);
    if (end === R) {
      next.set(batch.next.subarray(0, row));
      next.set(batch.next.subarray((1 + count) * row), R * row);
    }
  }
  return { next, distances };
}

function blockInputs(sessions: Sessions, block: BlockWeights) {
  const shapes = new Map(
    sessions.block.inputMetadata.flatMap((input) => (input.isTensor ? [[input.name, input.shape]] : [])),
  );
  return Object.fromEntries(
    Object.entries(block).map(([name, values]) => {
      const shape = shapes.get(name);
      if (!shape) throw new Error(`invariant: the block graph has an input ${name}`);
      return [name, floatTensor(values, shape.map(Number))];
    }),
  );
}

/** distances [R,P,targets] → [targets, sources, P], without the clean row. */
function byEdge(distances: Float32Array, sources: number, P: number, targets: number): Float32Array {
  const weights = new Float32Array(targets * sources * P);
  let to = 0;
  for (let target = 0; target < targets; target += 1)
    for (let source = 0; source < sources; source += 1)
      for (let prompt = 0; prompt < P; prompt += 1) {
        const weight = distances[((source + 1) * P + prompt) * targets + target];
        if (!Number.isFinite(weight))
          throw new CheckpointFailure(
            'not-finite',
            `an edge weight is ${weight}: the model's activations overflow`,
          );
        // Rounding leaves 1 − cos a few 1e-8 below zero where nothing changed.
        weights[to] = Math.max(0, weight);
        to += 1;
      }
  return weights;
}

/** Losses of the clean run, from its residual stream [P,T,D] after the last block. */
async function taskMeasures(
  sessions: Sessions,
  weights: ModelWeights,
  stream: Float32Array,
  probe: ProbeTokens,
  architecture: Architecture,
): Promise<TaskMeasures> {
  const { width: D, vocabulary: V } = architecture;
  const { prompts: P, positions: T } = probe;
  const readout = await weights.readout();
  const inputs = {
    norm_weight: floatTensor(readout.normWeight, [D]),
    norm_bias: floatTensor(readout.normBias, [D]),
    unembedding: floatTensor(readout.unembedding, [V, D]),
  };
  // The last position has no next token; it is given its own and left out below.
  const targets = BigInt64Array.from({ length: P * T }, (_, at) =>
    BigInt(probe.ids[(at + 1) % T === 0 ? at : at + 1]),
  );
  const losses = new Float32Array(P * T);
  const hits = new Float32Array(P * T);
  const positionsMax = Math.max(1, Math.floor(LOGIT_BYTES_MAX / (4 * V)));
  for (let begin = 0; begin < P * T; begin += positionsMax) {
    const end = Math.min(P * T, begin + positionsMax);
    const results = await sessions.readout.run({
      ...inputs,
      stream: floatTensor(stream.subarray(begin * D, end * D), [end - begin, D]),
      targets: int64Tensor(targets.subarray(begin, end), [end - begin, 1]),
    });
    losses.set(floats(results, 'losses'), begin);
    hits.set(floats(results, 'hits'), begin);
  }
  // Position t predicts token t + 1: tokens 1 … T/2 − 1 are the first half, T/2 … T − 1 the second.
  const half = Math.floor(T / 2);
  const first = meanOver(losses, P, T, 0, half - 1);
  const second = meanOver(losses, P, T, half - 1, T - 1);
  const accuracy = meanOver(hits, P, T, half - 1, T - 1);
  return {
    type: 'task',
    measures: {
      ...(first !== null && { loss_first_half: first }),
      ...(second !== null && { loss_second_half: second }),
      ...(first !== null && second !== null && { induction_score: first - second }),
      ...(accuracy !== null && { accuracy_second_half: accuracy }),
    },
  };
}

/** Mean of values [P,T] over all prompts and positions begin … end − 1; null over none. */
function meanOver(values: Float32Array, P: number, T: number, begin: number, end: number): number | null {
  if (end <= begin) return null;
  let sum = 0;
  for (let prompt = 0; prompt < P; prompt += 1)
    for (let at = begin; at < end; at += 1) sum += values[prompt * T + at];
  return sum / (P * (end - begin));
}
