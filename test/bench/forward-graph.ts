/**
 * A whole model as one ONNX graph with its weights as inputs: tokens embedded outside, all blocks, logits of every
 * position. What a straightforward implementation runs once for each ablated node, and once clean.
 */
import {
  attended,
  linear,
  multilayerPerceptron,
  normed,
  projections,
  weightPorts,
} from '../../server/ablation/block-pieces.ts';
import { OnnxGraph } from '../../server/ablation/onnx.ts';
import type { Architecture } from '../../server/model/architecture.ts';

/** Inputs: stream [P,T,D], `L{layer}.{weight}` for each block weight, norm_weight, norm_bias, unembedding. */
export function forwardGraph(architecture: Architecture, positions: number): Uint8Array {
  const { width: D, vocabulary: V } = architecture;
  const graph = new OnnxGraph();
  let stream = graph.input('stream', ['P', positions, D]);
  for (let layer = 0; layer < architecture.layers; layer += 1) {
    const weights = weightPorts(graph, architecture, `L${layer}.`);
    const context = { graph, architecture, positions, weights };
    const z = graph.reshape(attended(context, projections(context, stream)), [-1, D]);
    const mlp = multilayerPerceptron(context, stream);
    const written = [linear(context, z, 'output'), mlp].map((value) =>
      graph.reshape(value, [-1, positions, D]),
    );
    stream = graph.op('Sum', [stream, ...written]);
  }
  const [weight, bias] = ['norm_weight', 'norm_bias'].map((name) => graph.input(name, [D]));
  const read = graph.reshape(normed(graph, architecture, stream, weight, bias), [-1, D]);
  const unembedding = graph.input('unembedding', [V, D]);
  graph.output('logits', graph.op('Gemm', [read, unembedding], { transB: 1 }), ['B', V]);
  return graph.toBytes();
}
