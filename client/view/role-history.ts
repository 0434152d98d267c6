/**
 * Who held which role when, from the checkpoints whose roles are known; the others are passed over, since nothing
 * speaks for a change there.
 *
 *   holding       a node holds a role from one checkpoint on, up to the last one in a row
 *   predecessors  who held the role at the checkpoint before and no longer does
 *
 * A role has several holders where the graph is large, so that a holding may have several predecessors or none.
 */
import type { ComponentNode } from '../../protocol/graph.ts';
import type { Checkpoint } from '../../protocol/state.ts';
import { wholeText } from './number.ts';
import { holdersOf, ROLES, type Role } from './roles.ts';

export type Column = { readonly checkpoint: string; readonly step: number };

export type Holding = {
  readonly role: Role;
  /** Indices of its first and its last column. */
  readonly first: number;
  readonly last: number;
  /** Step of its first column. */
  readonly since: number;
  readonly predecessors: readonly string[];
};

export type RoleRow = {
  readonly node: string;
  readonly layer: number;
  /** Of any role, by first column. */
  readonly holdings: readonly Holding[];
};

export type RoleHistory = {
  readonly columns: readonly Column[];
  /** Nodes that ever held a role, last layer first, as the graph shows them; inside a layer in node order. */
  readonly rows: readonly RoleRow[];
};

export function roleHistory(
  checkpoints: readonly Checkpoint[],
  nodes: readonly ComponentNode[],
): RoleHistory {
  const known = checkpoints.flatMap(({ id, step, status, roles }) =>
    roles !== null && status === 'done' ? [{ checkpoint: id, step, roles }] : [],
  );
  const holdings = new Map<string, Holding[]>();
  for (const role of ROLES) {
    known.forEach(({ step, roles }, column) => {
      const holders = holdersOf(role, roles);
      const before = column > 0 ? holdersOf(role, known[column - 1].roles) : [];
      for (const node of holders) {
        const own = holdings.get(node) ?? [];
        holdings.set(node, own);
        const open = own.findIndex((holding) => holding.role === role && holding.last === column - 1);
        if (open >= 0) own[open] = { ...own[open], last: column };
        else {
          const predecessors = before.filter((holder) => !holders.includes(holder));
          own.push({ role, first: column, last: column, since: step, predecessors });
        }
      }
    });
  }
  const rows = nodes.flatMap((node): RoleRow[] => {
    const own = holdings.get(node.id);
    if (own === undefined) return [];
    const byFirst = own.toSorted(
      (a, b) => a.first - b.first || ROLES.indexOf(a.role) - ROLES.indexOf(b.role),
    );
    return [{ node: node.id, layer: node.layer, holdings: byFirst }];
  });
  return {
    columns: known.map(({ checkpoint, step }) => ({ checkpoint, step })),
    rows: rows.sort((a, b) => b.layer - a.layer),
  };
}

export type RoleCell = {
  readonly first: number;
  readonly last: number;
  /** Held through all of these columns, in the order of ROLES. */
  readonly roles: readonly Role[];
};

/** A row as stretches of columns with the same roles; columns without a role are in none. */
export function cellsOf({ holdings }: RoleRow): RoleCell[] {
  const starts = new Set(holdings.flatMap(({ first, last }) => [first, last + 1]));
  const bounds = [...starts].sort((a, b) => a - b);
  return bounds.slice(0, -1).flatMap((first, index): RoleCell[] => {
    const held = holdings.filter((holding) => holding.first <= first && first <= holding.last);
    const roles = ROLES.filter((role) => held.some((holding) => holding.role === role));
    return roles.length > 0 ? [{ first, last: bounds[index + 1] - 1, roles }] : [];
  });
}

export function holdingsAt(row: RoleRow, column: number): Holding[] {
  return row.holdings.filter(({ first, last }) => first <= column && column <= last);
}

/** `L0H3 spreader since step 550; before: L0MLP`. */
export function holdingText(node: string, { role, since, predecessors }: Holding): string {
  const before = predecessors.length > 0 ? `; before: ${predecessors.join(', ')}` : '';
  return `${node} ${role} since step ${wholeText(since)}${before}`;
}
