/**
 * Where the current segment began: Bayesian online change-point detection (Adams & MacKay 2007, arXiv 0710.3742).
 *
 *   p(s, x₁…t) = p(s, x₁…t₋₁)·(1 − H)·q(x_t | x_s…t₋₁) for s < t,   p(t, x₁…t) = p(x₁…t₋₁)·H·f(x_t)
 *   log q/f = share · Σ_signals log((1 − ε)·p(x | segment)/f(x) + ε),   weight of x = its inlier probability
 *
 * s start of the segment, H hazard, f predictive of a fresh segment, p regression.ts, share dependence.ts. Signals
 * are taken as independent given the segment, which share corrects; a missing one gives no factor. ε bounds what
 * one value can say against a segment to ln 1/ε, so a lone outlier is no change and a lasting shift is.
 * Kept as well, for the last LAG samples: the probability of a change there, given all samples so far (later
 * segments included), and of none within REACH. Given s, the past of s is independent of what follows, so
 * P(k | x₁…t) = P(s = k) + Σ_{s>k} P(s)·P(k | x₁…s₋₁): each start keeps the answers of the sample before it.
 * Work per sample is O(HYPOTHESES_MAX · (signals + LAG)): over the limit the least probable old start goes.
 */
import { type Dependence, dependenceAfter, independentShare, UNKNOWN_DEPENDENCE } from './dependence.ts';
import { deviation, type NoiseScale, scaleAfter, UNKNOWN_SCALE } from './noise-scale.ts';
import { type Fit, freshFit, learned, logPredictive, type SegmentModel } from './regression.ts';

/** H = 1/50: a run saves some 60 to 150 checkpoints and has one to three phase changes. */
const HAZARD = 1 / 50;
/** ε = 1 %: ln 1/ε = 4.6 nats hardly outweigh the hazard's 3.9, so no single value makes an event sure. */
const OUTLIER_SHARE = 0.01;
/** Samples for which an earlier change may still be revised; also the youngest starts, which are never dropped. */
export const LAG = 32;
/** A change is one within three samples on either side: a transition takes some checkpoints, a ramp shows late. */
export const REACH = 3;
/** The young ones and half as many old ones: those worth keeping are the starts of the last few segments. */
const HYPOTHESES_MAX = LAG + 16;
/** e⁻⁷⁰⁰ is about the smallest double; weights below it stay there, so that the state has no infinities. */
const LOG_WEIGHT_MIN = -700;

export type Signals = Readonly<Record<string, number | null>>;

export type Hypothesis = {
  /** Index of the first sample of the segment. */
  readonly start: number;
  /** Natural logarithm of its probability. */
  readonly logWeight: number;
  readonly fits: Readonly<Record<string, Fit>>;
  /** The answers before `start`, entry a about sample start − 1 − a. */
  readonly past: Answers;
};

export type Answers = {
  /** Probability that a segment began at the sample. */
  readonly changed: readonly number[];
  /** Probability that none began within REACH of it. */
  readonly quiet: readonly number[];
};

export type Posterior = {
  readonly samples: number;
  readonly scales: Readonly<Record<string, NoiseScale>>;
  readonly dependence: Dependence;
  /** By start. Their probabilities sum to 1. */
  readonly hypotheses: readonly Hypothesis[];
  /** Entry a is about the sample a before the last. */
  readonly answers: Answers;
};

export function beginning(scales: Readonly<Record<string, NoiseScale>>): Posterior {
  return {
    samples: 0,
    scales,
    dependence: UNKNOWN_DEPENDENCE,
    hypotheses: [],
    answers: { changed: [], quiet: [] },
  };
}

/** One signal's value at a sample, and the fresh segment that would begin with it. */
type Reading = {
  readonly id: string;
  readonly value: number;
  readonly fresh: Fit;
  readonly logFresh: number;
};

export function observed(posterior: Posterior, signals: Signals, model: SegmentModel): Posterior {
  const index = posterior.samples;
  const scales = { ...posterior.scales };
  const readings: Reading[] = [];
  const moves = new Map<string, number>();
  for (const [id, value] of Object.entries(signals)) {
    if (value === null) continue;
    const scale = scales[id] ?? UNKNOWN_SCALE;
    scales[id] = scaleAfter(scale, value);
    const noise = deviation(scale);
    if (noise === null) continue;
    const fresh = freshFit(model, scale.last ?? value, noise, index);
    readings.push({ id, value, fresh, logFresh: logPredictive(fresh, index, value) });
    if (scale.last !== null) moves.set(id, (value - scale.last) / noise);
  }
  const share = independentShare(
    posterior.dependence,
    readings.map(({ id }) => id),
  );

  const grown = posterior.hypotheses.map((hypothesis) => continued(hypothesis, readings, share, index));
  const begun: Hypothesis = {
    start: index,
    logWeight: index === 0 ? 0 : Math.log(HAZARD),
    fits: Object.fromEntries(readings.map(({ id, value, fresh }) => [id, learned(fresh, index, value, 1)])),
    past: posterior.answers,
  };
  const hypotheses = normalised(bounded([...grown, begun]));
  return {
    samples: index + 1,
    scales,
    dependence: dependenceAfter(posterior.dependence, moves),
    hypotheses,
    answers: answersOf(hypotheses, index),
  };
}

function continued(
  hypothesis: Hypothesis,
  readings: readonly Reading[],
  share: number,
  index: number,
): Hypothesis {
  const fits: Record<string, Fit> = { ...hypothesis.fits };
  let logRatio = 0;
  for (const { id, value, fresh, logFresh } of readings) {
    // A signal that comes later than the segment joins it here: no evidence yet, for all starts alike.
    const fit = fits[id] ?? fresh;
    const inlier = (1 - OUTLIER_SHARE) * Math.exp(logPredictive(fit, index, value) - logFresh);
    logRatio += Math.log(inlier + OUTLIER_SHARE);
    fits[id] = learned(fit, index, value, inlier / (inlier + OUTLIER_SHARE));
  }
  const logWeight = hypothesis.logWeight + Math.log(1 - HAZARD) + share * logRatio;
  return { ...hypothesis, logWeight, fits };
}

function bounded(hypotheses: readonly Hypothesis[]): readonly Hypothesis[] {
  if (hypotheses.length <= HYPOTHESES_MAX) return hypotheses;
  const old = hypotheses.slice(0, hypotheses.length - LAG);
  const least = old.reduce((low, hypothesis) => (hypothesis.logWeight < low.logWeight ? hypothesis : low));
  return hypotheses.filter((hypothesis) => hypothesis !== least);
}

function normalised(hypotheses: readonly Hypothesis[]): Hypothesis[] {
  const largest = Math.max(...hypotheses.map(({ logWeight }) => logWeight));
  const sum = hypotheses.reduce((total, { logWeight }) => total + Math.exp(logWeight - largest), 0);
  const logTotal = largest + Math.log(sum);
  return hypotheses.map((hypothesis) => ({
    ...hypothesis,
    logWeight: Math.max(hypothesis.logWeight - logTotal, LOG_WEIGHT_MIN),
  }));
}

function answersOf(hypotheses: readonly Hypothesis[], index: number): Answers {
  const count = Math.min(LAG, index + 1);
  const changed = new Array<number>(count).fill(0);
  const quiet = new Array<number>(count).fill(0);
  for (const { start, logWeight, past } of hypotheses) {
    const weight = Math.exp(logWeight);
    for (let age = 0; age < count; age += 1) {
      const sample = index - age;
      const ageBeforeStart = start - 1 - sample;
      // The run's first segment begins with the first sample, which is no change.
      if (start === sample && start > 0) changed[age] += weight;
      else if (start > sample) changed[age] += weight * (past.changed[ageBeforeStart] ?? 0);
      if (start === 0 || start < sample - REACH) quiet[age] += weight;
      else if (start > sample + REACH) quiet[age] += weight * (past.quiet[ageBeforeStart] ?? 1);
    }
  }
  return { changed, quiet };
}
