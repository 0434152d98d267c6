/**
 * The parts that models are put together from, each a function of one vector: linear maps of stored tensors, norms,
 * nonlinearities, rotations. Formulas are those of torch and of Hugging Face transformers.
 */
import { dot, type Vector } from './plain-model.ts';

/** Tensors by the names under which they are stored, row-major. */
export type PlainTensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly values: ArrayLike<number> }
>;

export type Part = (vector: Vector) => Vector;

export const itself: Part = (vector) => vector;

export function valuesOf(tensors: PlainTensors, name: string): Vector {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the oracle expected a tensor ${name}`);
  return Float64Array.from(tensor.values);
}

/** x·Wᵀ + b with W stored [outputs, inputs]; `bias` is the name of b, or null. */
export function linear(tensors: PlainTensors, weight: string, bias: string | null): Part {
  const W = valuesOf(tensors, weight);
  return affine(W, bias === null ? null : valuesOf(tensors, bias));
}

/** x·W + b with W stored [inputs, outputs]. */
export function convolution(tensors: PlainTensors, weight: string, bias: string): Part {
  const stored = valuesOf(tensors, weight);
  const b = valuesOf(tensors, bias);
  const [outputs, inputs] = [b.length, stored.length / b.length];
  return affine(
    stored.map((_, at) => stored[(at % inputs) * outputs + Math.floor(at / inputs)]),
    b,
  );
}

/** @param W [outputs, inputs] */
function affine(W: Vector, b: Vector | null): Part {
  return (x) => {
    const inputs = x.length;
    const outputs = new Float64Array(W.length / inputs);
    for (let row = 0; row < outputs.length; row += 1) {
      let total = b ? b[row] : 0;
      for (let i = 0; i < inputs; i += 1) total += W[row * inputs + i] * x[i];
      outputs[row] = total;
    }
    return outputs;
  };
}

export function layerNorm(tensors: PlainTensors, stem: string, epsilon: number): Part {
  const weight = valuesOf(tensors, `${stem}.weight`);
  const bias = valuesOf(tensors, `${stem}.bias`);
  return (x) => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * weight[i] + bias[i]);
  };
}

export function rmsNorm(tensors: PlainTensors, name: string, epsilon: number): Part {
  const weight = valuesOf(tensors, name);
  return (x) => {
    const root = Math.sqrt(dot(x, x) / x.length + epsilon);
    return x.map((value, i) => (value / root) * weight[i]);
  };
}

export function chain(...parts: readonly Part[]): Part {
  return (x) => parts.reduce((value, part) => part(value), x);
}

/** Consecutive pieces of `width` elements. */
export function pieces(vector: Vector, width: number): Vector[] {
  return Array.from({ length: vector.length / width }, (_, at) => vector.slice(at * width, (at + 1) * width));
}

/**
 * Turns the first 2n dimensions of a head, dimension i together with i + n, by position · frequency_i.
 * @param frequencies [n]
 */
export function rotated(head: Vector, position: number, frequencies: readonly number[]): Vector {
  const n = frequencies.length;
  const turned = Float64Array.from(head);
  frequencies.forEach((frequency, i) => {
    const angle = position * frequency;
    turned[i] = head[i] * Math.cos(angle) - head[i + n] * Math.sin(angle);
    turned[i + n] = head[i + n] * Math.cos(angle) + head[i] * Math.sin(angle);
  });
  return turned;
}

const gelu = (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));
const geluTanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const silu = (x: number) => x / (1 + Math.exp(-x));

const ACTIVATIONS: Readonly<Record<string, (x: number) => number>> = {
  gelu,
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  silu,
  swish: silu,
  relu: (x) => Math.max(0, x),
};

export function activation(name: unknown): Part {
  const f = ACTIVATIONS[String(name)];
  return (vector) => vector.map((x) => f(x));
}

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, all terms of one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = 0;
  for (let n = 1; Math.abs(term) > 1e-18; n += 1) {
    total += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}
