/**
 * Two slow answers to "where did the run change": oracles for server/phase.
 *
 * `exactPosterior`: the detector's model without its short cuts. Every start is kept, every regression is solved
 * anew from all its weighted observations, and P(change at k | all samples) comes from a forward and a backward
 * pass over all segmentations. One signal, O(n³). Density of Student's t with Lanczos's Γ.
 * `optimalSegmentation`: least squares lines, Σ residuals²/σ² + penalty per change, by dynamic programming over
 * all segmentations, O(n²) segments. Source: B. Jackson et al., IEEE Signal Processing Letters 12 (2005).
 */

export type ModelConstants = {
  readonly hazard: number;
  readonly outlierShare: number;
  readonly interceptDeviation: number;
  readonly slopeDeviation: number;
  readonly shape: number;
};

/**
 * @param origins value before each sample; @param scales noise deviation known before each sample
 * @returns [n] probability that a segment began at the sample, given all samples; 0 for the first
 */
export function exactPosterior(
  values: readonly number[],
  origins: readonly number[],
  scales: readonly number[],
  constants: ModelConstants,
): number[] {
  const count = values.length;
  const { hazard, outlierShare } = constants;
  // logRatio[s][t]: what sample t says for the segment from s against a fresh one.
  const logRatio = values.map((_, start) => {
    const weights: number[] = [];
    return values.map((value, index) => {
      if (index < start) return Number.NEGATIVE_INFINITY;
      const seen = values.slice(start, index).map((x, j) => ({
        j,
        y: (x - origins[start]) / scales[start],
        weight: weights[j],
      }));
      const y = (value - origins[start]) / scales[start];
      const log = logPredictive(seen, index - start, y, constants) - Math.log(scales[start]);
      const freshY = (value - origins[index]) / scales[index];
      const logFresh = logPredictive([], 0, freshY, constants) - Math.log(scales[index]);
      if (index === start) {
        weights.push(1);
        return 0;
      }
      const inlier = (1 - outlierShare) * Math.exp(log - logFresh);
      weights.push(inlier / (inlier + outlierShare));
      return Math.log(inlier + outlierShare);
    });
  });
  const segment = (from: number, end: number) => {
    let log = (end - from - 1) * Math.log(1 - hazard);
    for (let index = from + 1; index < end; index += 1) log += logRatio[from][index];
    return log;
  };
  // forward[k]: all segmentations of 0 … k − 1; backward[k]: all of k … count − 1, given a start at k.
  const forward = [0];
  for (let end = 1; end <= count; end += 1)
    forward.push(
      logSum(
        Array.from(
          { length: end },
          (_, from) => forward[from] + (from > 0 ? Math.log(hazard) : 0) + segment(from, end),
        ),
      ),
    );
  const backward = new Array<number>(count + 1).fill(0);
  for (let from = count - 1; from >= 0; from -= 1)
    backward[from] = logSum(
      Array.from({ length: count - from }, (_, length) => {
        const end = from + length + 1;
        return segment(from, end) + (end < count ? Math.log(hazard) : 0) + backward[end];
      }),
    );
  return values.map((_, k) =>
    k === 0 ? 0 : Math.exp(forward[k] + Math.log(hazard) + backward[k] - forward[count]),
  );
}

type Seen = { readonly j: number; readonly y: number; readonly weight: number };

function logPredictive(seen: readonly Seen[], j: number, y: number, constants: ModelConstants): number {
  const { interceptDeviation, slopeDeviation, shape } = constants;
  // Λ = prior precision + Σ w φφᵀ, h = Σ w φ y, m = Λ⁻¹h; β = shape + (Σ w y² − mᵀΛm)/2.
  let [aa, ab, bb] = [interceptDeviation ** -2, 0, slopeDeviation ** -2];
  let [ha, hb, yy, total] = [0, 0, 0, 0];
  for (const { j: at, y: value, weight } of seen) {
    aa += weight;
    ab += weight * at;
    bb += weight * at * at;
    ha += weight * value;
    hb += weight * at * value;
    yy += weight * value * value;
    total += weight;
  }
  const determinant = aa * bb - ab * ab;
  const [a, b] = [(bb * ha - ab * hb) / determinant, (aa * hb - ab * ha) / determinant];
  const alpha = shape + total / 2;
  const beta = shape + (yy - a * ha - b * hb) / 2;
  const spread = (bb - 2 * ab * j + aa * j * j) / determinant;
  const scale = Math.sqrt((beta / alpha) * (1 + spread));
  return logStudent((y - a - b * j) / scale, 2 * alpha) - Math.log(scale);
}

function logStudent(t: number, freedom: number): number {
  return (
    logGammaLanczos((freedom + 1) / 2) -
    logGammaLanczos(freedom / 2) -
    Math.log(freedom * Math.PI) / 2 -
    ((freedom + 1) / 2) * Math.log(1 + (t * t) / freedom)
  );
}

/** C. Lanczos, SIAM J. Numer. Anal. 1 (1964), g = 7, nine coefficients; relative error below 1e-13 for z > 0. */
function logGammaLanczos(z: number): number {
  const [first, ...rest] = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const sum = rest.reduce((total, coefficient, index) => total + coefficient / (z + index), first);
  const t = z + 6.5;
  return Math.log(2 * Math.PI) / 2 + (z - 0.5) * Math.log(t) - t + Math.log(sum);
}

function logSum(logs: readonly number[]): number {
  const largest = Math.max(...logs);
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}

/** Indices at which new segments begin, the first not counted. `deviation`: of the noise, `penalty` per change. */
export function optimalSegmentation(values: readonly number[], deviation: number, penalty: number): number[] {
  const best = [0];
  const begins = [0];
  for (let end = 1; end <= values.length; end += 1) {
    const costs = Array.from(
      { length: end },
      (_, from) =>
        best[from] + (from > 0 ? penalty : 0) + lineResidual(values.slice(from, end)) / deviation ** 2,
    );
    const from = costs.indexOf(Math.min(...costs));
    best.push(costs[from]);
    begins.push(from);
  }
  const changes: number[] = [];
  for (let end = values.length; begins[end] > 0; end = begins[end]) changes.unshift(begins[end]);
  return changes;
}

function lineResidual(values: readonly number[]): number {
  const count = values.length;
  if (count < 3) return 0;
  const middle = (count - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, _, x) => sum + (x - middle) ** 2, 0);
  const slope = values.reduce((sum, value, x) => sum + (x - middle) * (value - mean), 0) / squares;
  return values.reduce((sum, value, x) => sum + (value - mean - slope * (x - middle)) ** 2, 0);
}
