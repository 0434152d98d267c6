import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependenceAfter, independentShare, UNKNOWN_DEPENDENCE } from '../../server/phase/dependence.ts';
import {
  type DetectorState,
  detect,
  detectAll,
  initialDetector,
  SURE_FROM,
  standing,
  WARM_UP,
} from '../../server/phase/detector.ts';
import type { PhaseChange, Sample } from '../../server/phase/phase-change.ts';
import { optimalSegmentation } from '../oracle/slow-change-points.ts';
import { normals, sampleOf, seriesOf } from './series.ts';

const STEPPED = seriesOf({ seed: 5, samples: 60, signals: 3, change: 'step 6', changeAt: 30 });

function sure(statements: readonly PhaseChange[]): PhaseChange[] {
  return standing(statements).filter(({ probability }) => probability >= SURE_FROM);
}

describe('what is said', () => {
  it('names the interval of a step at once, with the values before and after', () => {
    const [change] = sure(detectAll(STEPPED).events);
    expect(change.interval).toEqual([290, 300]);
    expect(change.id).toBe('phase-change-checkpoint-300');
    expect(change.signals.map(({ id }) => id).sort()).toEqual(['s0', 's1', 's2']);
    for (const { before, after, deviations } of change.signals) {
      expect(after - before).toBeGreaterThan(3);
      expect(deviations).toBeGreaterThan(3);
    }
    const first = detectAll(STEPPED).events.find(({ id }) => id === change.id);
    expect(first?.reportedStep).toBe(300);
    expect(first?.revision).toBe(0);
  });

  it('is silent over a constant signal and over a line, before, during and after the warm-up', () => {
    const flat = Array.from({ length: 80 }, (_, index) => sampleOf(index, { a: 1, b: 2 * index, c: null }));
    expect(detectAll(flat).events).toEqual([]);
  });

  it('counts revisions up by one, keeps an id, and says of the past only what is behind it', () => {
    const { events } = detectAll(seriesOf({ seed: 2, samples: 400, noise: 'random walk', signals: 2 }));
    expect(events.length).toBeGreaterThan(20);
    const revisions = new Map<string, number>();
    for (const { id, revision, interval, reportedStep, probability } of events) {
      expect(revision).toBe((revisions.get(id) ?? -1) + 1);
      revisions.set(id, revision);
      expect(interval[0]).toBeLessThan(interval[1]);
      expect(interval[1]).toBeLessThanOrEqual(reportedStep);
      expect(probability).toBeGreaterThanOrEqual(0);
      expect(probability).toBeLessThanOrEqual(1);
    }
  });

  it('takes an event back by a revision with a low probability', () => {
    const { events } = detectAll(seriesOf({ seed: 2, samples: 400, noise: 'random walk', signals: 2 }));
    const retracted = standing(events).filter(({ probability }) => probability < 0.5);
    expect(retracted.length).toBeGreaterThan(0);
    for (const { revision } of retracted) expect(revision).toBeGreaterThan(0);
  });

  it('takes one value that stands out for an outlier', () => {
    const series = seriesOf({ seed: 6, samples: 80 }).map((sample, index) =>
      index === 40 ? { ...sample, signals: { s0: 30 } } : sample,
    );
    expect(sure(detectAll(series).events)).toEqual([]);
  });

  it('refuses a value that is not finite', () => {
    expect(() => detect(initialDetector(), sampleOf(0, { a: Number.NaN }))).toThrow(
      'signal a of checkpoint-0',
    );
  });

  it('finds a change that is seen by some signals while others are missing', () => {
    const series = STEPPED.map((sample, index) => ({
      ...sample,
      signals: {
        ...sample.signals,
        s2: index > 25 ? null : sample.signals.s2,
        late: index > 40 ? index : null,
      },
    }));
    expect(sure(detectAll(series).events).map(({ interval }) => interval)).toEqual([[290, 300]]);
  });
});

describe('exact segmentation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('has the same changes to within two samples (seed %i)', (seed) => {
    const normal = normals(seed);
    const levels = [0, 8, -4, 6];
    const series = Array.from({ length: 120 }, (_, index) =>
      sampleOf(index, { a: levels[Math.floor(index / 30)] + normal() }),
    );
    const values = series.map(({ signals }) => signals.a ?? 0);
    const exact = optimalSegmentation(values, 1, 4 * Math.log(120));
    const found = sure(detectAll(series).events).map(({ interval }) => interval[1] / 10);
    expect(found).toHaveLength(exact.length);
    exact.forEach((index, place) => {
      expect(Math.abs(found[place] - index)).toBeLessThanOrEqual(2);
    });
  });
});

describe('properties', () => {
  const series = fc
    .record({
      seed: fc.nat(1_000),
      samples: fc.integer({ min: WARM_UP, max: 60 }),
      signals: fc.integer({ min: 1, max: 3 }),
      change: fc.constantFrom('none' as const, 'step 6' as const, 'variance ×25' as const),
      changeAt: fc.integer({ min: 5, max: 50 }),
    })
    .map(seriesOf);

  it('do not depend on how the stream was cut into arrivals, nor on the state having been stored', () => {
    fc.assert(
      fc.property(series, fc.array(fc.nat(12), { maxLength: 20 }), (samples, cuts) => {
        let state: DetectorState = initialDetector();
        const events: PhaseChange[] = [];
        for (const arrival of cut(samples, cuts)) {
          for (const sample of arrival) {
            const detection = detect(state, sample);
            state = detection.state;
            events.push(...detection.events);
          }
          state = JSON.parse(JSON.stringify(state));
        }
        expect(events).toEqual(detectAll(samples).events);
      }),
      { seed: 7, numRuns: 25 },
    );
  });

  it('do not change the state they were given', () => {
    const { state } = detectAll(STEPPED.slice(0, 35));
    const copy = structuredClone(state);
    detect(state, STEPPED[35]);
    expect(state).toEqual(copy);
  });

  it('do not look ahead: what was said stays the same however the run goes on', () => {
    const whole = detectAll(STEPPED).events;
    for (const length of [31, 36, 45]) {
      const soFar = detectAll(STEPPED.slice(0, length)).events;
      expect(whole.slice(0, soFar.length)).toEqual(soFar);
    }
  });

  it('do not depend on unit, origin or order of the signals', () => {
    fc.assert(
      fc.property(
        series,
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (samples, scale, shift) => {
          const other = samples.map((sample) => ({
            ...sample,
            signals: Object.fromEntries(
              Object.entries(sample.signals)
                .reverse()
                .map(([id, value]) => [id, value === null ? null : shift - scale * value]),
            ),
          }));
          const [expected, found] = [samples, other].map((given) => detectAll(given).events);
          expect(found.map(withoutValues)).toEqual(expected.map(withoutValues));
          found.forEach(({ probability }, place) => {
            expect(probability).toBeCloseTo(expected[place].probability, 5);
          });
        },
      ),
      { seed: 8, numRuns: 25 },
    );
  });
});

describe('independent share', () => {
  it('is 1 over m for m copies, near 1 for independent signals, and 1 for one', () => {
    const normal = normals(3);
    let [copies, apart] = [UNKNOWN_DEPENDENCE, UNKNOWN_DEPENDENCE];
    for (let index = 0; index < 64; index += 1) {
      const value = normal();
      copies = dependenceAfter(
        copies,
        new Map([
          ['a', value],
          ['b', value],
          ['c', -value],
        ]),
      );
      apart = dependenceAfter(
        apart,
        new Map([
          ['a', normal()],
          ['b', normal()],
          ['c', normal()],
        ]),
      );
    }
    expect(independentShare(copies, ['a', 'b', 'c'])).toBeCloseTo(1 / 3, 8);
    expect(independentShare(apart, ['a', 'b', 'c'])).toBeGreaterThan(0.85);
    expect(independentShare(copies, ['a'])).toBe(1);
    expect(independentShare(copies, [])).toBe(1);
  });
});

function cut(samples: readonly Sample[], cuts: readonly number[]): Sample[][] {
  const arrivals: Sample[][] = [];
  let at = 0;
  for (const length of [...cuts, samples.length]) {
    arrivals.push(samples.slice(at, at + length));
    at += length;
  }
  return arrivals;
}

function withoutValues({ id, interval, revision, reportedStep }: PhaseChange) {
  return { id, interval, revision, reportedStep };
}
