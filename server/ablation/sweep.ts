/**
 * The sweep: every component of a model ablated once, layer by layer, and what each ablation changes.
 *
 * The clean run and all ablations of earlier layers pass through a layer together, as rows of one batch; nothing
 * before an ablated layer runs again. Where the rows do not fit the byte budget they are cut into batches, each
 * with the clean row in front, so results do not depend on the cut. Yields the edges into a layer as soon as that
 * layer has run, then what the model predicts.
 *
 * Letters: N nodes, P prompts, T positions, D residual width, H heads. One float stream [1 + N,P,T,D] is the
 * largest thing held: 5 MB for Pythia-14M at 1 × 300 tokens.
 */
import { CheckpointFailure } from '../base/failure.ts';
import type { Architecture } from '../model/architecture.ts';
import type { BlockWeights, EmbeddingWeights, ModelWeights } from '../model/weights.ts';
import { type BlockChoices, blockBytesPerRow } from './block-graph.ts';
import { type HeadScores, headScores } from './head-scores.ts';
import type { ProbeTokens } from './probe.ts';
import { type Effects, Readout, type TaskMeasures } from './readout.ts';
import { floats, floatTensor, type Runtime, type Session, weightTensors } from './runtime.ts';
import { type CachedLayer, hashOf, keptStream, type SweepCache } from './sweep-cache.ts';

export type LayerEvent = {
  readonly type: 'layer';
  readonly layer: number;
  /** [edges, P]: the edges into this layer in edge order, each with its weight on every prompt. */
  readonly weights: Float32Array;
  /** How many distances were undefined and count as 0, over edges, prompts and positions. */
  readonly undefinedCount: number;
  readonly headScores: HeadScores;
  /** Taken from the previous sweep, since nothing that decides it has changed. */
  readonly unchanged: boolean;
};
export type OutputEvent = {
  readonly type: 'output';
  readonly task: TaskMeasures;
  readonly effects: Effects | null;
  readonly unchanged: boolean;
};
export type SweepEvent = LayerEvent | OutputEvent;

export type SweepOptions = BlockChoices & {
  /** At how many positions of each prompt effects on the output are read; 0 for no effects. */
  readonly effectPositions: number;
  /** Bytes that residual streams and the tensors of one batch may take together. */
  readonly memoryBytesMax: number;
  /** Results of the previous sweep, which is replaced by this one's. */
  readonly cache?: SweepCache;
};

/** @throws CheckpointFailure */
export async function* sweep(
  runtime: Runtime,
  architecture: Architecture,
  weights: ModelWeights,
  probe: ProbeTokens,
  options: SweepOptions,
): AsyncGenerator<SweepEvent> {
  const { layers, heads: H, width: D } = architecture;
  const { prompts: P, positions: T } = probe;
  const { ablation, measure, effectPositions, cache } = options;
  const sessions = await runtime.sessions(architecture, T, { ablation, measure });
  const rowsMax = batchRows(architecture, probe, options.memoryBytesMax);
  const valid = floatTensor(validPositions(probe), [P, T]);
  const runLayer = (layer: number, block: BlockWeights, before: Float32Array) => {
    const inputs = { ...weightTensors(sessions.block, block), valid };
    return runBlock(sessions.block, inputs, before, [1 + layer * (H + 1), P, T, D], H + 1, rowsMax);
  };

  const embedded = embed(await weights.embedding(), probe, D);
  const key = JSON.stringify([
    architecture,
    probe.info,
    probe.lengths,
    ablation,
    measure,
    effectPositions,
    hashOf({ embedded }),
  ]);
  const previous = cache?.get(key) ?? null;
  const done: CachedLayer[] = [];
  /** Residual stream before the next layer; null while all layers are unchanged. */
  let stream = previous ? null : embedded;
  for (let layer = 0; layer < layers; layer += 1) {
    const block = await weights.block(layer);
    const hash = cache ? hashOf(block) : '';
    const known = previous?.layers[layer];
    if (stream === null && known?.hash === hash) {
      done.push(known);
      yield { ...known.event, unchanged: true };
      continue;
    }
    stream ??= known?.stream ?? (await streamBefore(layer));
    const run = await runLayer(layer, block, stream);
    const event: LayerEvent = {
      type: 'layer',
      layer,
      weights: byEdge(run, layer * (H + 1), P, H),
      undefinedCount: run.undefinedRows + run.undefinedWithin,
      headScores: headScores(run.pattern, H, probe),
      unchanged: false,
    };
    done.push({ hash, event, stream: cache ? keptStream(stream, done) : null });
    yield event;
    stream = run.next;
  }

  const readoutWeights = await weights.readout();
  const readoutHash = cache ? hashOf(readoutWeights) : '';
  if (stream === null && previous && previous.readoutHash === readoutHash) {
    cache?.put({ key, layers: done, readoutHash, output: previous.output });
    yield { ...previous.output, unchanged: true };
    return;
  }
  stream ??= await streamBefore(layers);
  const readout = new Readout(sessions.readout, readoutWeights, architecture, probe);
  const output: OutputEvent = {
    type: 'output',
    task: await readout.task(stream),
    effects: effectPositions > 0 ? await readout.effects(stream, layers * (H + 1), effectPositions) : null,
    unchanged: false,
  };
  cache?.put({ key, layers: done, readoutHash, output });
  yield output;

  /** The residual stream before `layer`, from the nearest one that was kept. */
  async function streamBefore(layer: number): Promise<Float32Array> {
    let from = layer - 1;
    while (from > 0 && !done[from].stream) from -= 1;
    let before = done[from]?.stream ?? embedded;
    for (let at = Math.max(0, from); at < layer; at += 1)
      before = (await runLayer(at, await weights.block(at), before)).next;
    return before;
  }
}

/**
 * How many rows of a batch fit beside two residual streams, the one before a layer and the one after it. At least
 * the clean row and one other, whatever the bound says: a sweep needs no less.
 */
export function batchRows(architecture: Architecture, probe: ProbeTokens, memoryBytesMax: number): number {
  const { layers, heads, width } = architecture;
  const streamBytes = 4 * (1 + layers * (heads + 1)) * probe.ids.length * width;
  const rowBytes = probe.prompts * blockBytesPerRow(architecture, probe.positions);
  return Math.max(2, Math.floor((memoryBytesMax - 2 * streamBytes) / rowBytes));
}

/** 1 where a position belongs to its prompt, 0 where the prompt is padded: [P,T]. */
function validPositions({ ids, positions: T, lengths }: ProbeTokens): Float32Array {
  return Float32Array.from(ids, (_, place) => (place % T < lengths[Math.floor(place / T)] ? 1 : 0));
}

/** Residual stream of the clean run before the first block: [1,P,T,D]. */
export function embed({ tokens, positions }: EmbeddingWeights, probe: ProbeTokens, D: number): Float32Array {
  const stream = new Float32Array(probe.ids.length * D);
  probe.ids.forEach((id, place) => {
    stream.set(tokens.subarray(id * D, (id + 1) * D), place * D);
    if (!positions) return;
    const at = place % probe.positions;
    for (let i = 0; i < D; i += 1) stream[place * D + i] += positions[at * D + i];
  });
  return stream;
}

type BlockRun = {
  /** [R + targets,P,T,D] */
  readonly next: Float32Array;
  /** [R,P,targets] */
  readonly distances: Float32Array;
  /** [H,P] in sequential blocks, else null */
  readonly within: Float32Array | null;
  /** Undefined distances among `distances` and among `within`. */
  readonly undefinedRows: number;
  readonly undefinedWithin: number;
  /** [P,H,T,T] */
  readonly pattern: Float32Array;
};

/** One layer for all rows of `stream` [R,P,T,D]. */
async function runBlock(
  session: Session,
  inputs: Readonly<Record<string, ReturnType<typeof floatTensor>>>,
  stream: Float32Array,
  [R, P, T, D]: readonly [number, number, number, number],
  targets: number,
  rowsMax: number,
): Promise<BlockRun> {
  const run = async (rows: Float32Array): Promise<BlockRun> => {
    const shape = [rows.length / (P * T * D), P, T, D];
    const results = await session.run({ ...inputs, stream: floatTensor(rows, shape) });
    const within = 'within' in results ? floats(results, 'within') : null;
    return {
      next: floats(results, 'next'),
      distances: floats(results, 'weights'),
      within,
      undefinedRows: floats(results, 'undefined')[0],
      undefinedWithin: within ? floats(results, 'undefined_within')[0] : 0,
      pattern: floats(results, 'pattern'),
    };
  };
  if (R <= rowsMax) return run(stream);

  const row = P * T * D;
  const next = new Float32Array((R + targets) * row);
  const distances = new Float32Array(R * P * targets);
  let undefinedRows = 0;
  for (let begin = 1; ; begin += rowsMax - 1) {
    const end = Math.min(R, begin + rowsMax - 1);
    const count = end - begin;
    const rows = new Float32Array((1 + count) * row);
    rows.set(stream.subarray(0, row));
    rows.set(stream.subarray(begin * row, end * row), row);
    const batch = await run(rows);
    next.set(batch.next.subarray(row, (1 + count) * row), begin * row);
    distances.set(batch.distances.subarray(P * targets), begin * P * targets);
    undefinedRows += batch.undefinedRows;
    if (end < R) continue;
    // What only the clean run decides is the same in every batch; the last one's is taken.
    next.set(batch.next.subarray(0, row));
    next.set(batch.next.subarray((1 + count) * row), R * row);
    return { ...batch, next, distances, undefinedRows };
  }
}

/**
 * Weights in edge order: by target (heads, then the MLP), then by source; for the MLP of a sequential block the heads
 * of its own layer are the last sources.
 * @returns [edges, P]
 */
function byEdge({ distances, within }: BlockRun, sources: number, P: number, H: number): Float32Array {
  const targets = H + 1;
  const weights = new Float32Array(targets * sources * P + (within?.length ?? 0));
  let to = 0;
  for (let target = 0; target < targets; target += 1)
    for (let source = 1; source <= sources; source += 1)
      for (let prompt = 0; prompt < P; prompt += 1) {
        weights[to] = distances[(source * P + prompt) * targets + target];
        to += 1;
      }
  if (within) weights.set(within, to);
  for (let edge = 0; edge < weights.length; edge += 1) {
    if (!Number.isFinite(weights[edge]))
      throw new CheckpointFailure(
        'not-finite',
        `an edge weight is ${weights[edge]}: the model's activations overflow`,
      );
    // Rounding leaves 1 − cos a few 1e-8 below zero where nothing changed.
    weights[edge] = Math.max(0, weights[edge]);
  }
  return weights;
}
