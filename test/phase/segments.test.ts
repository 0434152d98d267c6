import { describe, expect, it } from 'vitest';
import type { PhaseChange, Sample } from '../../server/phase/phase-change.ts';
import { segments } from '../../server/phase/segments.ts';
import { normals, sampleOf } from './series.ts';

/** Steps are 10 × index; churn and role turnover per part, strength by its logarithm. */
function run(parts: readonly { count: number; rise: number; churn: number; turnover: number }[]): Sample[] {
  const normal = normals(1);
  let strength = 1;
  return parts
    .flatMap(({ count, rise, churn, turnover }) =>
      Array.from({ length: count }, () => {
        strength += rise / count;
        return {
          log_total_strength: strength + 0.002 * normal(),
          churn: churn + 0.002 * normal(),
          role_turnover: turnover,
        };
      }),
    )
    .map((signals, index) => sampleOf(index, signals));
}

function change(from: number, to: number, probability = 1): PhaseChange {
  return {
    type: 'phase-change',
    id: `phase-change-${to}`,
    interval: [from, to],
    probability,
    size: 5,
    signals: [],
    revision: 0,
    reportedStep: to,
  };
}

const WANDERING = { count: 10, rise: -0.3, churn: 0.3, turnover: 0.5 };
const GROWING = { count: 10, rise: 0.8, churn: 0.2, turnover: 0.2 };
const SHUFFLING = { count: 6, rise: 0, churn: 0.35, turnover: 0.8 };
const RESTING = { count: 12, rise: 0.02, churn: 0.1, turnover: 0 };

describe('segments', () => {
  it('get the four names from their statistics', () => {
    const samples = run([WANDERING, GROWING, SHUFFLING, RESTING]);
    const named = segments([change(90, 100), change(190, 200), change(250, 260)], samples);
    expect(named.map(({ from, to, name }) => [from, to, name])).toEqual([
      [0, 90, 'exploration'],
      [100, 190, 'consolidation'],
      [200, 250, 'reorganisation'],
      [260, 370, 'refinement'],
    ]);
    expect(named[1].reasons[0]).toMatch(/^total strength grows: \+\d+ % over the segment$/);
    expect(named[2].reasons.join()).toContain('role turnover 0.80');
  });

  it('ends a consolidation where growth levels off, without a change point', () => {
    const named = segments([change(90, 100)], run([WANDERING, GROWING, RESTING]));
    expect(named.map(({ name }) => name)).toEqual(['exploration', 'consolidation', 'refinement']);
    expect(named[2].from).toBeGreaterThanOrEqual(160);
    expect(named[2].from).toBeLessThanOrEqual(210);
  });

  it('does not call steady growth settled, however slow', () => {
    const steady = run([{ count: 60, rise: 0.5, churn: 0.1, turnover: 0 }]);
    expect(segments([], steady).map(({ name }) => name)).toEqual(['consolidation']);
  });

  it('calls nothing refinement before there was a consolidation', () => {
    expect(segments([], run([RESTING])).map(({ name }) => name)).toEqual(['exploration']);
  });

  it('leaves out what was taken back, and keeps a transition between its segments', () => {
    const samples = run([WANDERING, GROWING]);
    expect(segments([change(90, 100, 0.1)], samples)).toHaveLength(1);
    expect(segments([change(90, 120)], samples).map(({ from, to }) => [from, to])).toEqual([
      [0, 90],
      [120, 190],
    ]);
  });

  it('covers a run of no, one and two samples', () => {
    expect(segments([], [])).toEqual([]);
    expect(segments([], run([{ ...RESTING, count: 1 }]))).toMatchObject([{ from: 0, to: 0 }]);
    expect(segments([], run([{ ...RESTING, count: 2 }]))).toMatchObject([{ from: 0, to: 10 }]);
  });

  it('has no name without total strength', () => {
    expect(segments([], [sampleOf(0, { edges: 3 })])[0].name).toBeNull();
  });

  it('have no name while the last one has fewer than four checkpoints', () => {
    const samples = run([WANDERING, { ...GROWING, count: 3 }]);
    const named = segments([change(90, 100)], samples);
    expect(named.at(-1)).toEqual({
      from: 100,
      to: 120,
      name: null,
      reasons: ['too early to say: 3 of the 4 checkpoints that a name needs'],
    });
    expect(segments([change(90, 100)], run([WANDERING, { ...GROWING, count: 4 }])).at(-1)?.name).toBe(
      'consolidation',
    );
  });
});
