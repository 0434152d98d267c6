import { describe, expect, it } from 'vitest';
import { Opposite } from '../../client/elements/opposite.ts';
import { escaped, wrapped } from '../../client/figure/paper.ts';
import { Graphs } from '../../client/graphs.ts';
import { differenceOf } from '../../client/view/difference.ts';
import { differenceText, fateText, totalsText } from '../../client/view/difference-words.ts';
import { counterpartOf, counterpartText, mismatchText, probeNote } from '../../client/view/other-run.ts';
import { insideOf, itemsOf, phaseRows } from '../../client/view/phase-items.ts';
import { roleHistory } from '../../client/view/role-history.ts';
import { movedPlace, roleRows } from '../../client/view/role-table.ts';
import { pressed, type Sort, sorted } from '../../client/view/sorting.ts';
import type { WatchedRun } from '../../client/watched-run.ts';
import type { Graph, RunState } from '../../protocol/state.ts';
import {
  EDGES,
  madeAnalysis,
  madeChange,
  madeCheckpoint,
  madeGraph,
  madeNodes,
  madeState,
  NODES,
} from './made.ts';

describe('a checkpoint of another run', () => {
  const checkpoints = [0, 500, 600].map((step) => madeCheckpoint(step));

  it('is the one of equal step, else the nearest complete one below', () => {
    const at = (step: number) => {
      const found = counterpartOf([...checkpoints, madeCheckpoint(700, { status: 'failed' })], step);
      return found && counterpartText(found);
    };
    expect([600, 599, 700, 499].map(at)).toEqual([
      'step 600',
      'step 500, the nearest below',
      'step 600, the nearest below',
      'step 0, the nearest below',
    ]);
    expect(counterpartOf(checkpoints.slice(1), 499)).toBeNull();
  });

  it('is of a run with the same nodes, measured in the same way', () => {
    const own = { name: 'a', analysis: madeAnalysis(NODES) };
    const larger = { name: 'b', analysis: madeAnalysis(madeNodes(2, 3)) };
    expect(mismatchText(own, { ...own, name: 'b' })).toBeNull();
    expect(mismatchText(own, larger)).toBe(
      'The two runs have different nodes: a has 2 × 1 heads (4 nodes), b has 2 × 1 heads (8 nodes). Only graphs with the same nodes can be compared edge by edge.',
    );
    const mean = { name: 'b', analysis: { ...own.analysis, ablation: 'mean' } as const };
    expect(mismatchText(own, mean)).toContain(
      'a by zero ablation · 1 − cosine, b by mean ablation · 1 − cosine',
    );
    const probe = { ...own.analysis.probe, prompts: 8 };
    expect(probeNote(own, { name: 'b', analysis: { ...own.analysis, probe } })).toBe(
      'Probes differ: a reads an induction probe, 4 prompts × 48 positions, b an induction probe, 8 prompts × 48 positions.',
    );
    const text = { name: 'b', analysis: { ...own.analysis, probe: { ...probe, kind: 'text' } } as const };
    expect(probeNote(own, text)).toContain('b a text probe');
    expect(probeNote(own, own)).toBeNull();
  });

  it('is fetched once, said when it cannot be, and asked for again on another step', async () => {
    const asked: string[] = [];
    const graphs = new Graphs(async (_, { id }): Promise<Graph> => {
      asked.push(id);
      if (id === 'checkpoint-0') throw new Error('the server no longer has this graph');
      return madeGraph(500, [1, 2, 3, 4]);
    });
    const run = { graphs, state: madeState({ checkpoints }) as RunState } as WatchedRun;
    let tell = () => {};
    const opposite = new Opposite(() => tell());
    const next = () =>
      new Promise<void>((resolve) => {
        tell = resolve;
      });
    opposite.follow(run, 10);
    opposite.follow(run, 20);
    await next();
    expect([asked, opposite.problem, opposite.graph]).toEqual([
      ['checkpoint-0'],
      'the server no longer has this graph',
      null,
    ]);
    opposite.follow(run, 512);
    expect([opposite.problem, opposite.counterpart?.isSameStep]).toEqual([null, false]);
    await next();
    opposite.follow(run, 512);
    expect([asked, opposite.graph?.weights]).toEqual([
      ['checkpoint-0', 'checkpoint-500'],
      [1, 2, 3, 4],
    ]);
    opposite.follow(null, 512);
    expect([opposite.graph, opposite.counterpart]).toEqual([null, null]);
  });
});

describe('a difference of two runs in words', () => {
  const difference = differenceOf({
    before: madeGraph(100, [0.1, 0.5, 0.2, 0.2]),
    after: madeGraph(100, [0.5, 0.1, 0.2, 0.2]),
    rolesBefore: { spreaders: ['L0H0'], gatherers: [], gatekeepers: [] },
    rolesAfter: { spreaders: ['L0MLP'], gatherers: [], gatekeepers: [] },
    nodes: NODES,
    edges: EDGES,
    activityThreshold: 0.3,
    limit: 40,
  });
  const runs = { own: 'alpha', other: 'beta' };

  it('says which run has what', () => {
    expect(totalsText(difference, runs)).toBe(
      'total strength +0 % (1 → 1), churn 0.571, 1 edge active in alpha only, 1 in beta only',
    );
    const text = differenceText(difference, { step: 90 }, { step: 100 }, 'alpha', 'beta');
    expect(text.split('\n')[0]).toMatch(/^From step 90 of run beta to step 100 of run alpha: total strength/);
    expect(text).toContain('Roles: L0MLP is a spreader in alpha only; L0H0 is a spreader in beta only.');
    expect(fateText('removed', runs)).toBe('active in beta only');
    expect(fateText('weaker', runs)).toBe('weaker in alpha');
    expect(fateText('weaker', null)).toBe('weaker');
  });
});

describe('sorting', () => {
  it('orders numbers by value and names by their numbers, and keeps ties', () => {
    const rows = [
      { id: 'L10H0', weight: 2 },
      { id: 'L2H0', weight: -3 },
      { id: 'L2H1', weight: 2 },
    ];
    const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
    expect(ids(sorted(rows, ({ id }) => id, false))).toEqual(['L2H0', 'L2H1', 'L10H0']);
    expect(ids(sorted(rows, ({ weight }) => weight, true))).toEqual(['L10H0', 'L2H1', 'L2H0']);
  });

  it('begins with the largest number or the first name, and turns when pressed again', () => {
    const start: Sort<'name' | 'weight'> = { column: 'name', isDescending: false };
    const once = pressed(start, 'weight', false);
    expect(once).toEqual({ column: 'weight', isDescending: true });
    expect(pressed(once, 'weight', false)).toEqual({ column: 'weight', isDescending: false });
    expect(pressed(once, 'name', true)).toEqual(start);
  });
});

describe('the timeline of roles', () => {
  const held = (spreaders: string[]) => ({ roles: { spreaders, gatherers: ['L1MLP'], gatekeepers: [] } });
  const history = roleHistory(
    [
      madeCheckpoint(0, held(['L0H0'])),
      madeCheckpoint(10, held(['L0H0'])),
      madeCheckpoint(20, held(['L0MLP'])),
    ],
    NODES,
  );

  it('lists every holding with its steps and the number of its checkpoints', () => {
    expect(roleRows(history)).toEqual([
      ['L1MLP', 'gatherer', 0, 20, 3],
      ['L0H0', 'spreader', 0, 10, 2],
      ['L0MLP', 'spreader', 20, 20, 1],
    ]);
  });

  it('has a cursor that begins at the last checkpoint and stays inside', () => {
    expect(movedPlace(null, 'ArrowLeft', history)).toEqual({ row: 0, column: 2 });
    expect(movedPlace({ row: 0, column: 2 }, 'ArrowRight', history)).toEqual({ row: 0, column: 2 });
    expect(movedPlace({ row: 0, column: 2 }, 'PageDown', history)).toEqual({ row: 2, column: 2 });
    expect(movedPlace({ row: 2, column: 2 }, 'Home', history)).toEqual({ row: 2, column: 0 });
    expect(movedPlace({ row: 1, column: 0 }, 'ArrowUp', history)).toEqual({ row: 0, column: 0 });
    expect(movedPlace({ row: 1, column: 0 }, 'Tab', history)).toBeNull();
    expect(movedPlace(null, 'End', { rows: [], columns: [] })).toBeNull();
  });
});

describe('the ribbon of phases', () => {
  const segments = [
    { from: 0, to: 500, name: 'exploration', reasons: ['Strength does not grow.'] } as const,
    { from: 550, to: 1000, name: null, reasons: [] },
  ].map((segment) => ({ ...segment, reasons: [...segment.reasons] }));
  const changes = [madeChange(), madeChange({ id: 'doubt', interval: [900, 950], probability: 0.2 })];

  it('holds what lies in the range that is shown', () => {
    const keys = (range: readonly [number, number]) =>
      itemsOf(segments, changes, 'linear', range).map(({ key }) => key);
    expect(keys([0, 1000])).toEqual(['band-0', 'band-550', 'change-phase-change-550']);
    expect(keys([0, 400])).toEqual(['band-0']);
    expect(keys([600, 1000])).toEqual(['band-550']);
  });

  it('keeps what reaches beyond the range inside of it', () => {
    expect([0, 500, 750, 2000].map((step) => insideOf(step, [500, 1000], 'linear'))).toEqual([0, 0, 0.5, 1]);
    expect(insideOf(Number.NaN, [500, 1000], 'linear')).toBe(0);
  });

  it('lists segments, then changes with their standing and probability', () => {
    expect(phaseRows(segments, changes)).toEqual([
      ['phase', 0, 500, 'exploration', null, 'Strength does not grow.'],
      ['phase', 550, 1000, 'no name', null, ''],
      ['change', 900, 950, 'in doubt', '0.20', ''],
      ['change', 512, 550, 'stands', '0.98', ''],
    ]);
  });
});

describe('a sheet', () => {
  it('escapes what would be markup, and breaks lines between words', () => {
    expect(escaped('a < b & "c"')).toBe('a &lt; b &amp; &quot;c&quot;');
    expect(wrapped('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  });
});
