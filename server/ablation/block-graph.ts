/**
 * One transformer block for many ablations at once, as an ONNX graph with its weights as inputs.
 *
 * Letters: R rows (row 0 is the clean run, every further row one ablation of an earlier layer), P prompts,
 * T positions, D residual width, H heads, d head width.
 *
 *   stream    [R,P,T,D]     residual stream before the block
 *   valid     [P,T]         1 where a position belongs to its prompt, 0 where the prompt is padded
 *   weights   [R,P,H+1]     how much each output of this block differs from the clean run, mean over T;
 *                           columns: heads, then the MLP
 *   within    [H,P]         the same for the MLP when a head of this very block is ablated; sequential blocks only
 *   undefined []            how many distances in `weights` are undefined since an output is zero
 *   undefined_within []     the same for `within`
 *   pattern   [P,H,T,T]     attention of the clean run
 *   next      [R+H+1,P,T,D] residual stream after the block; the last H+1 rows are new: each of this block's own
 *                           components ablated in the clean run
 *
 * What keeps it cheap: the output of head h is z·W with W = W_O[h] [d,D], so dot products of outputs are
 * z·(W·Wᵀ)·zᵀ and the outputs themselves are never built. In a parallel block an ablated component only changes the
 * sum; in a sequential one the MLP runs again for each head.
 * Source: component-graph definition, "Edges and weights" and "Where the time goes" 1–4.
 */
import type { Architecture } from '../model/architecture.ts';
import {
  attended,
  attentionPattern,
  type BlockContext,
  headMaps,
  linear,
  multilayerPerceptron,
  normAfter,
  projections,
  weightPorts,
} from './block-pieces.ts';
import type { Ablation, Measure } from './choices.ts';
import { distances } from './distance.ts';
import { OnnxGraph, type Value } from './onnx.ts';

export type BlockChoices = { readonly ablation: Ablation; readonly measure: Measure };

/** @param positions T; fixed in the graph, since the rotary angles are constants of it */
export function blockGraph(architecture: Architecture, positions: number, choices: BlockChoices): Uint8Array {
  const { width: D, heads: H, headWidth: d } = architecture;
  const graph = new OnnxGraph();
  const stream = graph.input('stream', ['R', 'P', positions, D]);
  const valid = graph.input('valid', ['P', positions]);
  const ofSequence = graph.op('Unsqueeze', [valid, graph.int64([0])]);
  const ofHead = graph.op('Unsqueeze', [valid, graph.int64([0, 2])]);
  const weights = weightPorts(graph, architecture);
  const context: BlockContext = { graph, architecture, positions, weights };
  const sequential = architecture.residual === 'sequential';

  const projected = projections(context, stream);
  const z = graph.reshape(attended(context, projected), [-1, H * d]);
  const attention = like(graph, linear(context, z, 'output'), stream);
  const middle = graph.op('Add', [stream, normAfter(context, attention, 'attention_norm')]);
  const mlp = like(graph, multilayerPerceptron(context, sequential ? middle : stream), stream);
  const after = graph.op('Add', [middle, normAfter(context, mlp, 'mlp_norm')]);

  // [R·P·T, H·d] → [R,P,H,T,d]
  const zByHead = graph.op('Transpose', [graph.op('Reshape', [z, headShape(graph, stream, H, d)])], {
    perm: [0, 1, 3, 2, 4],
  });
  const maps = headMaps(context);
  const gram = graph.runtimeOp('FusedMatMul', [maps, maps], { transB: 1 });
  const ofHeads = distances(graph, choices.measure, first(graph, zByHead), zByHead, gram, 1, ofHead);
  const ofMlp = distances(graph, choices.measure, first(graph, mlp), mlp, null, 1, ofSequence);
  const mlpColumn = graph.op('Unsqueeze', [ofMlp.means, graph.int64([2])]);
  graph.output('weights', graph.op('Concat', [ofHeads.means, mlpColumn], { axis: 2 }), ['R', 'P', H + 1]);

  // What each component loses: [H,P,T,D] and [1,P,T,D].
  const zLost = lost(graph, choices.ablation, first(graph, zByHead), ofHead, [0, 1, 3]);
  const headsLost = graph.op(
    'Transpose',
    [graph.op('Squeeze', [graph.op('MatMul', [zLost, maps]), graph.int64([0])])],
    { perm: [1, 0, 2, 3] },
  );
  const mlpLost = lost(graph, choices.ablation, first(graph, mlp), ofSequence, [0, 1, 2]);
  graph.output('undefined', graph.op('Add', [ofHeads.undefinedCount, ofMlp.undefinedCount]), []);

  const clean = { stream: first(graph, stream), middle: first(graph, middle), mlp: first(graph, mlp) };
  const withoutHead = graph.op('Sub', [first(graph, attention), headsLost]);
  const headsMiddle = graph.op('Add', [clean.stream, normAfter(context, withoutHead, 'attention_norm')]);
  let headsMlp = clean.mlp;
  if (sequential) {
    headsMlp = like(graph, multilayerPerceptron(context, headsMiddle), headsMiddle);
    const within = distances(graph, choices.measure, clean.mlp, headsMlp, null, 0, ofSequence);
    graph.output('within', within.means, [H, 'P']);
    graph.output('undefined_within', within.undefinedCount, []);
  }
  const headRows = graph.op('Add', [headsMiddle, normAfter(context, headsMlp, 'mlp_norm')]);
  const withoutMlp = graph.op('Sub', [clean.mlp, mlpLost]);
  const mlpRow = graph.op('Add', [clean.middle, normAfter(context, withoutMlp, 'mlp_norm')]);

  graph.output('pattern', attentionPattern(context, cleanOnly(graph, projected, stream)), [
    'P',
    H,
    positions,
    positions,
  ]);
  graph.output('next', graph.op('Concat', [after, headRows, mlpRow], { axis: 0 }), ['N', 'P', positions, D]);
  return graph.toBytes();
}

/** Bytes of intermediate tensors that one row of one prompt needs at their largest, for splitting the batch. */
export function blockBytesPerRow(architecture: Architecture, positions: number): number {
  const { width: D, heads: H, mlpWidth: F } = architecture;
  const stream = positions * D;
  return 4 * (10 * stream + 3 * positions * F + H * positions * positions);
}

/**
 * A clean activation minus what replaces it.
 * @param activation [1,P,…,T,width] @param valid shaped to multiply [1,P,…,T] @param axes of prompts and positions
 */
function lost(
  graph: OnnxGraph,
  ablation: Ablation,
  activation: Value,
  valid: Value,
  axes: readonly number[],
): Value {
  switch (ablation) {
    case 'zero':
      return activation;
    case 'mean': {
      const over = (value: Value) => graph.op('ReduceSum', [value, graph.int64(axes)], { keepdims: 1 });
      const counted = graph.op('Unsqueeze', [valid, graph.int64([-1])]);
      const mean = graph.op('Div', [over(graph.op('Mul', [activation, counted])), over(counted)]);
      return graph.op('Sub', [activation, mean]);
    }
    case 'resample': {
      // Prompt p takes p − 1, prompt 0 takes the last.
      const cut = (begin: number, end: number) =>
        graph.slice(activation, 1, graph.int64([begin]), graph.int64([end]));
      const previous = graph.op('Concat', [cut(-1, Number.MAX_SAFE_INTEGER), cut(0, -1)], { axis: 1 });
      return graph.op('Sub', [activation, previous]);
    }
  }
}

/** The projections of the clean run: the first P of the B = R·P sequences. */
export function cleanOnly(
  graph: OnnxGraph,
  projected: Record<'queries' | 'keys' | 'values', Value>,
  stream: Value,
) {
  const prompts = graph.op('Shape', [stream], { start: 1, end: 2 });
  const cut = (value: Value) => graph.slice(value, 0, graph.int64([0]), prompts);
  return { queries: cut(projected.queries), keys: cut(projected.keys), values: cut(projected.values) };
}

/** Row 0, the clean run, kept as a row. */
export function first(graph: OnnxGraph, rows: Value): Value {
  return graph.slice(rows, 0, graph.int64([0]), graph.int64([1]));
}

/** `value` in the shape of `pattern`. */
export function like(graph: OnnxGraph, value: Value, pattern: Value): Value {
  return graph.op('Reshape', [value, graph.op('Shape', [pattern])]);
}

/** The shape [R,P,T,H,d] for the stream's R, P and T. */
export function headShape(graph: OnnxGraph, stream: Value, heads: number, headWidth: number): Value {
  const leading = graph.op('Shape', [stream], { start: 0, end: 3 });
  return graph.op('Concat', [leading, graph.int64([heads, headWidth])], { axis: 0 });
}
