import { describe, expect, it } from 'vitest';
import {
  beforeBranch,
  checkpointOf,
  followed,
  forkLabel,
  forksText,
  forkText,
  keyText,
  legendText,
  lineOf,
} from '../../client/view/branches.ts';
import { indexOf, listOf } from '../../client/view/checkpoint-list.ts';
import { ghostsOf, ghostValueAt, stepSpan } from '../../client/view/ghosts.ts';
import { apply } from '../../protocol/apply.ts';
import type { Delta, RunState } from '../../protocol/state.ts';
import { madeBranch, madeCheckpoint, madeState } from './made.ts';

const at = (step: number, gini: number) => madeCheckpoint(step, { metrics: { gini, total_strength: gini } });

/** Trained to 8, begun again at 4 and trained to 6. */
const ONCE = madeState({
  checkpoints: [at(0, 0.1), at(2, 0.2), at(4, 0.5), at(6, 0.6)],
  branches: [madeBranch(4, [at(4, 0.3), at(8, 0.4)])],
});

function trained(state: RunState, ...deltas: Delta[]): RunState {
  return deltas.reduce<RunState>(apply, state);
}
const skipped = (step: number): Delta => ({
  type: 'checkpoint-skipped',
  checkpoint: `checkpoint-${step}`,
  step,
});
/** Begun again at 8, and then at 2: the second branch has what came before the first. */
const TWICE = trained(
  madeState({}),
  ...[0, 2, 4, 8, 16].map(skipped),
  { type: 'rewound', fromStep: 8 },
  ...[8, 12].map(skipped),
  { type: 'rewound', fromStep: 2 },
  ...[2, 3].map(skipped),
);

const keys = (line: readonly { readonly key: { readonly id: string; readonly branch: number | null } }[]) =>
  line.map(({ key }) => keyText(key).replace('checkpoint-', ''));

describe('keys', () => {
  it('S-7: tell checkpoints of the same id apart', () => {
    expect(keyText({ id: 'a', branch: null })).not.toBe(keyText({ id: 'a', branch: 0 }));
    expect(checkpointOf(ONCE, { id: 'checkpoint-4', branch: 0 })?.metrics.gini).toBe(0.3);
    expect(checkpointOf(ONCE, { id: 'checkpoint-4', branch: null })?.metrics.gini).toBe(0.5);
    expect(checkpointOf(ONCE, { id: 'checkpoint-4', branch: 1 })).toBeNull();
  });

  it('S-7: follow what was left behind since they were known', () => {
    const key = { id: 'checkpoint-8', branch: null };
    expect(followed(key, TWICE.branches, 0)).toEqual({ id: 'checkpoint-8', branch: 0 });
    expect(followed(key, TWICE.branches, 1)).toEqual({ id: 'checkpoint-8', branch: 1 });
    expect(followed(key, TWICE.branches, 2)).toEqual(key);
    expect(followed({ id: 'checkpoint-8', branch: 0 }, TWICE.branches, 0).branch).toBe(0);
  });
});

describe('lineOf', () => {
  it('is the run, or what led to a branch', () => {
    expect(keys(lineOf(ONCE, null))).toEqual(['/0', '/2', '/4', '/6']);
    expect(keys(lineOf(ONCE, 0))).toEqual(['/0', '/2', '0/4', '0/8']);
  });

  it('S-7: finds what came before a branch in the branch that took it later', () => {
    expect(keys(beforeBranch(TWICE, 0))).toEqual(['/0', '1/2', '1/4']);
    expect(keys(beforeBranch(TWICE, 1))).toEqual(['/0']);
    expect(keys(lineOf(TWICE, 0))).toEqual(['/0', '1/2', '1/4', '0/8', '0/16']);
  });
});

describe('ghostsOf', () => {
  it('S-7: joins each branch to the last value in common', () => {
    expect(ghostsOf(ONCE, ['gini', 'churn'])).toEqual([
      {
        branch: 0,
        series: 0,
        fromStep: 4,
        points: [
          { step: 2, value: 0.2 },
          { step: 4, value: 0.3 },
          { step: 8, value: 0.4 },
        ],
      },
    ]);
  });

  it('begins with itself where nothing is in common', () => {
    const state = madeState({ branches: [madeBranch(0, [at(0, 0.5)])] });
    expect(ghostsOf(state, ['gini'])[0].points).toEqual([{ step: 0, value: 0.5 }]);
  });

  it('has a value only where a branch has one, not where it has one in common', () => {
    const ghosts = ghostsOf(ONCE, ['gini']);
    expect([2, 4, 6, 8].map((step) => ghostValueAt(ghosts, 0, step))).toEqual([null, 0.3, null, 0.4]);
    expect(ghostValueAt(ghosts, 1, 4)).toBeNull();
  });

  it('reaches as far as either', () => {
    expect(stepSpan(ONCE)).toEqual([0, 8]);
    expect(stepSpan(madeState({}))).toBeNull();
  });
});

describe('the words of a fork', () => {
  it('say where, and how much', () => {
    expect(forkText(madeBranch(1512, [at(1512, 0)]))).toBe('rewound at step 1,512, 1 checkpoint left behind');
    expect(forkLabel(ONCE.branches[0])).toBe('rewound at 4 · 2 left behind');
    expect(forksText([])).toBeNull();
    expect(forksText(ONCE.branches)).toBe('rewound at step 4, 2 checkpoints left behind');
    expect(forksText(TWICE.branches)).toBe(
      'rewound 2 times · last rewound at step 2, 4 checkpoints left behind',
    );
    expect(legendText(ONCE.branches)).toBe('left behind at step 4');
    expect(legendText(TWICE.branches)).toBe('left behind at steps 2 and 8');
  });
});

describe('listOf', () => {
  const texts = (state: RunState, ...open: number[]) =>
    listOf({ ...state, open: new Set(open) }).map(({ text }) => text.replace('checkpoint-', ''));

  it('S-7: has a line at the fork, above what both have in common, and unfolds what was left behind', () => {
    expect(texts(ONCE)).toEqual(['/6', '/4', 'fork-0', '/2', '/0']);
    expect(texts(ONCE, 0)).toEqual(['/6', '/4', 'fork-0', '0/8', '0/4', '/2', '/0']);
  });

  it('has each fork at its step, the one that happened last on top', () => {
    expect(texts(TWICE)).toEqual(['fork-0', '/3', '/2', 'fork-1', '/0']);
    const same = { ...ONCE, branches: [...ONCE.branches, ...ONCE.branches] };
    expect(texts(same)).toEqual(['/6', '/4', 'fork-1', 'fork-0', '/2', '/0']);
  });

  it('measures strength by the largest of all', () => {
    const state = { ...ONCE, branches: [madeBranch(4, [at(4, 1.2)])] };
    const [newest] = listOf({ ...state, open: new Set() });
    expect(newest.kind === 'checkpoint' && newest.row.strength?.share).toBe(0.5);
  });

  it('finds a checkpoint in it, or the fork that hides it', () => {
    const folded = listOf({ ...ONCE, open: new Set() });
    expect(indexOf(folded, { id: 'checkpoint-4', branch: null })).toBe(1);
    expect(indexOf(folded, { id: 'checkpoint-4', branch: 0 })).toBe(2);
    expect(indexOf(listOf({ ...ONCE, open: new Set([0]) }), { id: 'checkpoint-4', branch: 0 })).toBe(4);
    expect(indexOf(folded, null)).toBe(-1);
  });
});
