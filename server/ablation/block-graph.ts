/**
 * One transformer block for many ablations at once, as an ONNX graph with its weights as inputs.
 *
 * Letters: R rows (row 0 is the clean run, every further row one ablation of an earlier layer), P prompts,
 * T positions, D residual width, H heads, d head width, F MLP width.
 *
 *   stream  [R,P,T,D]     residual stream before the block
 *   weights [R,P,H+1]     1 − cos(clean output, output in this row), mean over T; columns: heads, then the MLP
 *   next    [R+H+1,P,T,D] residual stream after the block; the last H+1 rows are new: each of this block's own
 *                         components ablated in the clean run
 *
 * Two identities keep it cheap. In a parallel block without post-norm a zero-ablated component only leaves the
 * sum, so its new row is the clean stream minus its output. And the output of head h is z·W with W = W_O[h] [d,D],
 * so dot products of outputs are z·(W·Wᵀ)·zᵀ: the outputs themselves are never built.
 * Source: component-graph definition, "Where the time goes" 1–4.
 */
import type { Architecture } from '../model/architecture.ts';
import { attention, linear, multilayerPerceptron, weightPorts } from './block-pieces.ts';
import { OnnxGraph, type Value } from './onnx.ts';

/** @param positions T; fixed in the graph, since the rotary angles are constants of it */
export function blockGraph(architecture: Architecture, positions: number): Uint8Array {
  const { width: D, heads: H, headWidth: d } = architecture;
  const graph = new OnnxGraph();
  const stream = graph.input('stream', ['R', 'P', positions, D]);
  const weights = weightPorts(graph, architecture);

  const z = attention(graph, architecture, positions, stream, weights);
  const mlp = multilayerPerceptron(graph, architecture, stream, weights);
  const attended = linear(graph, z, weights.output_weight, weights.output_bias);
  const after = graph.op('Sum', [stream, like(graph, attended, stream), like(graph, mlp, stream)]);

  // [R·P·T, H·d] → [R,P,H,T,d]
  const zByHead = graph.op('Transpose', [graph.op('Reshape', [z, headShape(graph, stream, H, d)])], {
    perm: [0, 1, 3, 2, 4],
  });
  const headMaps = graph.op('Transpose', [graph.reshape(weights.output_weight, [D, H, d])], {
    perm: [1, 2, 0],
  });
  const gram = graph.runtimeOp('FusedMatMul', [headMaps, headMaps], { transB: 1 });
  const mlpRows = like(graph, mlp, stream);

  const headWeights = distance(graph, zByHead, graph.op('MatMul', [zByHead, gram]));
  const mlpWeights = graph.op('Unsqueeze', [distance(graph, mlpRows, mlpRows), graph.int64([2])]);
  graph.output('weights', graph.op('Concat', [headWeights, mlpWeights], { axis: 2 }), ['R', 'P', H + 1]);

  const cleanAfter = first(graph, after);
  // [1,P,H,T,d]·[H,d,D] → [1,P,H,T,D] → [H,P,T,D]
  const headOutputs = graph.op(
    'Transpose',
    [graph.op('Squeeze', [graph.op('MatMul', [first(graph, zByHead), headMaps]), graph.int64([0])])],
    { perm: [1, 0, 2, 3] },
  );
  const ablated = [headOutputs, first(graph, mlpRows)].map((output) => graph.op('Sub', [cleanAfter, output]));
  graph.output('next', graph.op('Concat', [after, ...ablated], { axis: 0 }), ['N', 'P', positions, D]);
  return graph.toBytes();
}

/** Bytes of intermediate tensors that one row of one prompt needs at their largest, for splitting the batch. */
export function blockBytesPerRow(architecture: Architecture, positions: number): number {
  const { width: D, heads: H, mlpWidth: F } = architecture;
  const stream = positions * D;
  return 4 * (10 * stream + 2 * positions * F + H * positions * positions);
}

/**
 * Mean over T of 1 − cos(a₀, a_r), where ⟨a₀, a_r⟩ = Σ values₀·images_r and ‖a_r‖² = Σ values_r·images_r.
 * values, images [R,P,…,T,width] → [R,P,…]. Where one of the two vectors is zero the cosine is undefined and the
 * distance 0.
 */
function distance(graph: OnnxGraph, values: Value, images: Value): Value {
  const sum = (product: Value) => graph.op('ReduceSum', [product, graph.int64([-1])], { keepdims: 0 });
  const squares = sum(graph.op('Mul', [values, images]));
  const dots = sum(graph.op('Mul', [first(graph, values), images]));
  const norms = graph.op('Sqrt', [graph.op('Mul', [squares, first(graph, squares)])]);
  const defined = graph.op('Greater', [norms, graph.scalar(0)]);
  const one = graph.scalar(1);
  const cosines = graph.op('Where', [defined, graph.op('Div', [dots, norms]), one]);
  return graph.op('ReduceMean', [graph.op('Sub', [one, cosines]), graph.int64([-1])], { keepdims: 0 });
}

/** Row 0, the clean run, kept as a row. */
function first(graph: OnnxGraph, rows: Value): Value {
  return graph.slice(rows, 0, graph.int64([0]), graph.int64([1]));
}

/** `value` in the shape of `pattern`. */
function like(graph: OnnxGraph, value: Value, pattern: Value): Value {
  return graph.op('Reshape', [value, graph.op('Shape', [pattern])]);
}

/** The shape [R,P,T,H,d] for the stream's R, P and T. */
function headShape(graph: OnnxGraph, stream: Value, heads: number, headWidth: number): Value {
  const leading = graph.op('Shape', [stream], { start: 0, end: 3 });
  return graph.op('Concat', [leading, graph.int64([heads, headWidth])], { axis: 0 });
}
