/** The posterior beside the same model solved without short cuts (test/oracle). */
import { describe, expect, it } from 'vitest';
import { deviation, type NoiseScale, scaleAfter, scaleFromWarmUp } from '../../server/phase/noise-scale.ts';
import { beginning, LAG, observed } from '../../server/phase/posterior.ts';
import { logGamma } from '../../server/phase/regression.ts';
import { exactPosterior, type ModelConstants } from '../oracle/slow-change-points.ts';
import { normals } from './series.ts';

const CONSTANTS: ModelConstants = {
  hazard: 1 / 50,
  outlierShare: 0.01,
  interceptDeviation: 10,
  slopeDeviation: 0.5,
  shape: 1.5,
};

function valuesOf(seed: number, count: number): number[] {
  const normal = normals(seed);
  const jumpAt = 12 + (seed % 9);
  return Array.from(
    { length: count },
    (_, index) => normal() + (index < jumpAt ? 0 : 4) + (index > 30 ? index / 4 : 0),
  );
}

function fast(values: readonly number[], scale: NoiseScale) {
  return values.reduce((posterior, x) => observed(posterior, { x }, 'trend'), beginning({ x: scale }));
}

function slow(values: readonly number[], scale: NoiseScale): number[] {
  const origins: number[] = [];
  const scales: number[] = [];
  let known = scale;
  for (const value of values) {
    origins.push(known.last ?? value);
    scales.push(deviation(known) ?? Number.NaN);
    known = scaleAfter(known, value);
  }
  return exactPosterior(values, origins, scales, CONSTANTS);
}

describe('posterior', () => {
  it.each([1, 2, 3, 4, 5, 6])('agrees with all segmentations while no start is dropped (seed %i)', (seed) => {
    const values = valuesOf(seed, 40);
    const scale = scaleFromWarmUp(values.slice(0, 8));
    const expected = slow(values, scale);
    fast(values, scale).answers.changed.forEach((probability, age) => {
      expect(probability).toBeCloseTo(expected[39 - age], 8);
    });
  });

  it.each([7, 8])('stays within 1 % of them with most starts dropped (seed %i)', (seed) => {
    const values = valuesOf(seed, 110);
    const scale = scaleFromWarmUp(values.slice(0, 8));
    const expected = slow(values, scale);
    const { answers, hypotheses } = fast(values, scale);
    expect(hypotheses.length).toBeLessThan(60);
    answers.changed.forEach((probability, age) => {
      expect(Math.abs(probability - expected[109 - age])).toBeLessThan(0.01);
    });
  });

  it('is a distribution over starts, of bounded size, and quiet is never above 1 − changed', () => {
    const { hypotheses, answers } = fast(valuesOf(9, 300), scaleFromWarmUp([0, 1, 0, 1, 0]));
    expect(hypotheses.reduce((sum, { logWeight }) => sum + Math.exp(logWeight), 0)).toBeCloseTo(1, 10);
    expect(answers.changed).toHaveLength(LAG);
    answers.quiet.forEach((quiet, age) => {
      expect(quiet).toBeLessThanOrEqual(1 - answers.changed[age] + 1e-12);
    });
  });

  it('passes over a signal that is missing: the others say the same with and without it', () => {
    const values = valuesOf(3, 40);
    const scales = { x: scaleFromWarmUp(values.slice(0, 8)) };
    const withNull = values.reduce(
      (posterior, x) => observed(posterior, { x, gone: null }, 'trend'),
      beginning(scales),
    );
    expect(withNull.answers).toEqual(fast(values, scales.x).answers);
  });
});

describe('noise scale', () => {
  it('is the median move of the warm-up, and null until three moves are known', () => {
    expect(scaleFromWarmUp([0, 1, 1, 3, 6])).toEqual({ last: null, differences: 3, meanDifference: 2 });
    expect(deviation(scaleFromWarmUp([0, 1, 3]))).toBeNull();
    expect(deviation(scaleFromWarmUp([5, 5, 5, 5, 5, 5]))).toBeNull();
  });

  it('finds the deviation of white noise and is not carried away by a jump', () => {
    const normal = normals(4);
    let scale = scaleFromWarmUp(Array.from({ length: 8 }, normal));
    for (let index = 0; index < 60; index += 1) scale = scaleAfter(scale, normal());
    expect(deviation(scale)).toBeGreaterThan(0.75);
    expect(deviation(scale)).toBeLessThan(1.3);
    const after = scaleAfter(scale, 1e6);
    expect(after.meanDifference / scale.meanDifference).toBeCloseTo(1 + 3 / 32, 10);
  });
});

it('logGamma knows factorials and halves', () => {
  expect(logGamma(6)).toBeCloseTo(Math.log(120), 10);
  expect(logGamma(1)).toBeCloseTo(0, 10);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 10);
});
