import { describe, expect, it } from 'vitest';
import { Comparing } from '../../client/feed/comparing.ts';
import { Store } from '../../client/store.ts';
import type { CheckpointKey } from '../../client/view/branches.ts';
import { baseOf } from '../../client/view/comparison.ts';
import { differenceOf } from '../../client/view/difference.ts';
import { differenceText, totalsText } from '../../client/view/difference-words.ts';
import { wiresOver } from '../../client/wire.ts';
import type { Graph } from '../../protocol/state.ts';
import { EDGES, madeBranch, madeCheckpoint, madeGraph, madeState, NODES } from './made.ts';
import { OPEN_ACCESS, ScriptedServer } from './script.ts';

const OPTIONS = {
  // L0H0→L1H0, L0MLP→L1H0, L0H0→L1MLP, L0MLP→L1MLP.
  before: madeGraph(512, [0.5, 0.25, 0.25, -0.001]),
  after: madeGraph(550, [0.25, 0.25, 1, 0.5]),
  rolesBefore: { spreaders: ['L0H0'], gatherers: ['L1H0'], gatekeepers: [] },
  rolesAfter: { spreaders: ['L0H0'], gatherers: ['L1MLP'], gatekeepers: [] },
  nodes: NODES,
  edges: EDGES,
  activityThreshold: 0.3,
  limit: 10,
};

describe('differenceOf', () => {
  const difference = differenceOf(OPTIONS);

  it('ranks edges by how much they changed, and leaves out what did not', () => {
    expect(difference.edges).toEqual([
      { source: 'L0H0', target: 'L1MLP', before: 0.25, after: 1, fate: 'added' },
      { source: 'L0MLP', target: 'L1MLP', before: 0, after: 0.5, fate: 'added' },
      { source: 'L0H0', target: 'L1H0', before: 0.5, after: 0.25, fate: 'removed' },
    ]);
  });

  it('ranks nodes by both strengths together', () => {
    expect(difference.nodes).toEqual([
      { id: 'L1MLP', out: [0, 0], in: [0.25, 1.5] },
      { id: 'L0H0', out: [0.75, 1.25], in: [0, 0] },
      { id: 'L0MLP', out: [0.25, 0.75], in: [0, 0] },
      { id: 'L1H0', out: [0, 0], in: [0.75, 0.5] },
    ]);
  });

  it('says what holds for the whole', () => {
    expect(difference).toMatchObject({ total: [1, 2], added: 2, removed: 1 });
    // p = ½ ¼ ¼ 0, q = ⅛ ⅛ ½ ¼: the smaller ones sum to ½, the larger ones to 1½.
    expect(difference.churn).toBeCloseTo(2 / 3, 12);
    expect(difference.roles.map(({ node, change }) => `${node} ${change}`)).toEqual([
      'L1MLP gained',
      'L1H0 lost',
    ]);
  });

  it('is nothing between a graph and itself, and the same backwards with the signs turned', () => {
    const none = differenceOf({ ...OPTIONS, after: OPTIONS.before, rolesAfter: OPTIONS.rolesBefore });
    expect(none).toMatchObject({ edges: [], nodes: [], roles: [], added: 0, removed: 0, churn: 0 });
    const back = differenceOf({ ...OPTIONS, before: OPTIONS.after, after: OPTIONS.before });
    expect(back.edges.map(({ source, target }) => source + target)).toEqual(
      difference.edges.map(({ source, target }) => source + target),
    );
    expect(back).toMatchObject({ added: 1, removed: 2, churn: difference.churn });
  });

  it('has no churn against a graph without weight, and lists no more than asked for', () => {
    const empty = differenceOf({ ...OPTIONS, before: madeGraph(0, [0, 0, 0, 0]), limit: 1 });
    expect(empty.churn).toBeNull();
    expect([empty.edges.length, empty.nodes.length]).toEqual([1, 1]);
    expect(totalsText(empty)).toBe('total strength (0 → 2), 2 active edges added, 0 removed');
  });

  it('is a text to paste', () => {
    expect(differenceText(difference, { step: 512 }, { step: 1550 }, 'sample-run')).toBe(
      [
        'From step 512 to step 1,550 of run sample-run: total strength +100 % (1 → 2), churn 0.667, 2 active edges added, 1 removed.',
        'Edges that changed most: L0H0 → L1MLP 0.25 → 1.00; L0MLP → L1MLP 0.00 → 0.50; L0H0 → L1H0 0.50 → 0.25.',
        'Nodes that changed most (strengths): L1MLP out 0.00 → 0.00, in 0.25 → 1.50; L0H0 out 0.75 → 1.25, in 0.00 → 0.00; L0MLP out 0.25 → 0.75, in 0.00 → 0.00; L1H0 out 0.00 → 0.00, in 0.75 → 0.50.',
        'Roles: L1MLP became a gatherer; L1H0 is no longer a gatherer.',
      ].join('\n'),
    );
  });
});

const CHECKPOINTS = [
  madeCheckpoint(1),
  madeCheckpoint(2),
  madeCheckpoint(4, { status: 'skipped' }),
  madeCheckpoint(8),
];

function ofRun(id: string): CheckpointKey;
function ofRun(id: string | null): CheckpointKey | null;
function ofRun(id: string | null): CheckpointKey | null {
  return id === null ? null : { id, branch: null };
}

describe('baseOf', () => {
  const base = (chosen: string | null, shown: string | null) =>
    baseOf(madeState({ checkpoints: CHECKPOINTS }), ofRun(chosen), ofRun(shown))?.checkpoint.step ?? null;

  it('is the complete checkpoint before, unless another one is chosen', () => {
    expect(base(null, 'checkpoint-8')).toBe(2);
    expect(base('checkpoint-1', 'checkpoint-8')).toBe(1);
    expect(base('checkpoint-8', 'checkpoint-2')).toBe(8);
    expect(base(null, 'checkpoint-1')).toBeNull();
  });

  it('is never the one looked at, nor one without a graph', () => {
    expect(base('checkpoint-8', 'checkpoint-8')).toBe(2);
    expect(base('checkpoint-4', 'checkpoint-8')).toBe(2);
    expect(base(null, null)).toBeNull();
  });

  it('S-7: is the one before in the training that was left behind, or the last they have in common', () => {
    const left = [madeCheckpoint(4), madeCheckpoint(8)];
    const state = madeState({ checkpoints: CHECKPOINTS, branches: [madeBranch(4, left)] });
    const ofBranch = (step: number) => ({ id: `checkpoint-${step}`, branch: 0 });
    expect(baseOf(state, null, ofBranch(8))?.key).toEqual(ofBranch(4));
    expect(baseOf(state, null, ofBranch(4))?.key).toEqual(ofRun('checkpoint-2'));
    expect(baseOf(state, ofBranch(8), ofRun('checkpoint-8'))?.key).toEqual(ofBranch(8));
  });
});

describe('Comparing', () => {
  function hosted(wanted: boolean) {
    const server = new ScriptedServer();
    const asked: string[] = [];
    const answers = new Map<string, { resolve: (graph: Graph) => void; reject: (error: Error) => void }>();
    const store = new Store({
      address: 'ws://here/stream',
      run: null,
      openWire: wiresOver(server.open),
      access: OPEN_ACCESS,
      fetchGraph: (_run, { id }) => {
        asked.push(id);
        return new Promise((resolve, reject) => answers.set(id, { resolve, reject }));
      },
    });
    store.open();
    server.last.greets('e', 0, madeState({ checkpoints: CHECKPOINTS, latest: madeGraph(8, [1]) }));
    const comparison = new Comparing(() => {});
    comparison.want({}, wanted);
    const look = () => comparison.follow(store, ofRun('checkpoint-8'));
    const settled = () => new Promise<void>((done) => setTimeout(done, 0));
    return { comparison, asked, answers, look, settled };
  }

  it('fetches nothing until a view wants it or the person chooses', () => {
    const { comparison, asked, look } = hosted(false);
    look();
    expect([comparison.base?.checkpoint.step, asked]).toEqual([2, []]);
    comparison.choose(ofRun('checkpoint-1'));
    look();
    expect([comparison.isChosen, asked]).toEqual([true, ['checkpoint-1']]);
  });

  it('has the graph once it is here, and keeps a problem to itself until it is asked again', async () => {
    const { comparison, asked, answers, look, settled } = hosted(true);
    look();
    answers.get('checkpoint-2')?.reject(new Error('the server answered 500'));
    await settled();
    look();
    expect([comparison.problem, asked]).toEqual(['the server answered 500', ['checkpoint-2']]);
    comparison.retry();
    look();
    answers.get('checkpoint-2')?.resolve(madeGraph(2, [0.5]));
    await settled();
    look();
    expect([comparison.problem, comparison.graph?.step, asked.length]).toEqual([null, 2, 2]);
  });

  it('drops what arrives for a base that has been left', async () => {
    const { comparison, answers, look, settled } = hosted(true);
    look();
    comparison.choose(ofRun('checkpoint-1'));
    look();
    answers.get('checkpoint-2')?.reject(new Error('too late'));
    await settled();
    look();
    expect([comparison.base?.checkpoint.step, comparison.problem, comparison.graph]).toEqual([1, null, null]);
  });
});
