/**
 * From residual streams to what the model predicts, as an ONNX graph with its weights as inputs.
 *
 *   stream   [R,B,D]  after the last block, row 0 the clean run, B positions
 *   targets  [B,1]    the token that follows each position
 *   losses   [R,B]    −log p(target), nats
 *   hits     [R,B]    1 where the target is the first choice, else 0
 * and where effects of ablations are asked for, which takes several passes over the logits more:
 *   kl       [R,B]    KL(clean ‖ row), nats
 *   shift    [R,B]    1 − cosine of the logits and those of the clean run, as they are: not centred over V
 *
 * V vocabulary. Logits [R,B,V] live only inside the graph. Definitions: component-graph definition, "Edges and
 * weights" (effects on the output) and "Probes" (task measures).
 */
import type { Architecture } from '../model/architecture.ts';
import { normed } from './block-pieces.ts';
import { OnnxGraph, type Value } from './onnx.ts';

export function readoutGraph(architecture: Architecture, purpose: 'task' | 'effects'): Uint8Array {
  const { width: D, vocabulary: V, norm } = architecture;
  const graph = new OnnxGraph();
  const stream = graph.input('stream', ['R', 'B', D]);
  const targets = graph.input('targets', ['B', 1], 'int64');
  const normWeight = graph.input('norm_weight', [D]);
  const normBias = norm.kind === 'layer' ? graph.input('norm_bias', [D]) : '';
  const unembedding = graph.input('unembedding', [V, D]);

  const last = graph.int64([-1]);
  const sum = (value: Value) => graph.op('ReduceSum', [value, last], { keepdims: 0 });
  const dot = (a: Value, b: Value) => sum(graph.op('Mul', [a, b]));
  const first = (value: Value) => graph.slice(value, 0, graph.int64([0]), graph.int64([1]));
  const output = (name: string, value: Value) => graph.output(name, value, ['R', 'B']);

  const rows = graph.reshape(normed(graph, architecture, stream, normWeight, normBias), [-1, D]);
  const shape = graph.op('Concat', [graph.op('Shape', [stream], { start: 0, end: 2 }), graph.int64([V])], {
    axis: 0,
  });
  const logits = graph.op('Reshape', [graph.op('Gemm', [rows, unembedding], { transB: 1 }), shape]);

  // Three times as fast as ReduceLogSumExp and a gather from the logits.
  const logs = graph.op('LogSoftmax', [logits], { axis: -1 });
  const each = graph.op('Expand', [
    targets,
    graph.op('Concat', [graph.op('Shape', [stream], { start: 0, end: 2 }), graph.int64([1])], { axis: 0 }),
  ]);
  const chosen = graph.op('Squeeze', [graph.op('GatherElements', [logs, each], { axis: 2 }), last]);
  output('losses', graph.op('Neg', [chosen]));
  const best = graph.op('ReduceMax', [logs, last], { keepdims: 0 });
  output('hits', graph.op('Cast', [graph.op('GreaterOrEqual', [chosen, best])], { to: 1 }));

  if (purpose === 'task') return graph.toBytes();

  const cleanLogs = first(logs);
  output('kl', dot(graph.op('Exp', [cleanLogs]), graph.op('Sub', [cleanLogs, logs])));

  const squares = dot(logits, logits);
  const norms = graph.op('Sqrt', [graph.op('Mul', [squares, first(squares)])]);
  const cosine = graph.op('Div', [dot(logits, first(logits)), norms]);
  const defined = graph.op('Greater', [norms, graph.scalar(0)]);
  const shift = graph.op('Sub', [graph.scalar(1), cosine]);
  output('shift', graph.op('Where', [defined, shift, graph.scalar(0)]));
  return graph.toBytes();
}
