/**
 * Graph metrics written from their definitions on dense matrices [N][N], row = source, with no thought of speed.
 * None uses that the graphs are acyclic, and none shares code with what it judges.
 */
import type { ComponentGraph } from '../../server/graph/component-graph.ts';

type Matrix = number[][];

/** Two sums of lengths count as equal within this share of them. */
const EQUAL = 1e-9;

export function adjacency({ nodes, sources, targets, weights }: ComponentGraph): Matrix {
  const W = nodes.map(() => nodes.map(() => 0));
  weights.forEach((weight, edge) => {
    W[sources[edge]][targets[edge]] = weight;
  });
  return W;
}

/** Floyd & Warshall. */
export function distances(W: Matrix): Matrix {
  const D = W.map((row, i) => row.map((weight, j) => (i === j ? 0 : 1 / weight)));
  for (const k of W.keys())
    for (const i of W.keys()) for (const j of W.keys()) D[i][j] = Math.min(D[i][j], D[i][k] + D[k][j]);
  return D;
}

/** σ(s,t): the paths of the shortest length, by their last edges. */
function pathCounts(W: Matrix, D: Matrix): Matrix {
  const known = new Map<string, number>();
  const count = (s: number, t: number): number => {
    if (s === t) return 1;
    if (!Number.isFinite(D[s][t])) return 0;
    const key = `${s},${t}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    let sum = 0;
    for (const v of W.keys()) if (W[v][t] > 0 && isEqual(D[s][v] + 1 / W[v][t], D[s][t])) sum += count(s, v);
    known.set(key, sum);
    return sum;
  };
  return W.map((row, s) => row.map((_, t) => count(s, t)));
}

export function betweennessOracle(W: Matrix): number[] {
  const D = distances(W);
  const counts = pathCounts(W, D);
  const pairs = (W.length - 1) * (W.length - 2);
  return W.map((_, v) => {
    let sum = 0;
    for (const s of W.keys())
      for (const t of W.keys())
        if (s !== v && t !== v && s !== t && Number.isFinite(D[s][t]) && isEqual(D[s][v] + D[v][t], D[s][t]))
          sum += (counts[s][v] * counts[v][t]) / counts[s][t];
    return pairs > 0 ? sum / pairs : 0;
  });
}

export function closenessOracle(W: Matrix): number[] {
  const D = distances(W);
  return W.map((_, v) => {
    const reaching = D.map((row) => row[v]).filter((distance, u) => u !== v && Number.isFinite(distance));
    const sum = reaching.reduce((total, distance) => total + distance, 0);
    return reaching.length === 0 ? 0 : reaching.length ** 2 / sum / (W.length - 1);
  });
}

export function efficiencyOracle(W: Matrix): number {
  const inverse = distances(W).flatMap((row, i) =>
    row.flatMap((distance, j) => (i !== j && Number.isFinite(distance) ? [1 / distance] : [])),
  );
  return inverse.length === 0 ? 0 : inverse.reduce((sum, value) => sum + value, 0) / inverse.length;
}

export function clusteringOracle(W: Matrix): number[] {
  const largest = Math.max(...W.flat());
  const S = W.map((row, i) => row.map((_, j) => root(W[i][j] / largest) + root(W[j][i] / largest)));
  return W.map((_, i) => {
    let cubed = 0;
    for (const j of W.keys()) for (const k of W.keys()) cubed += S[i][j] * S[j][k] * S[k][i];
    const others = [...W.keys()].filter((j) => j !== i);
    const degree = others.reduce((sum, j) => sum + Number(W[i][j] > 0) + Number(W[j][i] > 0), 0);
    const reciprocal = others.filter((j) => W[i][j] > 0 && W[j][i] > 0).length;
    const possible = degree * (degree - 1) - 2 * reciprocal;
    return cubed > 0 ? cubed / 2 / possible : 0;
  });
}

/** Power iteration on the definition. */
export function pagerankOracle(W: Matrix): number[] {
  const N = W.length;
  const strengths = W.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  let x = W.map(() => 1 / N);
  for (let round = 0; round < 300; round += 1) {
    const previous = x;
    x = W.map((_, j) =>
      previous.reduce(
        (sum, rank, i) => sum + 0.85 * rank * (strengths[i] > 0 ? W[i][j] / strengths[i] : 1 / N),
        0.15 / N,
      ),
    );
  }
  return x;
}

/** Σ_ij (w_ij/m − out_i·in_j/m²) over the pairs of one community. */
export function modularityOracle(W: Matrix, communities: Int32Array): number {
  const out = W.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  const into = W.map((_, j) => W.reduce((sum, row) => sum + row[j], 0));
  const m = out.reduce((sum, strength) => sum + strength, 0);
  let quality = 0;
  for (const i of W.keys())
    for (const j of W.keys())
      if (m > 0 && communities[i] === communities[j]) quality += W[i][j] / m - (out[i] * into[j]) / m ** 2;
  return quality;
}

/** Largest modularity of all partitions, for a handful of nodes. */
export function bestModularityOracle(W: Matrix): number {
  const communities = new Int32Array(W.length);
  let best = Number.NEGATIVE_INFINITY;
  const assign = (node: number, used: number): void => {
    if (node === W.length) {
      best = Math.max(best, modularityOracle(W, communities));
      return;
    }
    for (let community = 0; community <= used; community += 1) {
      communities[node] = community;
      assign(node + 1, Math.max(used, community + 1));
    }
  };
  assign(0, 0);
  return best;
}

/** Λ·h = v less h, per node: zeros where h are trophic levels. */
export function trophicResiduals(W: Matrix, levels: readonly number[]): number[] {
  return W.map((row, i) =>
    row.reduce(
      (sum, _, j) => sum + W[j][i] * (levels[i] - levels[j] - 1) + W[i][j] * (levels[i] - levels[j] + 1),
      0,
    ),
  );
}

/** Σ_ij |w_i − w_j| / (2·M²·mean). */
export function giniOracle(weights: Float64Array): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let differences = 0;
  for (const a of weights) for (const b of weights) differences += Math.abs(a - b);
  return sum === 0 ? 0 : differences / (2 * weights.length * sum);
}

/** Pearson's correlation of ranks found by counting. */
export function spearmanOracle(before: Float64Array, after: Float64Array): number | null {
  const ranks = (values: Float64Array) =>
    Array.from(values, (value) => {
      const below = values.filter((other) => other < value).length;
      return below + (values.filter((other) => other === value).length + 1) / 2;
    });
  const deviations = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  const [x, y] = [before, after].map((values) => deviations(ranks(values)));
  if (x.length === 0 || product(x, x) === 0 || product(y, y) === 0) return null;
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

export function transposed(W: Matrix): Matrix {
  return W.map((_, i) => W.map((row) => row[i]));
}

function isEqual(a: number, b: number): boolean {
  return Math.abs(a - b) <= EQUAL * Math.abs(b);
}

function root(value: number): number {
  return Number.isNaN(value) ? 0 : value ** (1 / 3);
}
