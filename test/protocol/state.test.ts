import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { apply, initialState } from '../../protocol/apply.ts';
import { decoded } from '../../protocol/encoding.ts';
import { type ComponentNode, possibleEdges } from '../../protocol/graph.ts';
import { clientMessageFrom, serverMessageFrom } from '../../protocol/messages.ts';
import { OutOfStep } from '../../protocol/out-of-step.ts';
import { type Delta, type RunInfo, RunState } from '../../protocol/state.ts';

const RUN: RunInfo = { id: 'r', name: 'r', source: '/r', analysis: null };
const stateAfter = (...deltas: Delta[]) => deltas.reduce(apply, initialState(RUN));

const started = (checkpoint: string, step: number): Delta => ({
  type: 'checkpoint-started',
  checkpoint,
  step,
  content: `contents of ${checkpoint}`,
});
const edges = (checkpoint: string, layer: number, firstEdge: number, weights: number[]): Delta => ({
  type: 'edges',
  checkpoint,
  layer,
  firstEdge,
  weights,
  standardErrors: weights.map(() => 0.01),
});
const metrics = (checkpoint: string, gini: number): Delta => ({
  type: 'metrics',
  checkpoint,
  metrics: { gini },
  metricErrors: {},
  nullScores: {},
  nodeMetrics: { out_strength: [gini] },
  headScores: { previous_token: [gini] },
  task: { loss_first_half: 4 },
  roles: { spreaders: ['L0MLP'], gatherers: [], gatekeepers: [] },
  undefinedCount: 3,
});
const done = (checkpoint: string): Delta => ({
  type: 'checkpoint-done',
  checkpoint,
  millis: 12,
  unchangedLayers: 0,
  identicalTo: null,
});
const failed = (checkpoint: string, step: number): Delta => ({
  type: 'failure',
  checkpoint,
  step,
  failure: { code: 'truncated', message: 'cut short' },
});

describe('the state of a run', () => {
  it('S-4: grows a graph layer by layer and makes it the latest when the checkpoint is done', () => {
    const partial = stateAfter(started('a', 1), edges('a', 0, 0, []), edges('a', 1, 0, [0.1, 0.2]));
    expect(partial.partial?.weights).toEqual([0.1, 0.2]);
    expect(partial.latest).toBeNull();
    const whole = [edges('a', 2, 2, [0.3]), metrics('a', 0.5), done('a')].reduce(apply, partial);
    expect(whole.partial).toBeNull();
    expect(whole.latest).toEqual({
      checkpoint: 'a',
      step: 1,
      weights: [0.1, 0.2, 0.3],
      standardErrors: [0.01, 0.01, 0.01],
      nodeMetrics: { out_strength: [0.5] },
      headScores: { previous_token: [0.5] },
    });
    expect(whole.checkpoints[0]).toMatchObject({ status: 'done', metrics: { gini: 0.5 }, millis: 12 });
  });

  it('lists checkpoints by step, whatever the order in which they came', () => {
    const state = stateAfter(started('c', 30), done('c'), failed('a', 10), started('b', 20));
    expect(state.checkpoints.map((checkpoint) => checkpoint.id)).toEqual(['a', 'b', 'c']);
  });

  it('S-5: begins a failed checkpoint anew when it starts again', () => {
    const state = stateAfter(failed('a', 1), started('a', 1));
    expect(state.checkpoints).toMatchObject([{ id: 'a', status: 'computing', failure: null }]);
  });

  it('drops the half graph of a checkpoint that failed, and keeps the latest', () => {
    const state = stateAfter(
      started('a', 1),
      done('a'),
      started('b', 2),
      edges('b', 0, 0, [1]),
      failed('b', 2),
    );
    expect(state.partial).toBeNull();
    expect(state.latest?.checkpoint).toBe('a');
  });

  it('takes a later comparison without touching what is known', () => {
    const comparison: Delta = {
      type: 'metrics',
      checkpoint: 'a',
      metrics: { churn: 0.25 },
      metricErrors: {},
      nullScores: {},
      nodeMetrics: {},
      headScores: {},
      task: {},
      roles: {},
      undefinedCount: null,
    };
    const state = stateAfter(started('a', 1), metrics('a', 0.5), done('a'), comparison);
    expect(state.checkpoints[0]).toMatchObject({
      metrics: { gini: 0.5, churn: 0.25 },
      roles: { spreaders: ['L0MLP'], gatherers: [], gatekeepers: [] },
    });
  });

  it.each([
    ['edges that leave a hole', [started('a', 1), edges('a', 1, 5, [1])]],
    ['edges of a checkpoint that is not under way', [edges('a', 0, 0, [1])]],
    ['the end of a checkpoint that is not under way', [started('a', 1), done('b')]],
    ['metrics of a checkpoint that is not known', [metrics('a', 1)]],
  ])('S-3: refuses a delta that does not fit: %s', (_, deltas) => {
    expect(() => stateAfter(...deltas)).toThrow(OutOfStep);
  });

  it('S-2: is the same whether a viewer joins at a snapshot or saw every delta', () => {
    const all = [
      started('a', 1),
      edges('a', 0, 0, [0.5]),
      metrics('a', 0.2),
      done('a'),
      failed('b', 2),
      started('b', 2),
      edges('b', 0, 0, [0.25]),
    ];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: all.length }), (joined) => {
        const snapshot = v.parse(RunState, JSON.parse(JSON.stringify(stateAfter(...all.slice(0, joined)))));
        expect(all.slice(joined).reduce(apply, snapshot)).toEqual(stateAfter(...all));
      }),
    );
  });

  it('never changes a state that somebody holds', () => {
    const before = stateAfter(started('a', 1), edges('a', 0, 0, [0.5]));
    const copy = structuredClone(before);
    [edges('a', 1, 1, [0.7]), metrics('a', 0.1), done('a'), failed('a', 1)].reduce(apply, before);
    expect(before).toEqual(copy);
  });
});

describe('possible edges', () => {
  const node = (id: string, layer: number, depth: number): ComponentNode => ({
    id,
    layer,
    kind: 'head',
    depth,
  });

  it('lead from lower to higher depth only, ordered by target and then source', () => {
    const { sources, targets } = possibleEdges([
      node('a', 0, 0),
      node('b', 0, 0),
      node('c', 1, 1),
      node('d', 2, 2),
    ]);
    expect([...sources]).toEqual([0, 1, 0, 1, 2]);
    expect([...targets]).toEqual([2, 2, 3, 3, 3]);
  });

  it('hold head → MLP of the same layer where blocks are sequential', () => {
    const { sources, targets } = possibleEdges([node('L0H0', 0, 0), node('L0H1', 0, 0), node('L0MLP', 0, 1)]);
    expect([...sources].map((source, edge) => [source, targets[edge]])).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  it('number 375 for Pythia-14M and 11,154 for Pythia-160M', () => {
    const count = (layers: number, heads: number) =>
      possibleEdges(
        Array.from({ length: layers * (heads + 1) }, (_, index) => {
          const layer = Math.floor(index / (heads + 1));
          return node(String(index), layer, layer);
        }),
      ).sources.length;
    expect([count(6, 4), count(12, 12)]).toEqual([375, 11_154]);
  });
});

describe('a message', () => {
  it('M-1: that is no JSON or fits no schema is refused with what was expected', () => {
    expect(decoded('hello', 'json')).toEqual({ ok: false, problem: 'expected JSON' });
    expect(decoded(Uint8Array.of(0xc1), 'binary')).toEqual({
      ok: false,
      problem: 'expected one MessagePack value',
    });
    expect(clientMessageFrom({ type: 'hello', protocol: '1', client: 'x' })).toMatchObject({
      ok: false,
      problem: expect.stringContaining('protocol'),
    });
    expect(serverMessageFrom({ type: 'delta' }).ok).toBe(false);
  });
});
