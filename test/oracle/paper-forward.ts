/**
 * A GPT-NeoX forward pass in plain loops and double precision that can zero any one of the paper's nodes, literally
 * that activation, and records all of them. The slow oracle of the paper sweep: one whole pass per ablated node.
 */
import type { Architecture } from '../../server/model/architecture.ts';
import type { BlockWeights, ModelWeights, ReadoutWeights } from '../../server/model/weights.ts';

type Vector = number[];
/** One vector a position. */
type Sequence = readonly Vector[];
/** Node id → [T,width]; a whole tensor of attention has its heads side by side. */
export type Activations = Readonly<Record<string, Sequence>>;

export type LoadedModel = {
  readonly architecture: Architecture;
  readonly tokens: Float32Array;
  readonly blocks: readonly BlockWeights[];
  readonly readout: ReadoutWeights;
};

export async function loadedModel(architecture: Architecture, weights: ModelWeights): Promise<LoadedModel> {
  const blocks: BlockWeights[] = [];
  for (let layer = 0; layer < architecture.layers; layer += 1) blocks.push(await weights.block(layer));
  const { tokens } = await weights.embedding();
  return { architecture, tokens, blocks, readout: await weights.readout() };
}

/** @param ids of one prompt @param ablated the node that is zeroed, null for none */
export function forward(model: LoadedModel, ids: readonly number[], ablated: string | null): Activations {
  const { heads: H, headWidth: d, width: D, residual } = model.architecture;
  const seen: Record<string, Sequence> = {};
  const record = (id: string, values: Sequence): Sequence => {
    seen[id] = values.map((vector) => (ablated === id ? vector.map(() => 0) : vector));
    return seen[id];
  };
  /** Records a tensor of attention, whole and by head. */
  const recordHeads = (id: string, values: Sequence): Sequence => {
    const whole = record(id, values);
    const heads = Array.from({ length: H }, (_, h) =>
      record(
        `${id}.${h}`,
        whole.map((vector) => vector.slice(h * d, (h + 1) * d)),
      ),
    );
    const joined = whole.map((_, t) => heads.flatMap((head) => head[t]));
    seen[id] = joined;
    return joined;
  };

  let stream = record(
    'emb',
    ids.map((id) => [...model.tokens.subarray(id * D, (id + 1) * D)]),
  );
  model.blocks.forEach((block, layer) => {
    const get = (name: keyof BlockWeights): Float32Array => {
      const values = block[name];
      if (!values) throw new Error(`no weights ${name}`);
      return values;
    };
    const linear = (x: Vector, name: 'query' | 'key' | 'value' | 'output' | 'up' | 'down', bias = true) =>
      matrixProduct(get(`${name}_weight`), x, (bias && block[`${name}_bias`]) || null);
    const normed = (x: Vector, name: 'attention' | 'mlp') =>
      layerNorm(x, get(`${name}_norm_weight`), get(`${name}_norm_bias`), model.architecture.norm.epsilon);

    const read = stream.map((x) => normed(x, 'attention'));
    const q = recordHeads(
      `attn.q.${layer}`,
      read.map((x) => linear(x, 'query')),
    );
    const k = recordHeads(
      `attn.k.${layer}`,
      read.map((x) => linear(x, 'key')),
    );
    const v = recordHeads(
      `attn.v.${layer}`,
      read.map((x) => linear(x, 'value', false)),
    );
    const rotQ = recordHeads(
      `attn.rot_q.${layer}`,
      q.map((x, t) => rotated(x, t, model.architecture)),
    );
    const rotK = recordHeads(
      `attn.rot_k.${layer}`,
      k.map((x, t) => rotated(x, t, model.architecture)),
    );
    const z = recordHeads(`attn.z.${layer}`, attended(rotQ, rotK, v, model.architecture));
    // The value bias passes through attention, whose weights sum to 1.
    const valueBias = block.value_bias;
    const attention = z.map((x) =>
      linear(
        x.map((value, i) => value + (valueBias ? valueBias[i] : 0)),
        'output',
      ),
    );
    const middle = stream.map((x, t) => added(x, attention[t]));
    const hidden = record(
      `mlp_${layer}`,
      (residual === 'sequential' ? middle : stream).map((x) => linear(normed(x, 'mlp'), 'up').map(gelu)),
    );
    stream = middle.map((x, t) => added(x, linear(hidden[t], 'down')));
  });
  const { normWeight, normBias, unembedding } = model.readout;
  seen.logits = stream.map((x) => {
    const last = layerNorm(x, normWeight, normBias, model.architecture.norm.epsilon);
    return centred(matrixProduct(unembedding, last, null));
  });
  return seen;
}

/** 1 − cosine of `a` and `b` [T,width], each head by itself, mean over heads and positions. */
export function cosineChange(a: Sequence, b: Sequence, heads: number): number {
  let sum = 0;
  a.forEach((x, t) => {
    const d = x.length / heads;
    for (let h = 0; h < heads; h += 1) {
      const [p, q] = [x, b[t]].map((vector) => vector.slice(h * d, (h + 1) * d));
      sum += 1 - dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
    }
  });
  return sum / (a.length * heads);
}

function attended(q: Sequence, k: Sequence, v: Sequence, architecture: Architecture): Sequence {
  const { heads: H, headWidth: d, attention } = architecture;
  return q.map((query, t) =>
    Array.from({ length: H }, (_, h) => {
      const part = (x: Vector) => x.slice(h * d, (h + 1) * d);
      const powers = k.slice(0, t + 1).map((key) => Math.exp(attention.scale * dot(part(query), part(key))));
      const total = powers.reduce((sum, power) => sum + power, 0);
      return part(query).map((_value, i) =>
        powers.reduce((sum, power, s) => sum + (power / total) * v[s][h * d + i], 0),
      );
    }).flat(),
  );
}

/** Dimensions i and i + n/2 of the first n of each head, turned by position · frequency i. */
function rotated(x: Vector, position: number, architecture: Architecture): Vector {
  const { heads: H, headWidth: d, rotaryFrequencies } = architecture;
  const turned = [...x];
  const half = rotaryFrequencies?.length ?? 0;
  for (let h = 0; h < H; h += 1)
    rotaryFrequencies?.forEach((frequency, i) => {
      const [a, b] = [h * d + i, h * d + half + i];
      const [cos, sin] = [Math.cos(position * frequency), Math.sin(position * frequency)];
      turned[a] = x[a] * cos - x[b] * sin;
      turned[b] = x[b] * cos + x[a] * sin;
    });
  return turned;
}

/** W·x + b, W [outputs, inputs]. */
function matrixProduct(weight: Float32Array, x: Vector, bias: Float32Array | null): Vector {
  return Array.from({ length: weight.length / x.length }, (_, row) => {
    let sum = bias ? bias[row] : 0;
    for (let i = 0; i < x.length; i += 1) sum += weight[row * x.length + i] * x[i];
    return sum;
  });
}

function layerNorm(x: Vector, weight: Float32Array, bias: Float32Array | null, epsilon: number): Vector {
  const shifted = centred(x);
  const scale = 1 / Math.sqrt(dot(shifted, shifted) / x.length + epsilon);
  return shifted.map((value, i) => value * scale * weight[i] + (bias ? bias[i] : 0));
}

function centred(x: Vector): Vector {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return x.map((value) => value - mean);
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function added(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value + b[i]);
}

/** x·Φ(x); Φ after Abramowitz and Stegun 7.1.26, within 10⁻⁷. */
function gelu(x: number): number {
  const a = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * a);
  const series = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const tail = series.reduce((sum, coefficient) => sum * t + coefficient, 0) * t * Math.exp(-a * a);
  const phi = x >= 0 ? 1 - tail / 2 : tail / 2;
  return x * phi;
}
