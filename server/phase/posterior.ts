/**
 * Bayesian online change-point detection (Adams & MacKay 2007), with the probability of earlier changes kept.
 */

import { deviation, type NoiseScale, scaleAfter } from './noise-scale.ts';
import { type Fit, freshFit, learned, logPredictive } from './regression.ts';

export type Settings = {
  hazard: number;
  slope: number;
  outlier: number;
  power: (n: number) => number;
  hypotheses: number;
  lag: number;
  window: number;
  difference: boolean;
};

export type Hypothesis = {
  start: number;
  logWeight: number;
  fits: Record<string, Fit>;
  changed: number[];
  quiet: number[];
};
export type Posterior = {
  count: number;
  scales: Record<string, NoiseScale>;
  hypotheses: Hypothesis[];
  changed: number[];
  quiet: number[];
  corr: Record<string, number>;
  n: number;
};

export function begin(scales: Record<string, NoiseScale>): Posterior {
  return { count: 0, scales, hypotheses: [], changed: [], quiet: [], corr: {}, n: 0 };
}

// arrays changed/quiet: entry a = index count-1-a  (age), length lag
export function observed(p: Posterior, signals: Record<string, number | null>, s: Settings): Posterior {
  const index = p.count;
  const first = index === 0;
  const ids = Object.keys(signals).filter((id) => signals[id] !== null);
  const scales = { ...p.scales };
  const ready: { id: string; x: number; fresh: Fit; log: number }[] = [];
  for (const id of ids) {
    const x = signals[id]!;
    const sc = p.scales[id] ?? { last: null, differences: 0, meanDifference: 0 };
    const d = deviation(sc);
    if (sc.last === null && d > 0) {
      // scale known from warm-up, first value: origin itself
      const fresh = freshFit(x, d, index, s.slope);
      ready.push({ id, x, fresh, log: logPredictive(fresh, index, x) });
    } else if (sc.last !== null && d > 0) {
      const fresh = freshFit(sc.last, d, index, s.slope);
      ready.push({ id, x, fresh, log: logPredictive(fresh, index, x) });
    }
    scales[id] = scaleAfter(sc, x);
  }
  const z: Record<string, number> = {};
  for (const { id, x, fresh } of ready) z[id] = Math.max(-4, Math.min(4, (x - fresh.origin) / fresh.scale));
  const corr = { ...p.corr };
  const rate = 1 / Math.min(p.n + 1, 32);
  const zi = Object.keys(z);
  for (const a of zi)
    for (const b of zi)
      if (a <= b) {
        const k = `${a}|${b}`;
        corr[k] = (corr[k] ?? 0) + (z[a] * z[b] - (corr[k] ?? 0)) * rate;
      }
  let power = ready.length ? s.power(ready.length) : 1;
  if (s.power(2) < 0) {
    let sum = 0;
    const n = Math.min(p.n, 32);
    for (const a of zi)
      for (const b of zi) {
        if (a === b) {
          sum += 1;
          continue;
        }
        const k = a < b ? `${a}|${b}` : `${b}|${a}`;
        const va = p.corr[`${a}|${a}`],
          vb = p.corr[`${b}|${b}`],
          c = p.corr[k];
        if (!va || !vb || c === undefined || n < 3) continue;
        const r2 = (c * c) / (va * vb);
        sum += Math.max(0, (n * r2 - 1) / (n - 1));
      }
    power = sum > 0 ? zi.length / sum : 1;
  }
  const serial: Record<string, number> = {};
  for (const id of zi) {
    const g = (k: string) => p.corr[k] ?? 0;
    const mean = g(`m${id}`),
      prev = p.corr[`z${id}`];
    const dz = z[id] - mean;
    corr[`m${id}`] = mean + (z[id] - mean) * rate;
    corr[`z${id}`] = dz;
    const nn = g(`n${id}`);
    const rt = 1 / Math.min(nn + 1, 32);
    if (prev !== undefined) {
      corr[`c${id}`] = g(`c${id}`) + (dz * prev - g(`c${id}`)) * rt;
      corr[`v${id}`] = g(`v${id}`) + (dz * dz - g(`v${id}`)) * rt;
      corr[`n${id}`] = nn + 1;
    }
    const prior = s.serialPrior;
    const v = g(`v${id}`) * Math.min(nn, 32) + prior * 1,
      c = g(`c${id}`) * Math.min(nn, 32) - prior * 0.5;
    const rho = v > 0 ? Math.max(-0.5, c / v) : -0.5;
    serial[id] = s.serialMin < 1 ? Math.max(s.serialMin, Math.min(1, -rho / (1 + rho))) : 1;
  }
  const next: Hypothesis[] = [];
  for (const h of p.hypotheses) {
    const fits = { ...h.fits };
    let log = 0;
    for (const { id, x, fresh, log: lf } of ready) {
      const fit = fits[id] ?? fresh;
      const ratio = logPredictive(fit, index, x) - lf;
      const inl = (1 - s.outlier) * Math.exp(ratio);
      log += serial[id] * Math.log(inl + s.outlier);
      fits[id] = learned(fit, index, x, inl / (inl + s.outlier));
    }
    next.push({ ...h, logWeight: h.logWeight + Math.log(1 - s.hazard) + power * log, fits });
  }
  const fits: Record<string, Fit> = {};
  for (const { id, x, fresh } of ready) fits[id] = learned(fresh, index, x, 1);
  // history given a change here
  next.push({
    start: index,
    logWeight: first ? 0 : Math.log(s.hazard),
    fits,
    changed: p.changed,
    quiet: p.quiet,
  });
  // prune
  if (next.length > s.hypotheses) {
    let low = 0;
    const old = next.length - s.lag;
    for (let i = 1; i < old; i++) if (next[i].logWeight < next[low].logWeight) low = i;
    next.splice(low, 1);
  }
  const max = Math.max(...next.map((h) => h.logWeight));
  const total = max + Math.log(next.reduce((a, h) => a + Math.exp(h.logWeight - max), 0));
  for (const h of next) h.logWeight = Math.max(h.logWeight - total, -700);
  // marginals
  const changed: number[] = [],
    quiet: number[] = [];
  for (let a = 0; a < Math.min(s.lag, index + 1); a++) {
    const k = index - a;
    let c = 0,
      q = 0;
    for (const h of next) {
      const w = Math.exp(h.logWeight);
      const age = h.start - 1 - k; // age in the history at h.start-1
      if (h.start === k) {
        if (k > 0) c += w;
      } else if (h.start < k) {
        /* none */
      } else c += w * (h.changed[age] ?? 0);
      // quiet window [k-w, k+w]
      const from = k - s.window,
        to = k + s.window;
      if (h.start > 0 && h.start >= from && h.start <= to) {
        /* changed */
      } else if (h.start < from || h.start === 0) q += w;
      else q += w * (h.quiet[age] ?? 1);
    }
    changed.push(c);
    quiet.push(q);
  }
  return { count: index + 1, scales, hypotheses: next, changed, quiet, corr, n: p.n + 1 };
}
