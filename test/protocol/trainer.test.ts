/** The curves of a trainer's log: by hand, and against a slow version that keeps everything. */

import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { apply, initialState } from '../../protocol/apply.ts';
import { RunState, type RunState as State } from '../../protocol/state.ts';
import {
  isNews,
  TRAINER_NAMES_MAX,
  TRAINER_POINTS_MAX,
  type TrainerEntry,
  withEntries,
} from '../../protocol/trainer.ts';

const RUN = { id: 'r', name: 'r', source: '/r', analysis: null };
const entry = (step: number, values: Record<string, number>): TrainerEntry => ({ step, values });
const logged = (state: State, ...entries: TrainerEntry[]) => apply(state, { type: 'logged', entries });
const losses = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => entry(from + index, { loss: from + index }));

describe('what the trainer logged', () => {
  it('S-9: is a curve a name, by step; a value is in place of an earlier one of its step, and `rewound` takes none away', () => {
    let state = logged(initialState(RUN), entry(10, { loss: 3, lr: 0.5 }), entry(30, { loss: 1 }));
    state = logged(state, entry(20, { loss: 2 }), entry(30, { loss: 1.5 }));
    const expected = [
      { name: 'loss', steps: [10, 20, 30], values: [3, 2, 1.5], stride: 1, count: 3 },
      { name: 'lr', steps: [10], values: [0.5], stride: 1, count: 1 },
    ];
    expect(state.trainer).toEqual(expected);
    expect(apply(state, { type: 'rewound', fromStep: 20 }).trainer).toEqual(expected);
  });

  it('S-9: has at most 64 names, the first ones', () => {
    const names = Array.from({ length: TRAINER_NAMES_MAX + 1 }, (_, index) => `name ${index}`);
    const all = entry(1, Object.fromEntries(names.map((name) => [name, 1])));
    const state = logged(logged(initialState(RUN), all), entry(2, { 'name 0': 2, 'name 64': 2 }));
    expect(state.trainer.map(({ name }) => name)).toEqual(names.slice(0, 64));
    expect(state.trainer[0].values).toEqual([1, 2]);
  });

  it('S-9: keeps of more than 5,000 points every second one, as often as it takes, and the newest always', () => {
    const [curve] = withEntries([], losses(0, 5_000));
    expect([curve.steps.length, curve.stride]).toEqual([5_000, 1]);
    const [thinned] = withEntries([curve], losses(5_000, 5_001));
    expect([thinned.steps.length, thinned.stride]).toEqual([2_501, 2]);
    expect(thinned.steps.slice(0, 3)).toEqual([0, 2, 4]);
    const [next] = withEntries([thinned], losses(5_001, 5_002));
    expect(next.steps.slice(-2)).toEqual([5_000, 5_001]);
    const [after] = withEntries([next], losses(5_002, 5_003));
    expect(after.steps.slice(-2)).toEqual([5_000, 5_002]);
  });

  it.each([1, 7, 500])('is the same in batches of %i: every stride-th point and the last', (size) => {
    const points = 23_456;
    let curves = withEntries([], []);
    for (let from = 0; from < points; from += size)
      curves = withEntries(curves, losses(from, Math.min(points, from + size)));
    const all = Array.from({ length: points }, (_, index) => index);
    const expected = all.filter((index) => index % 8 === 0 || index === points - 1);
    expect(curves).toEqual([{ name: 'loss', steps: expected, values: expected, stride: 8, count: points }]);
    expect(expected.length).toBeLessThanOrEqual(TRAINER_POINTS_MAX);
    // Read again from its beginning, the log says nothing new.
    expect(all.filter((index) => isNews(curves[0], index, index))).toEqual([]);
    expect(withEntries(curves, losses(0, points))[0]).toBe(curves[0]);
  });

  it('shares what did not change, and changes nothing that was there', () => {
    const before = withEntries([], [entry(1, { a: 1, b: 1 })]);
    const kept = structuredClone(before);
    const after = withEntries(before, [entry(2, { b: 2 })]);
    expect(before).toEqual(kept);
    expect(after[0]).toBe(before[0]);
  });

  it('takes names that an object has by itself for names', () => {
    expect(withEntries([], [entry(1, { constructor: 2 })])[0]).toMatchObject({
      name: 'constructor',
      values: [2],
    });
  });

  it('is nothing in a state that was written before there was any', () => {
    const { trainer: _, ...older } = initialState(RUN);
    expect(v.parse(RunState, older).trainer).toEqual([]);
  });
});
