/** Random walks over all deltas, and what a training that begins again leaves behind. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { apply, initialState } from '../../protocol/apply.ts';
import { decodePacked, encodePacked } from '../../protocol/packed.ts';
import { type Delta, RunState } from '../../protocol/state.ts';
import { seededRandom } from '../../server/base/random.ts';
import { DeltaWalk, RUN, walked } from '../log/delta-walk.ts';

const SEEDS = Array.from({ length: 25 }, (_, seed) => seed);
const stateAfter = (deltas: readonly Delta[]) => deltas.reduce(apply, initialState(RUN));

describe('the walk', () => {
  it('comes by every kind of delta', () => {
    const kinds = new Set(SEEDS.flatMap((seed) => walked(seed, 60).map(({ type }) => type)));
    expect([...kinds].sort()).toEqual([
      'checkpoint-done',
      'checkpoint-skipped',
      'checkpoint-started',
      'edges',
      'failure',
      'metrics',
      'phase-change',
      'phases',
      'rewound',
      'run',
    ]);
  });
});

describe('the state of a run', () => {
  it.each(SEEDS)('S-2: is the same from a snapshot in either encoding on, seed %i', (seed) => {
    const deltas = walked(seed, 60);
    const whole = stateAfter(deltas);
    const random = seededRandom(seed);
    for (let join = 0; join < 12; join += 1) {
      const at = Math.floor(random() * (deltas.length + 1));
      const snapshot = stateAfter(deltas.slice(0, at));
      const copies = [JSON.parse(JSON.stringify(snapshot)), decodePacked(encodePacked(snapshot))];
      for (const copy of copies)
        expect(deltas.slice(at).reduce(apply, v.parse(RunState, copy))).toEqual(whole);
    }
  });

  it('S-2: is never changed by what comes after it', () => {
    const walk = new DeltaWalk(7);
    for (let step = 0; step < 60; step += 1) {
      const before = walk.state;
      const copy = structuredClone(before);
      walk.step();
      expect(before).toEqual(copy);
    }
  });
});

describe('a training that begins again', () => {
  it.each(SEEDS)('S-7: moves checkpoints and phase changes and loses none, seed %i', (seed) => {
    let state = initialState(RUN);
    for (const delta of walked(seed, 80)) {
      const after = apply(state, delta);
      if (delta.type === 'rewound') {
        const branch = after.branches[after.branches.length - 1];
        expect(after.branches.slice(0, -1)).toEqual(state.branches);
        expect([...after.checkpoints, ...branch.checkpoints]).toEqual(state.checkpoints);
        expect([...after.phaseChanges, ...branch.phaseChanges]).toEqual(state.phaseChanges);
        expect(after.checkpoints.every(({ step }) => step < delta.fromStep)).toBe(true);
        expect(branch.checkpoints.every(({ step }) => step >= delta.fromStep)).toBe(true);
        expect(branch.phaseChanges.every(({ interval }) => interval[1] >= delta.fromStep)).toBe(true);
        for (const graph of [after.partial, after.latest])
          expect(graph?.step ?? -1).toBeLessThan(delta.fromStep);
        expect(after.segments.every(({ to }) => to < delta.fromStep)).toBe(true);
      } else {
        expect(after.branches).toBe(state.branches);
      }
      state = after;
    }
  });

  it('S-7: at step 20 leaves 10 and its graph, and 20 and 30 as a branch', () => {
    const checkpoint = (step: number): Delta[] => [
      { type: 'checkpoint-started', checkpoint: `c${step}`, step, content: `${step}` },
      { type: 'checkpoint-done', checkpoint: `c${step}`, millis: 1, unchangedLayers: 0, identicalTo: null },
    ];
    const late = stateAfter([...checkpoint(20), ...checkpoint(30), ...checkpoint(10)]);
    const again = apply(late, { type: 'rewound', fromStep: 20 });
    expect(again.checkpoints.map(({ id }) => id)).toEqual(['c10']);
    expect(again.latest?.checkpoint).toBe('c10');
    expect(again.branches).toMatchObject([{ fromStep: 20, checkpoints: [{ id: 'c20' }, { id: 'c30' }] }]);
    const whole = apply(again, { type: 'rewound', fromStep: 0 });
    expect([whole.checkpoints, whole.latest, whole.branches.length]).toEqual([[], null, 2]);
  });
});
