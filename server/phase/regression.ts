/**
 * Bayesian linear regression of one signal on the index within a segment, noise variance unknown.
 *
 *   y_j = a + b·j + ε,  ε ~ N(0, σ²),  (a, b) | σ² ~ N(0, σ²·diag(A², B²)),  σ² ~ InverseGamma(α, β = α)
 *   p(y_j | earlier) = Student-t with 2α degrees of freedom, location φᵀm, scale² = (β/α)(1 + φᵀPφ), φ = (1, j)
 *
 * y = (x − origin)/scale: origin is the last value before the segment, scale the noise of the signal then
 * (noise-scale.ts), so the prior has no unit and an affine change of x changes nothing but a constant.
 * Compared on the sample run with six other probes, two control runs and the paper's counts: `level` (B = 0, the
 * model of Adams & MacKay) cuts wherever a signal drifts; standardised increments without slope see a step only as
 * two outliers and misplace or miss it; `trend` finds the known changes and is kept. One update is O(1).
 * Source: C. Bishop, Pattern Recognition and Machine Learning, 3.3; K. Murphy, Conjugate Bayesian analysis (2007).
 */

/** A = 10: a new phase may begin up to ten noise deviations from where the last one ended. */
const INTERCEPT_DEVIATION = 10;
/** B = 1/2: a trend of one noise deviation in two samples is common, one of several a sample is a jump. */
const SLOPE_DEVIATION = 0.5;
/** α = 1.5: three degrees of freedom, the fewest with a finite variance; a segment soon speaks for itself. */
const SHAPE = 1.5;

/** `level` is the losing one, kept for the benchmark that says so. */
export type SegmentModel = 'trend' | 'level';

export type Fit = {
  readonly origin: number;
  readonly scale: number;
  /** Index of the sample at which j = 0. */
  readonly start: number;
  /** Posterior mean of (a, b). */
  readonly mean: readonly [number, number];
  /** P: covariance of (a, b) over σ²: aa, ab, bb. */
  readonly covariance: readonly [number, number, number];
  readonly shape: number;
  readonly rate: number;
};

/** @param scale standard deviation of the signal's noise, more than 0 */
export function freshFit(model: SegmentModel, origin: number, scale: number, start: number): Fit {
  const slopeDeviation = model === 'trend' ? SLOPE_DEVIATION : 0;
  return {
    origin,
    scale,
    start,
    mean: [0, 0],
    covariance: [INTERCEPT_DEVIATION ** 2, 0, slopeDeviation ** 2],
    shape: SHAPE,
    rate: SHAPE,
  };
}

/** Natural logarithm of the predictive density of `x`, in the unit of x, at sample `index`. */
export function logPredictive(fit: Fit, index: number, x: number): number {
  const { error, spread } = foreseen(fit, index, x);
  const freedom = 2 * fit.shape;
  const variance = (fit.rate / fit.shape) * (1 + spread);
  return (
    logGamma((freedom + 1) / 2) -
    logGamma(freedom / 2) -
    Math.log(freedom * Math.PI * variance) / 2 -
    ((freedom + 1) / 2) * Math.log1p((error * error) / (freedom * variance)) -
    Math.log(fit.scale)
  );
}

/** The fit after `x`, counted as `weight` of an observation (0 … 1). */
export function learned(fit: Fit, index: number, x: number, weight: number): Fit {
  if (weight <= 0) return fit;
  const { error, spread } = foreseen(fit, index, x);
  const j = index - fit.start;
  const [aa, ab, bb] = fit.covariance;
  const total = 1 / weight + spread;
  const toA = aa + ab * j;
  const toB = ab + bb * j;
  return {
    ...fit,
    mean: [fit.mean[0] + (toA * error) / total, fit.mean[1] + (toB * error) / total],
    covariance: [aa - (toA * toA) / total, ab - (toA * toB) / total, bb - (toB * toB) / total],
    shape: fit.shape + weight / 2,
    rate: fit.rate + (error * error) / (2 * total),
  };
}

function foreseen(fit: Fit, index: number, x: number): { error: number; spread: number } {
  const j = index - fit.start;
  const [aa, ab, bb] = fit.covariance;
  const y = (x - fit.origin) / fit.scale;
  return { error: y - fit.mean[0] - fit.mean[1] * j, spread: aa + 2 * ab * j + bb * j * j };
}

/** ln Γ(z) for z > 0: recurrence up to z ≥ 7, then Stirling's series; error below 1e-10. */
export function logGamma(z: number): number {
  let shift = 0;
  let large = z;
  for (; large < 7; large += 1) shift -= Math.log(large);
  const inverse = 1 / (large * large);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / large;
  return shift + (large - 0.5) * Math.log(large) - large + Math.log(2 * Math.PI) / 2 + series;
}
