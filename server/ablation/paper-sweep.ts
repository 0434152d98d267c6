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
  paperRowOf,
  paperRowsPerLayer,
} from './paper-nodes.ts';
import type { ProbeTokens } from './probe.ts';
import { type Effects, Readout } from './readout.ts';
import { edgeWeightsFrom, type RowRun, rowsMaxOf, runRows, validPositions } from './row-batches.ts';
import { floats, type Runtime, weightTensors } from './runtime.ts';
import { embed, type SweepEvent, type SweepOptions } from './sweep.ts';

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
  const sessions = await runtime.paperSessions(architecture, T);
  const nodes = paperNodes(architecture);
  const rowsMax = (bytesOf: typeof paperBlockBytesPerRow) =>
    rowsMaxOf(P * bytesOf(architecture, T), options.batchBytesMax);
  const valid = validPositions(probe);

  const clean = embed(await weights.embedding(), probe, D);
  // Row 1 is the ablated embedding: zeros.
  let stream = new Float32Array(2 * clean.length);
  stream.set(clean);
  for (let layer = 0; layer < L; layer += 1) {
    const inputs = { ...weightTensors(sessions.block, await weights.block(layer)), valid };
    const rows = 2 + layer * paperRowsPerLayer(H);
    const run = await runRows(
      sessions.block,
      inputs,
      stream,
      [rows, P, T, D],
      rowsMax(paperBlockBytesPerRow),
    );
    yield {
      type: 'layer',
      layer,
      weights: byEdge(run, nodes, layer, architecture, P),
      undefinedCount: run.undefinedCount,
      headScores: headScores(floats(run.clean, 'pattern'), H, probe),
    };
    if (!run.next) throw new Error('invariant: a block passes the stream on');
    stream = run.next;
  }

  const readoutWeights = await weights.readout();
  const { normWeight: norm_weight, normBias, unembedding } = readoutWeights;
  const logitsWeights = weightTensors(sessions.logits, {
    norm_weight,
    ...(normBias && { norm_bias: normBias }),
    unembedding,
  });
  const rows = 2 + L * paperRowsPerLayer(H);
  const run = await runRows(
    sessions.logits,
    { ...logitsWeights, valid },
    stream,
    [rows, P, T, D],
    rowsMax(paperLogitsBytesPerRow),
  );
  yield {
    type: 'layer',
    layer: L,
    weights: byEdge(run, nodes, L, architecture, P),
    undefinedCount: run.undefinedCount,
    headScores: { prefix_matching: [], previous_token: [], first_position: [], attention_entropy: [] },
  };

  const readout = new Readout(sessions.readout, readoutWeights, architecture, probe);
  const { effectPositions } = options;
  yield {
    type: 'output',
    task: await readout.task(stream),
    effects:
      effectPositions > 0 ? byNode(await readout.effects(stream, rows - 1, effectPositions), nodes, H) : null,
  };
}

/**
 * The edges into the nodes of `layer`, in edge order: by target, then by source.
 * @returns [edges, P]
 */
function byEdge(
  { distances }: RowRun,
  nodes: readonly ComponentNode[],
  layer: number,
  { heads: H }: Architecture,
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
