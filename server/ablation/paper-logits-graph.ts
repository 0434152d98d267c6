/**
 * How far the logits of each row are from those of the clean run, as an ONNX graph with its weights as inputs.
 *
 *   stream    [R,P,T,D]  after the last block, row 0 the clean run
 *   valid     [P,T]      1 where a position belongs to its prompt, 0 where the prompt is padded
 *   weights   [R,P,1]    1 − cosine of the logits along V, each less its mean over V; mean over T
 *   undefined []         how many cosines are undefined since a row's logits are all alike
 *
 * V vocabulary, D residual width. With C the unembedding less its mean row, centred logits are x·Cᵀ, so their dot
 * products are x·G·x'ᵀ with G = Cᵀ·C [D,D] and no logits are built: V·D² once and D² per position in place of V·D.
 * In double precision: where x lies along directions that C hardly has, float32 loses 10⁻³ of the cosine.
 */
import type { Architecture } from '../model/architecture.ts';
import { first } from './block-graph.ts';
import { normed } from './block-pieces.ts';
import { OnnxGraph, type Value } from './onnx.ts';

/** Rows of the unembedding that are held in double precision at once: 64 MiB at D = 1024. */
const TOKENS_PER_PART = 8_192;
const DOUBLE = 11;
const FLOAT = 1;

export function paperLogitsGraph(architecture: Architecture, positions: number): Uint8Array {
  const { width: D, norm } = architecture;
  const graph = new OnnxGraph();
  const stream = graph.input('stream', ['R', 'P', positions, D]);
  const valid = graph.input('valid', ['P', positions]);
  const normWeight = graph.input('norm_weight', [D]);
  const normBias = norm.kind === 'layer' ? graph.input('norm_bias', [D]) : '';
  const gram = centredGram(graph, architecture);

  const cast = (value: Value, to: number) => graph.op('Cast', [value], { to });
  const last = graph.int64([-1]);
  const dot = (a: Value, b: Value) => graph.op('ReduceSum', [graph.op('Mul', [a, b]), last], { keepdims: 0 });
  const rows = cast(normed(graph, architecture, stream, normWeight, normBias), DOUBLE);
  const images = graph.op('MatMul', [rows, gram]);
  const rowSquares = dot(rows, images);
  const squares = graph.op('Mul', [rowSquares, first(graph, rowSquares)]);
  const cosines = graph.op('Div', [dot(first(graph, rows), images), graph.op('Sqrt', [squares])]);
  const changes = cast(graph.op('Sub', [cast(graph.scalar(1), DOUBLE), cosines]), FLOAT);
  const defined = graph.op('Greater', [squares, cast(graph.scalar(0), DOUBLE)]);

  const sum = (value: Value) =>
    graph.op('ReduceSum', [graph.op('Mul', [value, valid]), last], { keepdims: 1 });
  const count = graph.op('ReduceSum', [valid, last], { keepdims: 1 });
  graph.output(
    'weights',
    graph.op('Div', [sum(graph.op('Where', [defined, changes, graph.scalar(0)])), count]),
    ['R', 'P', 1],
  );
  const missing = sum(cast(graph.op('Not', [defined]), FLOAT));
  const ablated = graph.slice(missing, 0, graph.int64([1]), graph.int64([Number.MAX_SAFE_INTEGER]));
  graph.output('undefined', graph.op('ReduceSum', [ablated], { keepdims: 0 }), []);
  return graph.toBytes();
}

/** Bytes of intermediate tensors that one row of one prompt needs at their largest, for splitting the batch. */
export function paperLogitsBytesPerRow({ width: D }: Architecture, positions: number): number {
  return (3 * 8 + 2 * 4) * positions * D;
}

/** G = Cᵀ·C = Wᵀ·W − V·m·mᵀ with m the mean row of the unembedding W: [D,D], double. */
function centredGram(graph: OnnxGraph, { vocabulary: V, width: D }: Architecture): Value {
  const unembedding = graph.input('unembedding', [V, D]);
  const squares: Value[] = [];
  const sums: Value[] = [];
  for (let begin = 0; begin < V; begin += TOKENS_PER_PART) {
    const end = Math.min(V, begin + TOKENS_PER_PART);
    const part = graph.op('Cast', [graph.slice(unembedding, 0, graph.int64([begin]), graph.int64([end]))], {
      to: DOUBLE,
    });
    squares.push(graph.op('Gemm', [part, part], { transA: 1 }));
    sums.push(graph.op('ReduceSum', [part, graph.int64([0])], { keepdims: 1 }));
  }
  const sum = graph.op('Sum', sums);
  const common = graph.op('Gemm', [sum, sum], { transA: 1 });
  const count = graph.op('Cast', [graph.scalar(V)], { to: DOUBLE });
  return graph.op('Sub', [graph.op('Sum', squares), graph.op('Div', [common, count])]);
}
