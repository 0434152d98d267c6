/**
 * Where the columns of the roles' timeline stand, 0…1 across it: by checkpoint, all equally wide, or by step, each
 * reaching half way to its neighbours on the axis.
 */
import { middleOf, type Range, type StepAxis, shareOf } from './axis.ts';
import type { Column } from './role-history.ts';

export type ColumnAxis = 'checkpoint' | StepAxis;

/** Left and right end of each column. */
export function columnEnds(columns: readonly Column[], axis: ColumnAxis): Range[] {
  if (axis === 'checkpoint')
    return columns.map((_, index) => [index / columns.length, (index + 1) / columns.length]);
  const range: Range = [columns[0]?.step ?? 0, columns.at(-1)?.step ?? 1];
  if (range[0] === range[1]) return columns.map(() => [0, 1]);
  const bounds = columns.slice(1).map(({ step }, index) => middleOf(columns[index].step, step, axis));
  const places = [range[0], ...bounds, range[1]].map((step) => shareOf(step, range, axis));
  return columns.map((_, index) => [places[index], places[index + 1]]);
}

/** Index of the column at a share of the width, −1 of none. */
export function columnAt(ends: readonly Range[], share: number): number {
  if (ends.length === 0) return -1;
  const at = ends.findIndex(([, right]) => share < right);
  return at < 0 ? ends.length - 1 : at;
}

/** Indices of the columns that get a label: as many as fit `apart` (a share) from one another, the last one always. */
export function labelledColumns(ends: readonly Range[], apart: number): number[] {
  const middle = (index: number) => (ends[index][0] + ends[index][1]) / 2;
  const labelled: number[] = [];
  for (let index = ends.length - 1; index >= 0; index -= 1) {
    const right = labelled.at(-1);
    if (right === undefined || middle(right) - middle(index) >= apart) labelled.push(index);
  }
  return labelled.reverse();
}
