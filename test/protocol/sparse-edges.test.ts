import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, initialState } from '../../protocol/apply.ts';
import { OutOfStep } from '../../protocol/out-of-step.ts';
import { type EdgesDelta, sparseEdges } from '../../protocol/sparse-edges.ts';
import type { Delta, Graph, RunState } from '../../protocol/state.ts';

const RUN = { id: 'r', name: 'r', source: '/r', analysis: null };

const started = (checkpoint: string, step: number): Delta => ({
  type: 'checkpoint-started',
  checkpoint,
  step,
  content: null,
});
const done = (checkpoint: string): Delta => ({
  type: 'checkpoint-done',
  checkpoint,
  millis: 1,
  unchangedLayers: 0,
  identicalTo: null,
});
const edges = (
  checkpoint: string,
  firstEdge: number,
  weights: number[],
  standardErrors: number[] | null = null,
): EdgesDelta => ({ type: 'edges', checkpoint, layer: 0, firstEdge, weights, standardErrors });

/** A run in which `weights` are those of the graph completed last, and another checkpoint is under way. */
function completed(weights: number[], standardErrors: number[] | null = null): RunState {
  return [started('a', 1), edges('a', 0, weights, standardErrors), done('a'), started('b', 2)].reduce(
    apply,
    initialState(RUN),
  );
}
const latestOf = (state: RunState): Graph => {
  if (!state.latest) throw new Error('no graph');
  return state.latest;
};

describe('edges that differ from the graph before', () => {
  it('N-3: leave the state that the whole slice leaves, layer by layer', () => {
    const weight = fc.nat({ max: 3 }).map((multiple) => multiple / 1e6);
    const slices = fc.array(fc.array(fc.tuple(weight, weight, weight, weight), { maxLength: 8 }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(slices, fc.boolean(), (layers, hasErrors) => {
        const all = layers.flat();
        const begun = completed(
          all.map(([before]) => before),
          hasErrors ? all.map(([, , before]) => before) : null,
        );
        let [whole, sparse, firstEdge] = [begun, begun, 0];
        for (const layer of layers) {
          const delta = edges(
            'b',
            firstEdge,
            layer.map(([, now]) => now),
            hasErrors ? layer.map(([, , , now]) => now) : null,
          );
          whole = apply(whole, delta);
          sparse = apply(sparse, sparseEdges(delta, begun.latest));
          firstEdge += layer.length;
        }
        expect(sparse).toEqual(whole);
      }),
    );
  });

  it('N-3: are sent alone up to a half of the slice, in ascending order', () => {
    const latest = latestOf(completed([0.1, 0.2, 0.3, 0.4]));
    expect(sparseEdges(edges('b', 0, [0.1, 0.25, 0.3, 0.5]), latest)).toEqual({
      ...edges('b', 0, [0.25, 0.5]),
      since: { checkpoint: 'a', count: 4, at: [1, 3] },
    });
    const most = edges('b', 0, [0.1, 0.25, 0.35, 0.5]);
    expect(sparseEdges(most, latest)).toBe(most);
  });

  it('N-3: cost nothing where nothing changed', () => {
    const state = completed([0.1, 0.2], [0.01, 0.02]);
    expect(sparseEdges(edges('b', 0, [0.1, 0.2], [0.01, 0.02]), state.latest)).toMatchObject({
      weights: [],
      standardErrors: [],
      since: { at: [] },
    });
  });

  it('N-3: differ where only the standard error does, or the sign of a zero', () => {
    const latest = latestOf(completed([0, 0.2, 0.3], [0.01, 0.01, 0.01]));
    expect(sparseEdges(edges('b', 0, [0, 0.2, 0.3], [0.01, 0.02, 0.01]), latest).since?.at).toEqual([1]);
    expect(sparseEdges(edges('b', 0, [-0, 0.2, 0.3], [0.01, 0.01, 0.01]), latest).since?.at).toEqual([0]);
  });

  it.each([
    ['there is no graph', null, edges('b', 0, [0.1], null)],
    ['the graph before is smaller', latestOf(completed([0.1])), edges('b', 0, [0.1, 0.2])],
    ['only one of both has standard errors', latestOf(completed([0.1])), edges('b', 0, [0.1], [0.1])],
  ])('N-3: are the whole slice where %s', (_, latest, delta) => {
    expect(sparseEdges(delta, latest)).toBe(delta);
  });

  const since = (checkpoint: string, count: number, at: number[], weights = at.map(() => 1)): EdgesDelta => ({
    ...edges('b', 0, weights),
    since: { checkpoint, count, at },
  });
  it.each([
    ['of another graph', since('z', 2, [0])],
    ['of more edges than there were', since('a', 3, [0])],
    ['beyond the slice', since('a', 2, [2])],
    ['before the slice', since('a', 2, [-1])],
    ['out of order', since('a', 2, [1, 0])],
    ['of another number', since('a', 2, [0, 1], [1])],
    ['with standard errors that were not there before', { ...since('a', 2, [0]), standardErrors: [1] }],
  ])('N-3: are out of step where they are those %s', (_, delta) => {
    expect(() => apply(completed([0.1, 0.2]), delta)).toThrow(OutOfStep);
  });

  it('N-3: are out of step after the graph before was left behind', () => {
    const rewound = apply(completed([0.1, 0.2]), { type: 'rewound', fromStep: 1 });
    const again = apply(rewound, started('b', 2));
    expect(() => apply(again, since('a', 2, [0]))).toThrow('expected the graph of a, got none');
  });
});
