/**
 * The numbers behind the timeline of roles: a row for every holding, by node and by when it began.
 */
import type { RoleHistory } from './role-history.ts';

export const ROLE_HEAD = ['node', 'role', 'from step', 'to step', 'checkpoints'] as const;

export type RoleTableRow = readonly [
  node: string,
  role: string,
  from: number,
  to: number,
  checkpoints: number,
];

export function roleRows({ rows, columns }: RoleHistory): RoleTableRow[] {
  return rows.flatMap(({ node, holdings }) =>
    holdings.map(
      ({ role, first, last }): RoleTableRow => [
        node,
        role,
        columns[first].step,
        columns[last].step,
        last - first + 1,
      ],
    ),
  );
}

export type RolePlace = { readonly row: number; readonly column: number };

/** Rows that a page of a keyboard goes up or down. */
const PAGE_ROWS = 10;

/** Where a key takes the cursor of the timeline; null where it means nothing here. */
export function movedPlace(
  from: RolePlace | null,
  key: string,
  { rows, columns }: RoleHistory,
): RolePlace | null {
  const last = { row: rows.length - 1, column: columns.length - 1 };
  const at = from ?? { row: 0, column: last.column + 1 };
  const to = {
    ArrowLeft: { ...at, column: at.column - 1 },
    ArrowRight: { ...at, column: at.column + 1 },
    ArrowUp: { ...at, row: at.row - 1 },
    ArrowDown: { ...at, row: at.row + 1 },
    Home: { ...at, column: 0 },
    End: { ...at, column: last.column },
    PageUp: { ...at, row: at.row - PAGE_ROWS },
    PageDown: { ...at, row: at.row + PAGE_ROWS },
  }[key];
  if (to === undefined || last.row < 0 || last.column < 0) return null;
  return {
    row: Math.max(0, Math.min(last.row, to.row)),
    column: Math.max(0, Math.min(last.column, to.column)),
  };
}
