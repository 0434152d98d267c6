import { describe, expect, it } from 'vitest';
import { columnsOfRun, RunColumns } from '../../client/view/run-columns.ts';
import { apply, initialState } from '../../protocol/apply.ts';
import type { Checkpoint, RunState } from '../../protocol/state.ts';
import { slowColumn } from '../oracle/slow-columns.ts';
import { madeCheckpoint } from './made.ts';

const GINI = { id: 'gini', range: [0, 1] } as const;
const CHURN = { id: 'churn', range: [0, null] } as const;
const at = (step: number, gini: number, error?: number) =>
  madeCheckpoint(step, { metrics: { gini }, metricErrors: error === undefined ? {} : { gini: error } });

function following(...lists: readonly (readonly Checkpoint[])[]): RunColumns {
  const columns = new RunColumns();
  columns.column(GINI);
  for (const list of lists) columns.follow(list);
  return columns;
}

describe('RunColumns', () => {
  const [a, b, c] = [at(0, 0.1), at(2, 0.2, 0.05), at(4, 0.3)];

  it('has a row a checkpoint, a gap where there is no value, and a band inside what the metric can be', () => {
    const failed = madeCheckpoint(6, { status: 'failed', metrics: { gini: 0.9 } });
    const columns = following([a, b, failed, at(8, 0.99, 0.1)]);
    expect([...columns.steps]).toEqual([0, 2, 6, 8]);
    expect(columns.column(GINI)).toEqual({
      metric: 'gini',
      values: [0.1, 0.2, null, 0.99],
      band: { low: [null, 0.15000000000000002, null, 0.89], high: [null, 0.25, null, 1] },
      samples: 3,
    });
    expect(columns.failedSteps).toEqual([6]);
  });

  it('computes one cell a column for a checkpoint that is appended, whatever there is already', () => {
    const many = Array.from({ length: 10_000 }, (_, step) => at(step, 0.5));
    const columns = following(many);
    columns.column(CHURN);
    const before = columns.cellsComputed;
    columns.follow([...many, at(10_000, 0.6)]);
    expect(columns.cellsComputed - before).toBe(2);
    expect(columns.column(GINI).values.length).toBe(10_001);
  });

  it('computes only the row of a checkpoint that changed, and its bounds', () => {
    const columns = following([a, b, c]);
    const { values } = columns.column(GINI);
    const before = columns.cellsComputed;
    columns.follow([at(0, 0.7), b, c]);
    expect(columns.cellsComputed - before).toBe(3);
    expect(columns.column(GINI).values).toBe(values);
    expect(values).toEqual([0.7, 0.2, 0.3]);
  });

  it('puts a late checkpoint in its place, and computes no other', () => {
    const columns = following([a, c]);
    const before = columns.cellsComputed;
    columns.follow([a, at(1, 0.4), c]);
    expect(columns.cellsComputed - before).toBe(1);
    expect([...columns.steps]).toEqual([0, 1, 4]);
    expect(columns.column(GINI).values).toEqual([0.1, 0.4, 0.3]);
  });

  it('takes out what was left behind, and says that nothing changed where nothing did', () => {
    const columns = following([a, b, c], [a, b]);
    expect(columns.column(GINI).values).toEqual([0.1, 0.2]);
    const { version, cellsComputed } = columns;
    columns.follow([a, b]);
    expect([columns.version, columns.cellsComputed]).toEqual([version, cellsComputed]);
  });

  it('does not move rows under a view of the steps that a chart out of sight still holds', () => {
    const columns = following([a, c]);
    const held = columns.steps;
    columns.follow([a, b, c]);
    expect([...held]).toEqual([0, 4]);
  });

  it('is shared by all who ask for the same run', () => {
    const run = {};
    expect(columnsOfRun(run)).toBe(columnsOfRun(run));
    expect(columnsOfRun({})).not.toBe(columnsOfRun(run));
  });

  it.each([1, 2, 3, 4, 5, 6])('is what a slow rebuild gives after any walk of deltas (seed %i)', (seed) => {
    const random = mulberry32(seed);
    const columns = new RunColumns();
    let state = initialState({ id: 'r', name: 'r', source: '', analysis: null });
    for (let turn = 0; turn < 300; turn += 1) {
      // Several deltas may arrive in a frame.
      for (let delta = 0; delta <= random() * 3; delta += 1) state = stepped(state, random);
      columns.follow(state.checkpoints);
      if (turn === 40) columns.column(CHURN);
      expect([...columns.steps]).toEqual(state.checkpoints.map(({ step }) => step));
      for (const info of [GINI, CHURN])
        if (info === GINI || turn >= 40)
          expect(columns.column(info)).toEqual(slowColumn(state.checkpoints, info));
      expect(columns.failedSteps).toEqual(
        state.checkpoints.filter(({ status }) => status === 'failed').map(({ step }) => step),
      );
    }
  });
});

/** Something that can happen to a run. */
function stepped(state: RunState, random: () => number): RunState {
  const step = Math.floor(random() * 60);
  const checkpoint = `checkpoint-${step}${random() < 0.1 ? 'b' : ''}`;
  const kind = random();
  if (kind < 0.03) return apply(state, { type: 'rewound', fromStep: step });
  if (kind < 0.1)
    return apply(state, { type: 'failure', checkpoint, step, failure: { code: 'torn', message: 'torn' } });
  const known = state.checkpoints.find(({ id }) => id === checkpoint);
  if (known === undefined || kind < 0.2)
    return apply(state, { type: 'checkpoint-started', checkpoint, step, content: null });
  return apply(state, {
    type: 'metrics',
    checkpoint,
    metrics: { [random() < 0.5 ? 'gini' : 'churn']: random() },
    metricErrors: random() < 0.4 ? { gini: random() } : {},
    nullScores: {},
    nodeMetrics: {},
    headScores: {},
    task: {},
    undefinedCount: null,
    roles: {},
  });
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
