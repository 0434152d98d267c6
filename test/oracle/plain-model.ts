/**
 * Transformers written out as loops in double precision: a slow reference for every family that can be read.
 *
 * A layer is a handful of functions of one position's vector; what mixes positions, attention, is here:
 *
 *   pattern[q][k] = softmax over k ≤ q of scale · ⟨query_q, key_k⟩,   z_q = Σ_k pattern[q][k] · value_k
 *   parallel      y = x + Σ_h z_h·W_O[h] + b_O + mlp(x)
 *   sequential    m = x + norm(Σ_h z_h·W_O[h] + b_O),  y = m + norm(mlp(m)), norms where the family has them
 *
 * One call reads one prompt. O(L·T·(D² + D·F + T·D)) for T positions.
 */
export type Vector = Float64Array;

/** One layer of a model. */
export type PlainLayer = {
  /** What attention and MLP read of the residual stream: its norm, or itself. */
  readonly attentionReads: (stream: Vector) => Vector;
  readonly mlpReads: (stream: Vector) => Vector;
  /** Queries, one vector a head, and keys, one a key/value head, are normed and rotated as attention compares them. */
  readonly project: (
    read: Vector,
    position: number,
  ) => Readonly<Record<'queries' | 'keys' | 'values', readonly Vector[]>>;
  readonly scale: number;
  /** z·W_O[head] */
  readonly headWrites: (head: number, z: Vector) => Vector;
  /** What attention writes beside its heads. */
  readonly outputBias: Vector;
  readonly mlp: (read: Vector) => Vector;
  /** What is added to the residual stream: the norm of what was written, or that itself. */
  readonly attentionAdds: (written: Vector) => Vector;
  readonly mlpAdds: (written: Vector) => Vector;
};

export type PlainModel = {
  readonly heads: number;
  readonly parallel: boolean;
  readonly layers: readonly PlainLayer[];
  readonly embed: (token: number, position: number) => Vector;
  readonly logits: (stream: Vector) => Vector;
};

/** A head, or the MLP of its layer where `head` is null. */
export type PlainNode = { readonly layer: number; readonly head: number | null };

/** What a component would pass on, [T] vectors → what it passes on instead. */
export type Replace = (node: PlainNode, activation: readonly Vector[]) => readonly Vector[];

/** All of one pass over one prompt; the innermost lists are positions. */
export type Pass = {
  /** [L][H][T] the inputs of the output projection */
  readonly z: readonly (readonly (readonly Vector[])[])[];
  /** [L][H][T] what heads write */
  readonly heads: readonly (readonly (readonly Vector[])[])[];
  /** [L][T] what MLPs write */
  readonly mlps: readonly (readonly Vector[])[];
  /** [L][H][T] attention of each position to those up to it */
  readonly pattern: readonly (readonly (readonly Vector[])[])[];
  /** [T][V] */
  readonly logits: readonly Vector[];
};

export function pass(
  model: PlainModel,
  tokens: readonly number[],
  replace: Replace = (_, activation) => activation,
): Pass {
  let stream = tokens.map((token, position) => model.embed(token, position));
  const z: (readonly Vector[])[][] = [];
  const heads: (readonly Vector[])[][] = [];
  const mlps: (readonly Vector[])[] = [];
  const patterns: (readonly Vector[])[][] = [];
  model.layers.forEach((layer, index) => {
    const projected = stream.map((vector, position) => layer.project(layer.attentionReads(vector), position));
    const sharing = model.heads / projected[0].keys.length;
    const written = stream.map(() => Float64Array.from(layer.outputBias));
    z.push([]);
    heads.push([]);
    patterns.push([]);
    for (let head = 0; head < model.heads; head += 1) {
      const shared = Math.floor(head / sharing);
      const pattern = projected.map(({ queries }, position) =>
        softmax(
          Float64Array.from(
            { length: position + 1 },
            (_, key) => layer.scale * dot(queries[head], projected[key].keys[shared]),
          ),
        ),
      );
      const passedOn = replace(
        { layer: index, head },
        pattern.map((row) => mixed(row, (position) => projected[position].values[shared])),
      );
      const output = passedOn.map((vector) => layer.headWrites(head, vector));
      output.forEach((vector, position) => {
        add(written[position], vector);
      });
      z[index].push(passedOn);
      heads[index].push(output);
      patterns[index].push(pattern);
    }
    const middle = stream.map((vector, position) => sum(vector, layer.attentionAdds(written[position])));
    const mlp = replace(
      { layer: index, head: null },
      (model.parallel ? stream : middle).map((vector) => layer.mlp(layer.mlpReads(vector))),
    );
    mlps.push(mlp);
    stream = middle.map((vector, position) => sum(vector, layer.mlpAdds(mlp[position])));
  });
  return { z, heads, mlps, pattern: patterns, logits: stream.map((vector) => model.logits(vector)) };
}

export function dot(a: Vector, b: Vector): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += a[i] * b[i];
  return total;
}

export function sum(a: Vector, b: Vector): Vector {
  const total = Float64Array.from(a);
  add(total, b);
  return total;
}

export function softmax(scores: Vector): Vector {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

function add(to: Vector, vector: Vector): void {
  for (let i = 0; i < to.length; i += 1) to[i] += vector[i];
}

function mixed(shares: Vector, vectorOf: (position: number) => Vector): Vector {
  const mixture = new Float64Array(vectorOf(0).length);
  shares.forEach((share, position) => {
    const vector = vectorOf(position);
    for (let i = 0; i < mixture.length; i += 1) mixture[i] += share * vector[i];
  });
  return mixture;
}
