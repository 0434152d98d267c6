/**
 * The pieces that transformer blocks are put together from, as ONNX operators on values of a graph under
 * construction. Weights are inputs of the graph, so one graph serves every layer of every checkpoint.
 *
 * Letters: B sequences (rows × prompts), T positions, D residual width, H heads, K key/value heads, d head width,
 * F MLP width.
 */
import type { Architecture, BlockWeightName } from '../model/architecture.ts';
import type { OnnxGraph, Value } from './onnx.ts';

/** The block's weights as values of the graph. */
export type WeightPorts = {
  /** @throws Error where the architecture has no weight of that name: our mistake */
  need(name: BlockWeightName): Value;
  /** '' where the architecture has none, which leaves an optional input out. */
  maybe(name: BlockWeightName): Value;
};

/** Inputs for a block's weights. @param prefix keeps several blocks of one graph apart */
export function weightPorts(graph: OnnxGraph, architecture: Architecture, prefix = ''): WeightPorts {
  const ports = new Map(
    Object.entries(architecture.blockShapes).map(([name, shape]) => [
      name,
      graph.input(`${prefix}${name}`, shape),
    ]),
  );
  return {
    need(name) {
      const port = ports.get(name);
      if (port === undefined) throw new Error(`invariant: a ${architecture.family} block has ${name}`);
      return port;
    },
    maybe: (name) => ports.get(name) ?? '',
  };
}

export type BlockContext = {
  readonly graph: OnnxGraph;
  readonly architecture: Architecture;
  /** T; fixed in the graph, since the rotary angles are constants of it */
  readonly positions: number;
  readonly weights: WeightPorts;
};

/** Queries and keys as attention compares them, values as it adds them: [B, T, heads · d] each. */
export type Projections = { readonly queries: Value; readonly keys: Value; readonly values: Value };

/** @param stream [B·T, D] or with leading dimensions, before the attention norm */
export function projections(context: BlockContext, stream: Value): Projections {
  const { graph, architecture, positions, weights } = context;
  const { heads: H, keyValueHeads: K, headWidth: d } = architecture;
  const read = normBefore(context, stream, 'attention_norm');
  const project = (part: 'query' | 'key' | 'value', heads: number) =>
    graph.reshape(linear(context, read, part), [-1, positions, heads * d]);
  const positioned = (value: Value, part: 'query' | 'key', heads: number) =>
    rotated(context, queryKeyNorm(context, value, weights.maybe(`${part}_norm_weight`), heads), heads);
  return {
    queries: positioned(project('query', H), 'query', H),
    keys: positioned(project('key', K), 'key', K),
    values: project('value', K),
  };
}

/** z, the heads' weighted values before the output projection: [B, T, H·d]. */
export function attended(context: BlockContext, { queries, keys, values }: Projections): Value {
  const { graph, architecture } = context;
  return graph.op('Attention', [queries, keys, values], attentionAttributes(architecture));
}

/** What attends to what: probabilities [B, H, T, T], row = query position. */
export function attentionPattern(context: BlockContext, { queries, keys, values }: Projections): Value {
  const { graph, architecture } = context;
  const AFTER_SOFTMAX = 3;
  return graph.opOutput(
    'Attention',
    [queries, keys, values],
    { ...attentionAttributes(architecture), qk_matmul_output_mode: AFTER_SOFTMAX },
    3,
  );
}

function attentionAttributes({ heads, keyValueHeads, attention }: Architecture) {
  return {
    is_causal: 1,
    q_num_heads: heads,
    kv_num_heads: keyValueHeads,
    scale: { float: attention.scale },
  };
}

/** The MLP's output with its bias: [B·T, D]. @param stream before the MLP's norm */
export function multilayerPerceptron(context: BlockContext, stream: Value): Value {
  return linear(context, mlpHidden(context, stream), 'down');
}

/** What the MLP's last matrix reads: [B·T, F]. @param stream before the MLP's norm */
export function mlpHidden(context: BlockContext, stream: Value): Value {
  const { graph, architecture } = context;
  const { gated, activation } = architecture.mlp;
  const read = normBefore(context, stream, 'mlp_norm');
  const up = linear(context, read, 'up');
  return gated
    ? graph.op('Mul', [activated(graph, linear(context, read, 'gate'), activation), up])
    : activated(graph, up, activation);
}

/** What attention or MLP wrote, normed where the model norms after it. */
export function normAfter(
  context: BlockContext,
  written: Value,
  which: 'attention_norm' | 'mlp_norm',
): Value {
  return context.architecture.norm.placement === 'after' ? norm(context, written, which) : written;
}

/** What attention or MLP reads, as a matrix [B·T, D]. */
export function normBefore(
  context: BlockContext,
  stream: Value,
  which: 'attention_norm' | 'mlp_norm',
): Value {
  const read = context.architecture.norm.placement === 'before' ? norm(context, stream, which) : stream;
  return context.graph.reshape(read, [-1, context.architecture.width]);
}

function norm(context: BlockContext, value: Value, which: 'attention_norm' | 'mlp_norm'): Value {
  const { graph, architecture, weights } = context;
  return normed(graph, architecture, value, weights.need(`${which}_weight`), weights.maybe(`${which}_bias`));
}

/** LayerNorm or RMS norm over the last dimension. @param bias '' for none */
export function normed(
  graph: OnnxGraph,
  architecture: Architecture,
  value: Value,
  weight: Value,
  bias: Value,
): Value {
  const { kind, epsilon } = architecture.norm;
  const attributes = { axis: -1, epsilon: { float: epsilon } };
  return kind === 'layer'
    ? graph.op('LayerNormalization', [value, weight, ...(bias ? [bias] : [])], attributes)
    : graph.op('RMSNormalization', [value, weight], attributes);
}

/** x·W + b, W and b the weights of that name. @param bias in place of b; '' for none */
export function linear(
  { graph, architecture, weights }: BlockContext,
  x: Value,
  name: 'query' | 'key' | 'value' | 'output' | 'gate' | 'up' | 'down',
  bias = weights.maybe(`${name}_bias`),
): Value {
  return graph.op('Gemm', [x, weights.need(`${name}_weight`), ...(bias ? [bias] : [])], {
    transB: architecture.matrices === 'outputs-first' ? 1 : 0,
  });
}

/** The output projection as one map a head: [H, d, D]. */
export function headMaps({ graph, architecture, weights }: BlockContext): Value {
  const { width: D, heads: H, headWidth: d } = architecture;
  const weight = weights.need('output_weight');
  return architecture.matrices === 'outputs-first'
    ? graph.op('Transpose', [graph.reshape(weight, [D, H, d])], { perm: [1, 2, 0] })
    : graph.reshape(weight, [H, d, D]);
}

function activated(graph: OnnxGraph, value: Value, activation: Architecture['mlp']['activation']): Value {
  switch (activation) {
    case 'gelu':
      return graph.op('Gelu', [value], { approximate: 'none' });
    case 'gelu-tanh':
      return graph.op('Gelu', [value], { approximate: 'tanh' });
    case 'silu':
      // x·σ(αx) with α = 1
      return graph.runtimeOp('QuickGelu', [value], { alpha: { float: 1 } });
    case 'relu':
      return graph.op('Relu', [value]);
  }
}

function queryKeyNorm(
  { graph, architecture }: BlockContext,
  value: Value,
  weight: Value,
  heads: number,
): Value {
  const { queryKeyNorm: kind } = architecture.attention;
  if (kind === 'none') return value;
  if (kind === 'all') return normed(graph, architecture, value, weight, '');
  const byHead = graph.reshape(value, [0, 0, heads, architecture.headWidth]);
  return graph.reshape(normed(graph, architecture, byHead, weight, ''), [
    0,
    0,
    heads * architecture.headWidth,
  ]);
}

/** [B,T,heads·d] turned by the angles of its positions. */
export function rotated(
  { graph, architecture, positions }: BlockContext,
  value: Value,
  heads: number,
): Value {
  const frequencies = architecture.rotaryFrequencies;
  if (!frequencies) return value;
  const half = frequencies.length;
  const table = (f: (angle: number) => number) =>
    graph.floats(
      Float32Array.from({ length: positions * half }, (_, at) =>
        f(Math.floor(at / half) * frequencies[at % half]),
      ),
      [positions, half],
    );
  return graph.runtimeOp('RotaryEmbedding', [value, graph.int64([0]), table(Math.cos), table(Math.sin)], {
    num_heads: heads,
    rotary_embedding_dim: 2 * half,
  });
}
