/**
 * Rows of a table by one of its columns: text in the order of its letters and numbers (`L2` before `L10`), numbers by value.
 * Rows that are equal keep the order they had.
 */
export type Sort<Column extends string> = { readonly column: Column; readonly isDescending: boolean };

const COLLATOR = new Intl.Collator('en', { numeric: true });

export function sorted<Row>(
  rows: readonly Row[],
  value: (row: Row) => number | string,
  isDescending: boolean,
): Row[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => sign * compared(value(a), value(b)));
}

/** What a press on the head of a column makes of a sort: numbers begin with the largest, names with the first. */
export function pressed<Column extends string>(
  { column, isDescending }: Sort<Column>,
  press: Column,
  isText: boolean,
): Sort<Column> {
  return { column: press, isDescending: column === press ? !isDescending : !isText };
}

function compared(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : COLLATOR.compare(String(a), String(b));
}
