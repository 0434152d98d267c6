/**
 * The lines of a chart under one x axis: those of the run itself and of others that are shown beside it, as columns that
 * a plot can take. The axis is in steps of the run itself; those of another are multiplied by `scale` to be in line by
 * tokens. Where steps differ the rows are merged, and a run is `undefined` in a row that only another one has: that is
 * no gap of its own line, while `null` is one. Nothing is interpolated.
 */
import type { MetricInfo } from '../../protocol/metric-info.ts';
import { firstFrom } from '../../protocol/trainer.ts';
import { type Range, type StepAxis, shareOf } from './axis.ts';
import type { Column } from './columns.ts';
import type { RunColumns } from './run-columns.ts';

/** What a chart draws of a run: a row a checkpoint, or a row a point that the trainer logged (`curve-columns.ts`). */
export type Columns = Pick<RunColumns, 'version' | 'checkpoints' | 'failedSteps' | 'column'> & {
  /** Of each row, ascending. */
  readonly steps: ArrayLike<number>;
};

export type Line = {
  readonly run: string;
  readonly name: string;
  readonly columns: Columns;
  /** Those of its checkpoints, whatever is drawn. */
  readonly own: Columns;
  /** The last step that its trainer logged, 0 for none. */
  readonly logged: number;
  /** Steps of the run itself that one of this run's stands for. */
  readonly scale: number;
};

export type Cells = ArrayLike<number | null | undefined>;
export type Table = { readonly x: ArrayLike<number>; readonly cells: readonly Cells[] };

/** One after the other: rows with a place on the axis, of each line all its columns. */
export function mergedTable(
  lines: readonly Line[],
  columnsOf: (line: Line, index: number) => readonly (readonly (number | null)[])[],
  axis: StepAxis,
): Table {
  const parts = lines.map((line, index) => {
    const { steps } = line.columns;
    return { ...line, steps, first: firstRowOn(steps, axis), columns: columnsOf(line, index) };
  });
  const [only] = parts;
  if (parts.length === 1 && only.first === 0) return { x: only.steps, cells: only.columns };
  const x: number[] = [];
  const cells = parts.map(({ columns }) => columns.map((): (number | null | undefined)[] => []));
  const rows = parts.map(({ first }) => first);
  for (;;) {
    const next = parts.map(({ steps, scale }, part) =>
      rows[part] < steps.length ? steps[rows[part]] * scale : Number.POSITIVE_INFINITY,
    );
    const at = Math.min(...next);
    if (at === Number.POSITIVE_INFINITY) return { x, cells: cells.flat() };
    x.push(at);
    parts.forEach(({ columns }, part) => {
      const isHere = next[part] === at;
      columns.forEach((column, index) => {
        cells[part][index].push(isHere ? column[rows[part]] : undefined);
      });
      if (isHere) rows[part] += 1;
    });
  }
}

/** The first and the last step with a place on the axis, of all checkpoints and logs of the lines; null where there is none. */
export function spanOf(lines: readonly Line[], axis: StepAxis): Range | null {
  const spans = lines.flatMap(({ own: { steps }, logged, scale }): Range[] => {
    const first = firstRowOn(steps, axis);
    // A log begins with the first step.
    const last = Math.max(steps[steps.length - 1] ?? 0, logged);
    return first < steps.length || logged > 0 ? [[(steps[first] ?? 1) * scale, last * scale]] : [];
  });
  if (spans.length === 0) return null;
  return [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];
}

/** Row of the first step that has a place on the axis. */
export function firstRowOn(steps: ArrayLike<number>, axis: StepAxis): number {
  let row = 0;
  if (axis === 'log') while (row < steps.length && steps[row] <= 0) row += 1;
  return row;
}

/** Index of the value nearest to `x` as the axis shows it, -1 of none. */
export function nearestOn(values: ArrayLike<number>, x: number, axis: StepAxis): number {
  const right = firstFrom(values, x);
  const left = right - 1;
  if (left < firstRowOn(values, axis)) return right < values.length ? right : -1;
  if (right >= values.length) return left;
  const share = shareOf(x, [values[left], values[right]], axis);
  return share > 0.5 || (share === 0.5 && axis === 'linear') ? right : left;
}

/** The sample of a line nearest to `x`, in its own steps; null where it has none. */
export function sampleNear(
  { columns, scale }: Line,
  metric: Pick<MetricInfo, 'id' | 'range'>,
  x: number,
  axis: StepAxis,
): { readonly row: number; readonly step: number; readonly column: Column } | null {
  const row = nearestOn(columns.steps, x / scale, axis);
  return row < 0 ? null : { row, step: columns.steps[row], column: columns.column(metric) };
}

/** What is said of lines whose first steps have no place on the axis; they are left out, and never moved. */
export function unplacedText(lines: readonly Line[], axis: StepAxis): string[] {
  const first = lines.map(({ columns }) => columns.steps[0]).find((step) => axis === 'log' && step <= 0);
  return first === undefined ? [] : [`Step ${first} has no place on a logarithmic axis.`];
}
