/**
 * The pieces that transformer blocks are put together from, as ONNX operators on values of a graph under
 * construction. Weights are inputs of the graph, so one graph serves every layer of every checkpoint.
 *
 * Letters: B sequences (rows × prompts), T positions, D residual width, H heads, d head width, F MLP width.
 */
import type { Architecture } from '../model/architecture.ts';
import type { BlockWeights } from '../model/weights.ts';
import type { OnnxGraph, Value } from './onnx.ts';

/** For each weight of a block the graph's input of that name. */
export type WeightPorts = Readonly<Record<keyof BlockWeights, Value>>;

/** Inputs for a block's weights. @param prefix keeps several blocks of one graph apart */
export function weightPorts(graph: OnnxGraph, architecture: Architecture, prefix = ''): WeightPorts {
  const { width: D, mlpWidth: F } = architecture;
  const Hd = architecture.heads * architecture.headWidth;
  const input = (name: string, shape: readonly number[]) => graph.input(`${prefix}${name}`, shape);
  return {
    attention_norm_weight: input('attention_norm_weight', [D]),
    attention_norm_bias: input('attention_norm_bias', [D]),
    query_weight: input('query_weight', [Hd, D]),
    query_bias: input('query_bias', [Hd]),
    key_weight: input('key_weight', [Hd, D]),
    key_bias: input('key_bias', [Hd]),
    value_weight: input('value_weight', [Hd, D]),
    value_bias: input('value_bias', [Hd]),
    output_weight: input('output_weight', [D, Hd]),
    output_bias: input('output_bias', [D]),
    mlp_norm_weight: input('mlp_norm_weight', [D]),
    mlp_norm_bias: input('mlp_norm_bias', [D]),
    up_weight: input('up_weight', [F, D]),
    up_bias: input('up_bias', [F]),
    down_weight: input('down_weight', [D, F]),
    down_bias: input('down_bias', [D]),
  };
}

/** z, the heads' weighted values before the output projection: [R·P·T, H·d]. */
export function attention(
  graph: OnnxGraph,
  architecture: Architecture,
  positions: number,
  stream: Value,
  weights: WeightPorts,
): Value {
  const { heads: H, headWidth: d, rotary } = architecture;
  const normed = norm(
    graph,
    architecture,
    stream,
    weights.attention_norm_weight,
    weights.attention_norm_bias,
  );
  const project = (weight: Value, bias: Value) =>
    graph.reshape(linear(graph, normed, weight, bias), [-1, positions, H * d]);
  const { cosines, sines } = rotaryAngles(graph, rotary, positions);
  const rotate = (value: Value) =>
    graph.runtimeOp('RotaryEmbedding', [value, graph.int64([0]), cosines, sines], {
      num_heads: H,
      rotary_embedding_dim: rotary.dimensions,
    });
  const z = graph.op(
    'Attention',
    [
      rotate(project(weights.query_weight, weights.query_bias)),
      rotate(project(weights.key_weight, weights.key_bias)),
      project(weights.value_weight, weights.value_bias),
    ],
    { is_causal: 1, q_num_heads: H, kv_num_heads: H },
  );
  return graph.reshape(z, [-1, H * d]);
}

/** The MLP's output with its bias: [R·P·T, D]. */
export function multilayerPerceptron(
  graph: OnnxGraph,
  architecture: Architecture,
  stream: Value,
  weights: WeightPorts,
): Value {
  const normed = norm(graph, architecture, stream, weights.mlp_norm_weight, weights.mlp_norm_bias);
  const hidden = graph.op('Gelu', [linear(graph, normed, weights.up_weight, weights.up_bias)], {
    approximate: architecture.activation === 'gelu-tanh' ? 'tanh' : 'none',
  });
  return linear(graph, hidden, weights.down_weight, weights.down_bias);
}

/** The normed stream as a matrix [R·P·T, D]. */
export function norm(
  graph: OnnxGraph,
  architecture: Architecture,
  stream: Value,
  weight: Value,
  bias: Value,
): Value {
  const normed = graph.op('LayerNormalization', [stream, weight, bias], {
    axis: -1,
    epsilon: { float: architecture.normEpsilon },
  });
  return graph.reshape(normed, [-1, architecture.width]);
}

/** x·Wᵀ + b with W [outputs, inputs]. */
export function linear(graph: OnnxGraph, x: Value, weight: Value, bias: Value): Value {
  return graph.op('Gemm', [x, weight, bias], { transB: 1 });
}

/** cos and sin of position · theta^(−2i/dimensions): [T, dimensions/2] each. */
function rotaryAngles(
  graph: OnnxGraph,
  rotary: Architecture['rotary'],
  positions: number,
): { readonly cosines: Value; readonly sines: Value } {
  const half = rotary.dimensions / 2;
  const angle = (at: number) =>
    Math.floor(at / half) * rotary.theta ** (-(2 * (at % half)) / rotary.dimensions);
  const table = (f: (angle: number) => number) =>
    graph.floats(
      Float32Array.from({ length: positions * half }, (_, at) => f(angle(at))),
      [positions, half],
    );
  return { cosines: table(Math.cos), sines: table(Math.sin) };
}
