/**
 * From residual streams to how well the model predicts, as an ONNX graph with its weights as inputs.
 *
 *   stream  [B,D]  after the last block, one row a position
 *   targets [B,1]  the token that follows each position
 *   losses  [B]    −log p(target), nats
 *   hits    [B]    1 where the target is the model's first choice, else 0
 *
 * V vocabulary. Logits [B,V] live only inside the graph.
 */
import type { Architecture } from '../model/architecture.ts';
import { OnnxGraph } from './onnx.ts';

export function readoutGraph(architecture: Architecture): Uint8Array {
  const { width: D, vocabulary: V } = architecture;
  const graph = new OnnxGraph();
  const stream = graph.input('stream', ['B', D]);
  const targets = graph.input('targets', ['B', 1], 'int64');
  const normWeight = graph.input('norm_weight', [D]);
  const normBias = graph.input('norm_bias', [D]);
  const unembedding = graph.input('unembedding', [V, D]);

  const normed = graph.op('LayerNormalization', [stream, normWeight, normBias], {
    axis: -1,
    epsilon: { float: architecture.normEpsilon },
  });
  const logits = graph.op('Gemm', [normed, unembedding], { transB: 1 });
  const total = graph.op('ReduceLogSumExp', [logits, graph.int64([1])], { keepdims: 1 });
  const chosen = graph.op('GatherElements', [logits, targets], { axis: 1 });
  const drop = (value: string) => graph.op('Squeeze', [value, graph.int64([1])]);
  graph.output('losses', drop(graph.op('Sub', [total, chosen])), ['B']);

  const best = graph.op('ReduceMax', [logits, graph.int64([1])], { keepdims: 1 });
  const hit = graph.op('GreaterOrEqual', [chosen, best]);
  graph.output('hits', drop(graph.op('Cast', [hit], { to: 1 })), ['B']);
  return graph.toBytes();
}
