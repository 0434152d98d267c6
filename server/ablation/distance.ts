/**
 * How far outputs are from their clean selves, as ONNX operators.
 *
 *   cosine       1 − ⟨c,a⟩ / (‖c‖·‖a‖)      c clean, a ablated, along the last dimension of the output
 *   relative_l2  ‖a − c‖ / ‖c‖
 *
 * Outputs may be given by coordinates: out = v·W and gram = W·Wᵀ, so that ⟨out,out'⟩ = v·gram·v'ᵀ. Where a norm that
 * is divided by is zero the distance is undefined: it counts as 0 and is counted.
 */
import type { Measure } from './choices.ts';
import type { OnnxGraph, Value } from './onnx.ts';

export type Distances = {
  /** Mean over positions: the leading dimensions of `rows` but the last of those, T. */
  readonly means: Value;
  /** How many were undefined, in rows and positions together: a float. */
  readonly undefinedCount: Value;
};

/**
 * @param clean [1,…,T,width] @param rows [R,…,T,width]
 * @param gram [heads,width,width] for coordinates [R,P,heads,T,width], null where rows are the outputs themselves
 * @param cleanRows how many of the first rows are the clean run itself and count for nothing
 * @param valid 1 at positions that belong to a prompt, 0 where it is padded, shaped to multiply [R,…,T]; null where
 *   all belong
 */
export function distances(
  graph: OnnxGraph,
  measure: Measure,
  clean: Value,
  rows: Value,
  gram: Value | null,
  cleanRows: 0 | 1,
  valid: Value | null = null,
): Distances {
  const image = (value: Value) => (gram ? graph.op('MatMul', [value, gram]) : value);
  const dot = (a: Value, b: Value) =>
    graph.op('ReduceSum', [graph.op('Mul', [a, b]), graph.int64([-1])], { keepdims: 0 });
  const zero = graph.scalar(0);
  const cleanImages = image(clean);
  const cleanSquares = dot(clean, cleanImages);

  let values: Value;
  let defined: Value;
  if (measure === 'cosine') {
    const rowSquares = gram ? dot(rows, image(rows)) : dot(rows, rows);
    // Norms apart: the product of their squares leaves float32 below 1e-11. For a = c both ratios are exactly 1.
    const [rowNorms, cleanNorms] = [rowSquares, cleanSquares].map((squares) => graph.op('Sqrt', [squares]));
    const cosines = graph.op('Mul', [
      graph.op('Div', [dot(rows, cleanImages), cleanSquares]),
      graph.op('Div', [cleanNorms, rowNorms]),
    ]);
    values = graph.op('Sub', [graph.scalar(1), cosines]);
    defined = graph.op('Greater', [graph.op('Mul', [rowNorms, cleanNorms]), zero]);
  } else {
    const change = graph.op('Sub', [rows, clean]);
    // Rounding may leave a tiny negative square where nothing changed.
    const squares = graph.op('Max', [dot(change, image(change)), zero]);
    values = graph.op('Sqrt', [graph.op('Div', [squares, cleanSquares])]);
    defined = graph.op('Expand', [graph.op('Greater', [cleanSquares, zero]), graph.op('Shape', [values])]);
  }
  const weigh = (value: Value) => (valid ? graph.op('Mul', [value, valid]) : value);
  const kept = weigh(graph.op('Where', [defined, values, zero]));
  const missing = weigh(graph.op('Cast', [graph.op('Not', [defined])], { to: 1 }));
  const ablated = graph.slice(missing, 0, graph.int64([cleanRows]), graph.int64([Number.MAX_SAFE_INTEGER]));
  const last = graph.int64([-1]);
  const over = (op: string, value: Value) => graph.op(op, [value, last], { keepdims: 0 });
  return {
    means: valid
      ? graph.op('Div', [over('ReduceSum', kept), over('ReduceSum', valid)])
      : over('ReduceMean', kept),
    undefinedCount: graph.op('ReduceSum', [ablated], { keepdims: 0 }),
  };
}
