/**
 * A small language model of one of the families: its first weights, its loss and the loss's gradient.
 *
 *   loss = mean over predicted tokens of -log softmax(logits)[next token], in nats
 *
 * Reverse-mode differentiation by jax-js, compiled to WebAssembly. What a family computes is its own file's.
 * Letters: B batch, T positions, V vocabulary.
 */

import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import {
  type Architecture,
  INITIALIZER_RANGE,
  type Parameters,
  type Tensor,
  type Weights,
} from './architecture.ts';
import { POSITIONS, VOCABULARY } from './data.ts';
import { familyOf } from './families.ts';
import type { Random } from './random.ts';

/** Shapes of all weights, sorted by name as `save_pretrained` writes them. */
export function weightShapes(architecture: Architecture): ReadonlyMap<string, readonly number[]> {
  const shapes = familyOf(architecture).shapes(architecture);
  return new Map([...shapes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Matrices normal, biases 0, gains of norms 1. */
export function initialWeights(architecture: Architecture, random: Random): Weights {
  const weights = new Map<string, Tensor>();
  for (const [name, shape] of weightShapes(architecture)) {
    const data = new Float32Array(shape.reduce((size, length) => size * length, 1));
    if (shape.length > 1) for (let i = 0; i < data.length; i++) data[i] = INITIALIZER_RANGE * random.normal();
    else if (name.endsWith('.weight')) data.fill(1);
    weights.set(name, { shape, data });
  }
  return weights;
}

export type Step = { readonly loss: number; readonly gradient: ReadonlyMap<string, Float32Array> };

export type Model = {
  /** Mean next-token loss in nats over a batch of tokens [B, T], and its gradient by every weight. */
  readonly step: (weights: Weights, tokens: Int32Array) => Step;
  /** Loss in nats of every token that has one before it: [B, T-1], row by row. */
  readonly losses: (weights: Weights, tokens: Int32Array) => Float32Array;
};

/** Compiled on the first call for each batch size; later calls only run. */
export function createModel(architecture: Architecture): Model {
  const family = familyOf(architecture);
  /** [B*T] */
  const tokenLosses = (parameters: Parameters, inputs: np.Array, targets: np.Array): np.Array =>
    nn
      .logSoftmax(family.logits(architecture, parameters, inputs), -1)
      .mul(targets)
      .sum(-1)
      .mul(-1);
  const meanLoss = (parameters: Parameters, inputs: np.Array, targets: np.Array): np.Array => {
    const sequences = inputs.shape[0] / POSITIONS;
    return tokenLosses(parameters, inputs, targets)
      .sum()
      .mul(1 / (sequences * (POSITIONS - 1)));
  };
  const compiledStep = jit(valueAndGrad(meanLoss));
  const compiledLosses = jit(tokenLosses);

  const step = (weights: Weights, tokens: Int32Array): Step => {
    const [inputs, targets] = oneHotPair(tokens);
    const [loss, gradient] = compiledStep(parametersOf(weights), inputs, targets);
    return {
      loss: loss.dataSync()[0],
      gradient: new Map(Object.entries(gradient).map(([name, array]) => [name, floats(array)])),
    };
  };
  const losses = (weights: Weights, tokens: Int32Array): Float32Array => {
    const [inputs, targets] = oneHotPair(tokens);
    const all = floats(compiledLosses(parametersOf(weights), inputs, targets));
    return all.filter((_, index) => index % POSITIONS !== POSITIONS - 1);
  };
  return { step, losses };
}

function parametersOf(weights: Weights): Parameters {
  const parameters: Parameters = {};
  for (const [name, { shape, data }] of weights) parameters[name] = np.array(data, { shape: [...shape] });
  return parameters;
}

function floats(array: np.Array): Float32Array {
  const data = array.dataSync();
  if (!(data instanceof Float32Array)) throw new Error('the compiled program returned another number format');
  return data;
}

/**
 * Inputs and targets as rows of V zeros and a one, [B*T, V]: with V = 64 a matrix product is cheaper than a
 * gather and its scatter backwards. The last position of a sequence has no target, its row stays zero and
 * its loss is zero; so all B*T rows are computed and the kernels keep their round sizes.
 */
function oneHotPair(tokens: Int32Array): [np.Array, np.Array] {
  const inputs = new Float32Array(tokens.length * VOCABULARY);
  const targets = new Float32Array(tokens.length * VOCABULARY);
  for (let i = 0; i < tokens.length; i++) {
    inputs[i * VOCABULARY + tokens[i]] = 1;
    if (i % POSITIONS !== POSITIONS - 1) targets[i * VOCABULARY + tokens[i + 1]] = 1;
  }
  const shape = [tokens.length, VOCABULARY];
  return [np.array(inputs, { shape }), np.array(targets, { shape })];
}
