/**
 * The sweep over the paper's nodes: what the component sweep is (sweep.ts), with rows and columns of paper-nodes.ts.
 *
 * Ablations that are one and the same are computed once and written to every edge that they stand for. Yields the
 * edges into each layer as soon as it has run, then those into the logits as a layer of their own, then what the
 * model predicts.
 *
 * Letters: L layers, P prompts, T positions, D residual width, H heads. One float stream [2 + L·(2H + 3),P,T,D] is
 * the largest thing held: 10 MB for Pythia-14M at 1 × 300 tokens.
 */
import type { ComponentNode } from '../../protocol/graph.ts';
import { CheckpointFailure } from '../base/failure.ts';
import type { Architecture } from '../model/architecture.ts';
import type { ModelWeights } from '../model/weights.ts';
import { headScores } from './head-scores.ts';
import { paperBlockBytesPerRow } from './paper-block-graph.ts';
import { paperLogitsBytesPerRow } from './paper-logits-graph.ts';
import {
  paperChoicesProblem,
  paperModelProblem,
  paperNodes,
  paperRowCount,
  paperRowOf,
} from './paper-nodes.ts';
import { paperSessions } from './paper-sessions.ts';
import type { ProbeTokens } from './probe.ts';
import { type Effects, Readout } from './readout.ts';
import { edgeWeightsFrom, rowsMaxOf, runRows, validPositions } from './row-batches.ts';
import { floats, type Runtime, weightTensors } from './runtime.ts';
import { type Loaded, type StageResult, stagedSweep } from './staged-sweep.ts';
import { embed, type SweepOptions } from './sweep.ts';
import type { SweepEvent } from './sweep-event.ts';

/** @throws CheckpointFailure unsupported-model for another family than gpt_neox */
export async function* paperSweep(
  runtime: Runtime,
  architecture: Architecture,
  weights: ModelWeights,
  probe: ProbeTokens,
  options: SweepOptions,
): AsyncGenerator<SweepEvent> {
  const choicesProblem = paperChoicesProblem(options);
  if (choicesProblem) throw new Error(`invariant: ${choicesProblem}`);
  const modelProblem = paperModelProblem(architecture);
  if (modelProblem) throw new CheckpointFailure('unsupported-model', modelProblem);

  const { layers: L, heads: H, width: D } = architecture;
  const { prompts: P, positions: T } = probe;
  const { effectPositions, memoryBytesMax, cache } = options;
  const sessions = await paperSessions(runtime, architecture, T);
  const nodes = paperNodes(architecture);
  const valid = validPositions(probe);
  const streamBytes = 4 * paperRowCount(architecture) * probe.ids.length * D;
  const rowsMax = (bytesPerRow: typeof paperBlockBytesPerRow) =>
    rowsMaxOf({ memoryBytesMax, streamBytes, rowBytes: P * bytesPerRow(architecture, T) });

  const blockStage = async (layer: number): Promise<Loaded<StageResult>> => {
    const block = await weights.block(layer);
    return {
      weights: block,
      async run(before) {
        const inputs = { ...weightTensors(sessions.block, block), valid };
        const most = rowsMax(paperBlockBytesPerRow);
        const run = await runRows(sessions.block, inputs, before, [P, T, D], most);
        const event = {
          weights: byEdge(run.distances, nodes, layer, H, P),
          undefinedCount: run.undefinedCount,
          headScores: headScores(floats(run.clean, 'pattern'), H, probe),
        };
        return { event, next: run.next };
      },
    };
  };

  const logitsStage = async (): Promise<Loaded<StageResult>> => {
    const readout = await weights.readout();
    return {
      weights: readout,
      async run(before) {
        const { normWeight, normBias, unembedding } = readout;
        const named = { norm_weight: normWeight, ...(normBias && { norm_bias: normBias }), unembedding };
        const inputs = { ...weightTensors(sessions.logits, named), valid };
        const most = rowsMax(paperLogitsBytesPerRow);
        const run = await runRows(sessions.logits, inputs, before, [P, T, D], most);
        const event = {
          weights: byEdge(run.distances, nodes, L, H, P),
          undefinedCount: run.undefinedCount,
          headScores: { prefix_matching: [], previous_token: [], first_position: [], attention_entropy: [] },
        };
        return { event, next: before };
      },
    };
  };

  const embedded = embed(await weights.embedding(), probe, D);
  // Row 1 is the ablated embedding: zeros.
  const stream = new Float32Array(2 * embedded.length);
  stream.set(embedded);
  yield* stagedSweep(
    {
      stream,
      layers: [...Array.from({ length: L }, (_, layer) => () => blockStage(layer)), logitsStage],
      async output() {
        const readoutWeights = await weights.readout();
        return {
          weights: readoutWeights,
          async run(last) {
            const readout = new Readout(sessions, readoutWeights, architecture, probe);
            const task = await readout.task(last);
            if (effectPositions === 0) return { task, effects: null };
            const ofRows = await readout.effects(last, paperRowCount(architecture) - 1, effectPositions);
            return { task, effects: byNode(ofRows, nodes, H) };
          },
        };
      },
      key: ['paper', architecture, probe.info, probe.lengths, effectPositions],
    },
    cache ?? null,
  );
}

/**
 * The edges into the nodes of `layer`, in edge order: by target, then by source.
 * @param distances [R,P,columns]
 * @returns [edges, P]
 */
function byEdge(
  distances: Float32Array,
  nodes: readonly ComponentNode[],
  layer: number,
  H: number,
  P: number,
): Float32Array {
  const sourceRows = nodes.flatMap((node) => (node.layer < layer ? (paperRowOf(node, H) ?? []) : []));
  const columns = nodes.filter((node) => node.layer === layer && node.measured !== false).length;
  const weights = new Float32Array(columns * sourceRows.length * P);
  let to = 0;
  for (let column = 0; column < columns; column += 1)
    for (const row of sourceRows)
      for (let prompt = 0; prompt < P; prompt += 1) {
        weights[to] = distances[(row * P + prompt) * columns + column];
        to += 1;
      }
  return edgeWeightsFrom(weights);
}

/** Effects of rows as effects of nodes; the logits are never ablated and change nothing. */
function byNode(ofRows: Effects, nodes: readonly ComponentNode[], heads: number): Effects {
  const spread = (values: readonly number[]) =>
    nodes.map((node) => {
      const row = paperRowOf(node, heads);
      return row === null ? 0 : values[row - 1];
    });
  return {
    kl_nats: spread(ofRows.kl_nats),
    delta_loss_nats: spread(ofRows.delta_loss_nats),
    logit_cosine: spread(ofRows.logit_cosine),
  };
}
