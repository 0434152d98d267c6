/**
 * Trophic levels h and incoherence F₀ of a weighted directed graph.
 *
 *   Λ·h = v,  Λ = diag(u) − W − Wᵀ,  u = in- + out-strengths,  v = in- − out-strengths
 *   F₀ = Σ w(i→j)·(h_j − h_i − 1)² / Σ w
 *
 * h is what makes F₀ smallest. Levels in units of one step, the lowest of each connected part 0, 0 for a node without
 * edges; F₀ 0 … 1, and 0 without edges. Any directed graph, cycles or not.
 *
 * Λ is singular by one level a part, so nodes are eliminated one by one (star-mesh: what was joined through the
 * node is joined directly), with sums of weights in place of a diagonal: nothing is subtracted, and a node with nothing
 * left to be joined to is the ground of its part. A weight below 10⁻¹² of the largest counts as none: it would
 * tie parts together by less than rounding leaves of v. O(N³/6), N² numbers of memory.
 * Source: R. S. MacKay, S. Johnson & B. Sansom, How directed is a directed network?, R. Soc. Open Sci. 7 (2020).
 */
import type { ComponentGraph } from './component-graph.ts';

const NEGLIGIBLE = 1e-12;

export function trophicLevels(graph: ComponentGraph): number[] {
  const count = graph.nodes.length;
  const { joined, imbalance } = balance(graph);
  const parts = partsOf(joined, count);
  const sums = eliminate(joined, imbalance, count);

  const levels = new Float64Array(count);
  for (let node = count - 1; node >= 0; node -= 1) {
    if (sums[node] === 0) continue;
    let level = imbalance[node];
    for (let other = node + 1; other < count; other += 1)
      level += joined[node * count + other] * levels[other];
    levels[node] = level / sums[node];
  }

  const lowest = new Map<number, number>();
  levels.forEach((level, node) => {
    lowest.set(parts[node], Math.min(level, lowest.get(parts[node]) ?? level));
  });
  return Array.from(levels, (level, node) => level - (lowest.get(parts[node]) ?? 0));
}

/** @param levels of the same graph */
export function trophicIncoherence(graph: ComponentGraph, levels: readonly number[]): number {
  const { sources, targets, weights } = graph;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return 0;
  let missed = 0;
  weights.forEach((weight, edge) => {
    // Shares first: the square of a tiny weight's miss must not meet a tiny sum.
    missed += (weight / total) * (levels[targets[edge]] - levels[sources[edge]] - 1) ** 2;
  });
  return Math.min(1, missed);
}

/** `joined` [N,N] W + Wᵀ and `imbalance` [N] v, both in units of the largest weight. */
function balance({ nodes, sources, targets, weights }: ComponentGraph) {
  const count = nodes.length;
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const joined = new Float64Array(count * count);
  const imbalance = new Float64Array(count);
  for (let edge = 0; edge < weights.length; edge += 1) {
    const weight = largest === 0 ? 0 : weights[edge] / largest;
    if (weight < NEGLIGIBLE) continue;
    const [i, j] = [sources[edge], targets[edge]];
    joined[i * count + j] += weight;
    joined[j * count + i] += weight;
    imbalance[i] -= weight;
    imbalance[j] += weight;
  }
  return { joined, imbalance };
}

/** Per node the lowest node that it is connected with. */
function partsOf(joined: Float64Array, count: number): Int32Array {
  const parts = new Int32Array(count).fill(-1);
  for (let first = 0; first < count; first += 1) {
    if (parts[first] >= 0) continue;
    const open = [first];
    parts[first] = first;
    for (let node = open.pop(); node !== undefined; node = open.pop())
      for (let other = 0; other < count; other += 1)
        if (parts[other] < 0 && joined[node * count + other] > 0) {
          parts[other] = first;
          open.push(other);
        }
  }
  return parts;
}

/**
 * Eliminates the nodes in order, in place: afterwards row i of `joined` holds, right of the diagonal, what joined i
 * to the nodes left at its turn. Returns the sums of those rows.
 */
function eliminate(joined: Float64Array, imbalance: Float64Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let node = 0; node < count; node += 1) {
    const row = node * count;
    let sum = 0;
    for (let other = node + 1; other < count; other += 1) sum += joined[row + other];
    sums[node] = sum;
    if (sum === 0) continue;
    for (let i = node + 1; i < count; i += 1) {
      const share = joined[row + i] / sum;
      if (share === 0) continue;
      imbalance[i] += share * imbalance[node];
      const into = i * count;
      for (let j = i + 1; j < count; j += 1) joined[into + j] += share * joined[row + j];
    }
  }
  return sums;
}
