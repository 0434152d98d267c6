/**
 * One GPT-NeoX block for all ablations of the paper's nodes at once, as an ONNX graph with its weights as inputs.
 *
 * Letters: R rows (row 0 is the clean run, every further row one ablation of the embedding or of an earlier layer),
 * P prompts, T positions, D residual width, H heads, d head width.
 *
 *   stream    [R,P,T,D]      residual stream before the block
 *   valid     [P,T]          1 where a position belongs to its prompt, 0 where the prompt is padded
 *   weights   [R,P,4H+7]     1 − cosine to the clean run, mean over T; columns: q, k, v (each whole, then heads),
 *                            rot_q, rot_k (whole), z (whole, then heads), the MLP's activation
 *   undefined []             how many of those cosines are undefined since an activation is zero; rot_q and rot_k
 *                            repeat q and k and are not counted again
 *   pattern   [P,H,T,T]      attention of the clean run
 *   next      [R+2H+3,P,T,D] residual stream after the block; the new rows, made from the clean run, are attention
 *                            uniform (whole, heads), z zero (whole, heads), the MLP's activation zero
 *
 * The value bias b is part of the output's: attention sums to 1, so z + b passes on z·W_O + b·W_O whatever is attended
 * to, and v and z are without it. A rotation keeps angles, so q and rot_q have the same cosines. With u_h the causal
 * mean of head h's values, uniform attention of h takes (z_h − u_h)·W_O[h] from the sum, and zero takes z_h·W_O[h];
 * no block runs again for a new row, but the MLP of a sequential one.
 * Source: component-graph definition, "The paper's node set".
 */
import type { Architecture } from '../model/architecture.ts';
import { cleanOnly, first, headShape, like } from './block-graph.ts';
import {
  attended,
  attentionPattern,
  type BlockContext,
  headMaps,
  linear,
  mlpHidden,
  multilayerPerceptron,
  normBefore,
  rotated,
  weightPorts,
} from './block-pieces.ts';
import { distances } from './distance.ts';
import { OnnxGraph, type Value } from './onnx.ts';

/** @param positions T; fixed in the graph, since the rotary angles are constants of it */
export function paperBlockGraph(architecture: Architecture, positions: number): Uint8Array {
  const { width: D, heads: H, headWidth: d, mlpWidth: F } = architecture;
  const graph = new OnnxGraph();
  const stream = graph.input('stream', ['R', 'P', positions, D]);
  const valid = graph.input('valid', ['P', positions]);
  const context: BlockContext = {
    graph,
    architecture,
    positions,
    weights: weightPorts(graph, architecture),
  };
  const isSequential = architecture.residual === 'sequential';
  const leading = graph.op('Shape', [stream], { start: 0, end: 3 });

  const read = normBefore(context, stream, 'attention_norm');
  const bySequence = (value: Value) => graph.reshape(value, [-1, positions, H * d]);
  const q = bySequence(linear(context, read, 'query'));
  const k = bySequence(linear(context, read, 'key'));
  const values = bySequence(linear(context, read, 'value', ''));
  const projected = { queries: rotated(context, q, H), keys: rotated(context, k, H), values };
  const z = graph.reshape(attended(context, projected), [-1, H * d]);
  const attention = like(graph, linear(context, z, 'output', outputBias(context)), stream);
  const middle = graph.op('Add', [stream, attention]);
  const hidden = mlpHidden(context, isSequential ? middle : stream);
  const mlp = like(graph, linear(context, hidden, 'down'), stream);
  const after = graph.op('Add', [middle, mlp]);

  const byHead = (value: Value) =>
    graph.op('Transpose', [graph.op('Reshape', [value, headShape(graph, stream, H, d)])], {
      perm: [0, 1, 3, 2, 4],
    });
  const heads = { q: byHead(q), k: byHead(k), v: byHead(values), z: byHead(z) };
  const hiddenShape = graph.op('Concat', [leading, graph.int64([F])], { axis: 0 });
  const changes = columnsOf(graph, valid, heads, graph.op('Reshape', [hidden, hiddenShape]));
  graph.output('weights', changes.columns, ['R', 'P', 4 * H + 7]);
  graph.output('undefined', changes.undefinedCount, []);

  // What the sum loses by each ablation of attention: [2H+2,P,T,D].
  const maps = headMaps(context);
  const cleanZ = first(graph, heads.z);
  const toUniform = graph.op('Sub', [cleanZ, causalMean(context, first(graph, heads.v))]);
  const attentionLost = graph.op(
    'Concat',
    [...wholeAndHeads(graph, toUniform, maps), ...wholeAndHeads(graph, cleanZ, maps)],
    { axis: 0 },
  );
  let attentionRows = graph.op('Sub', [first(graph, isSequential ? middle : after), attentionLost]);
  if (isSequential) {
    const again = like(graph, multilayerPerceptron(context, attentionRows), attentionRows);
    attentionRows = graph.op('Add', [attentionRows, again]);
  }
  const mlpRow = graph.op('Add', [first(graph, middle), context.weights.need('down_bias')]);
  const next = graph.op('Concat', [after, attentionRows, mlpRow], { axis: 0 });
  graph.output('next', next, ['N', 'P', positions, D]);

  const pattern = attentionPattern(context, cleanOnly(graph, projected, stream));
  graph.output('pattern', pattern, ['P', H, positions, positions]);
  return graph.toBytes();
}

/** Bytes of intermediate tensors that one row of one prompt needs at their largest, for splitting the batch. */
export function paperBlockBytesPerRow(architecture: Architecture, positions: number): number {
  const { width: D, heads: H, mlpWidth: F } = architecture;
  return 4 * (18 * positions * D + 3 * positions * F + H * positions * positions);
}

/** The output's bias with the value bias in it, [D]; '' where the model has neither. */
function outputBias(context: BlockContext): Value {
  const { graph, architecture, weights } = context;
  const valueBias = weights.maybe('value_bias');
  if (!valueBias) return weights.maybe('output_bias');
  const row = graph.reshape(valueBias, [1, architecture.heads * architecture.headWidth]);
  return graph.reshape(linear(context, row, 'output'), [architecture.width]);
}

/** At each position the mean of the values up to it. @param values [1,P,H,T,d] */
function causalMean({ graph, positions }: BlockContext, values: Value): Value {
  const shares = Float32Array.from({ length: positions }, (_, at) => 1 / (at + 1));
  const sums = graph.op('CumSum', [values, graph.int64Scalar(3)]);
  return graph.op('Mul', [sums, graph.floats(shares, [positions, 1])]);
}

/** What heads write, together [1,P,T,D] and each [H,P,T,D]. @param z [1,P,H,T,d] @param maps [H,d,D] */
function wholeAndHeads(graph: OnnxGraph, z: Value, maps: Value): readonly [Value, Value] {
  const outputs = graph.op('Squeeze', [graph.op('MatMul', [z, maps]), graph.int64([0])]);
  const heads = graph.op('Transpose', [outputs], { perm: [1, 0, 2, 3] });
  return [graph.op('ReduceSum', [heads, graph.int64([0])], { keepdims: 1 }), heads];
}

/** The columns of `weights`. @param heads [R,P,H,T,d] each @param hidden [R,P,T,F] */
function columnsOf(
  graph: OnnxGraph,
  valid: Value,
  heads: Readonly<Record<'q' | 'k' | 'v' | 'z', Value>>,
  hidden: Value,
): { readonly columns: Value; readonly undefinedCount: Value } {
  const cosines = (rows: Value, counted: Value) =>
    distances(graph, 'cosine', first(graph, rows), rows, null, 1, counted);
  const undefinedCounts: Value[] = [];
  const ofHeads = (rows: Value) => {
    const { means, undefinedCount } = cosines(rows, graph.op('Unsqueeze', [valid, graph.int64([0, 2])]));
    undefinedCounts.push(undefinedCount);
    return { whole: graph.op('ReduceMean', [means, graph.int64([2])], { keepdims: 1 }), each: means };
  };
  const [q, k, v, z] = [ofHeads(heads.q), ofHeads(heads.k), ofHeads(heads.v), ofHeads(heads.z)];
  const mlp = cosines(hidden, graph.op('Unsqueeze', [valid, graph.int64([0])]));
  const inNodeOrder = [
    ...[q.whole, q.each, k.whole, k.each, v.whole, v.each],
    ...[q.whole, k.whole, z.whole, z.each, graph.op('Unsqueeze', [mlp.means, graph.int64([2])])],
  ];
  return {
    columns: graph.op('Concat', inNodeOrder, { axis: 2 }),
    undefinedCount: graph.op('Sum', [...undefinedCounts, mlp.undefinedCount]),
  };
}
