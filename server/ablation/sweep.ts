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
import type { Architecture } from '../model/architecture.ts';
import type { EmbeddingWeights, ModelWeights } from '../model/weights.ts';
import { type BlockChoices, blockBytesPerRow } from './block-graph.ts';
import { headScores } from './head-scores.ts';
import type { ProbeTokens } from './probe.ts';
import { Readout } from './readout.ts';
import { edgeWeightsFrom, rowsMaxOf, runRows, validPositions } from './row-batches.ts';
import { floats, type Runtime, weightTensors } from './runtime.ts';
import { type Loaded, type StageResult, type Stages, stagedSweep } from './staged-sweep.ts';
import type { SweepCache } from './sweep-cache.ts';
import type { SweepEvent } from './sweep-event.ts';

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
  const { ablation, measure, effectPositions, memoryBytesMax, cache } = options;
  const sessions = await runtime.sessions(architecture, T, { ablation, measure });
  const nodes = layers * (H + 1);
  const rowsMax = rowsMaxOf({
    memoryBytesMax,
    streamBytes: 4 * (1 + nodes) * probe.ids.length * D,
    rowBytes: P * blockBytesPerRow(architecture, T),
  });
  const valid = validPositions(probe);

  const blockStage = async (layer: number): Promise<Loaded<StageResult>> => {
    const block = await weights.block(layer);
    return {
      weights: block,
      async run(before) {
        const inputs = { ...weightTensors(sessions.block, block), valid };
        const run = await runRows(sessions.block, inputs, before, [P, T, D], rowsMax);
        const within = 'within' in run.clean ? floats(run.clean, 'within') : null;
        const undefinedWithin = within ? floats(run.clean, 'undefined_within')[0] : 0;
        const event = {
          weights: byEdge(run.distances, within, layer * (H + 1), P, H),
          undefinedCount: run.undefinedCount + undefinedWithin,
          headScores: headScores(floats(run.clean, 'pattern'), H, probe),
        };
        return { event, next: run.next };
      },
    };
  };

  const stages: Stages = {
    stream: embed(await weights.embedding(), probe, D),
    layers: Array.from({ length: layers }, (_, layer) => () => blockStage(layer)),
    async output() {
      const readoutWeights = await weights.readout();
      return {
        weights: readoutWeights,
        async run(stream) {
          const readout = new Readout(sessions, readoutWeights, architecture, probe);
          const task = await readout.task(stream);
          const effects = effectPositions > 0 ? await readout.effects(stream, nodes, effectPositions) : null;
          return { task, effects };
        },
      };
    },
    key: ['components', architecture, probe.info, probe.lengths, ablation, measure, effectPositions],
  };
  yield* stagedSweep(stages, cache ?? null);
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

/**
 * Weights in edge order: by target (heads, then the MLP), then by source; for the MLP of a sequential block the heads
 * of its own layer are the last sources.
 * @param distances [R,P,H+1] @param within [H,P] in sequential blocks, else null
 * @returns [edges, P]
 */
function byEdge(
  distances: Float32Array,
  within: Float32Array | null,
  sources: number,
  P: number,
  H: number,
): Float32Array {
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
  return edgeWeightsFrom(weights);
}
