import { describe, expect, it } from 'vitest';
import { columnAt, columnEnds, labelledColumns } from '../../client/view/role-columns.ts';
import { cellsOf, holdingsAt, holdingText, roleHistory } from '../../client/view/role-history.ts';
import { roleChanges, roleChangeText, rolesOf } from '../../client/view/roles.ts';
import type { Roles } from '../../protocol/state.ts';
import { madeCheckpoint, NODES } from './made.ts';

const roles = (spreaders: string[], gatherers: string[] = [], gatekeepers: string[] = []): Roles => ({
  spreaders,
  gatherers,
  gatekeepers,
});

/** L0MLP spreads, then L0H0 beside it, then L0H0 alone; L1MLP gathers throughout, and spreads once. */
const CHECKPOINTS = [
  madeCheckpoint(0, { roles: roles(['L0MLP'], ['L1MLP']) }),
  madeCheckpoint(100, { roles: roles(['L0MLP', 'L0H0'], ['L1MLP']) }),
  madeCheckpoint(150, { status: 'failed', failure: { code: 'torn', message: 'It is torn.' } }),
  madeCheckpoint(200, { status: 'skipped' }),
  madeCheckpoint(300, { roles: roles(['L0H0'], ['L1MLP']) }),
  madeCheckpoint(400, { roles: roles(['L1MLP'], ['L1MLP'], ['L0MLP']) }),
  madeCheckpoint(500, { status: 'computing', roles: roles(['L1H0']) }),
];

describe('rolesOf', () => {
  it('lists every role of a node', () => {
    const held = roles(['L0H0'], ['L0H0', 'L1MLP'], ['L0H0']);
    expect(NODES.map(({ id }) => rolesOf(id, held))).toEqual([
      ['spreader', 'gatherer', 'gatekeeper'],
      [],
      [],
      ['gatherer'],
    ]);
    expect(rolesOf('L0H0', null)).toEqual([]);
  });
});

describe('roleChanges', () => {
  it('says who gained and who lost a role', () => {
    const changes = roleChanges(roles(['a'], ['b']), roles(['c'], ['b'], ['a']));
    expect(changes.map(roleChangeText)).toEqual([
      'c became a spreader',
      'a is no longer a spreader',
      'a became a gatekeeper',
    ]);
    expect(roleChanges(null, roles(['a']))).toEqual([]);
  });
});

describe('roleHistory', () => {
  const history = roleHistory(CHECKPOINTS, NODES);

  it('has a column for every checkpoint whose roles are known', () => {
    expect(history.columns.map(({ step }) => step)).toEqual([0, 100, 300, 400]);
  });

  it('has a row for every node that ever held a role, the last layer first', () => {
    expect(history.rows.map(({ node, layer }) => [node, layer])).toEqual([
      ['L1MLP', 1],
      ['L0H0', 0],
      ['L0MLP', 0],
    ]);
  });

  it('says since when a role is held and who held it before', () => {
    const [gatherer, head, mlp] = history.rows.map(({ holdings }) => holdings);
    expect(gatherer).toEqual([
      { role: 'gatherer', first: 0, last: 3, since: 0, predecessors: [] },
      { role: 'spreader', first: 3, last: 3, since: 400, predecessors: ['L0H0'] },
    ]);
    // It came to the role beside another one, which lost it later: nobody was before it.
    expect(head).toEqual([{ role: 'spreader', first: 1, last: 2, since: 100, predecessors: [] }]);
    expect(mlp.map(({ role, first, last }) => [role, first, last])).toEqual([
      ['spreader', 0, 1],
      ['gatekeeper', 3, 3],
    ]);
    expect(holdingText('L1MLP', gatherer[1])).toBe('L1MLP spreader since step 400; before: L0H0');
    expect(holdingText('L0H0', head[0])).toBe('L0H0 spreader since step 100');
  });

  it('begins a new holding where a role was lost in between', () => {
    const again = roleHistory(
      [['a'], ['b'], ['a']].map((held, step) => madeCheckpoint(step, { roles: roles(held) })),
      [
        { id: 'a', layer: 0, kind: 'head', depth: 0 },
        { id: 'b', layer: 0, kind: 'head', depth: 0 },
      ],
    );
    expect(again.rows[0].holdings).toEqual([
      { role: 'spreader', first: 0, last: 0, since: 0, predecessors: [] },
      { role: 'spreader', first: 2, last: 2, since: 2, predecessors: ['b'] },
    ]);
  });

  it('cuts a row where its set of roles changes', () => {
    expect(cellsOf(history.rows[0])).toEqual([
      { first: 0, last: 2, roles: ['gatherer'] },
      { first: 3, last: 3, roles: ['spreader', 'gatherer'] },
    ]);
    expect(cellsOf(history.rows[2])).toEqual([
      { first: 0, last: 1, roles: ['spreader'] },
      { first: 3, last: 3, roles: ['gatekeeper'] },
    ]);
    expect(holdingsAt(history.rows[2], 2)).toEqual([]);
    expect(holdingsAt(history.rows[0], 3).map(({ role }) => role)).toEqual(['gatherer', 'spreader']);
  });

  it('is empty before any roles are known', () => {
    expect(roleHistory([madeCheckpoint(1)], NODES)).toEqual({ columns: [], rows: [] });
  });
});

describe('columns of the timeline', () => {
  const columns = [0, 100, 300, 400].map((step) => ({ checkpoint: `checkpoint-${step}`, step }));

  it('are equally wide by checkpoint, and reach half way to their neighbours by step', () => {
    expect(columnEnds(columns, 'checkpoint')).toEqual([
      [0, 0.25],
      [0.25, 0.5],
      [0.5, 0.75],
      [0.75, 1],
    ]);
    expect(columnEnds(columns, 'linear')).toEqual([
      [0, 0.125],
      [0.125, 0.5],
      [0.5, 0.875],
      [0.875, 1],
    ]);
    expect(columnEnds(columns.slice(0, 1), 'asinh')).toEqual([[0, 1]]);
    expect(columnEnds([], 'linear')).toEqual([]);
  });

  it('are found by their place', () => {
    const ends = columnEnds(columns, 'linear');
    expect([-0.1, 0.1, 0.125, 0.9, 1.2].map((share) => columnAt(ends, share))).toEqual([0, 0, 1, 3, 3]);
    expect(columnAt([], 0.5)).toBe(-1);
  });

  it('have labels that do not touch, the last one always', () => {
    const ends = columnEnds(columns, 'checkpoint');
    expect(labelledColumns(ends, 0.25)).toEqual([0, 1, 2, 3]);
    expect(labelledColumns(ends, 0.3)).toEqual([1, 3]);
    expect(labelledColumns(ends, 2)).toEqual([3]);
  });
});
