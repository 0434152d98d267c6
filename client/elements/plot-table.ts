/**
 * The columns of a plot: x, then for every run and metric its values and, where it has errors, upper and lower bound of
 * its band, then the floor if there is one.
 */
import type { StepAxis } from '../view/axis.ts';
import { type Line, mergedTable, type Table } from '../view/lines.ts';
import type { Panel } from '../view/panels.ts';
import type { PlotSeries } from './plot-lines.ts';

/** @param lines the run's own first */
export function seriesOf(lines: readonly Line[], panel: Panel): PlotSeries[] {
  return [
    ...lines.flatMap(({ columns }, line) =>
      panel.metrics.flatMap((info, metric): PlotSeries[] => {
        const kinds = columns.column(info).band ? (['value', 'high', 'low'] as const) : (['value'] as const);
        return kinds.map((kind) => ({ kind, line, metric }));
      }),
    ),
    ...(panel.floor === null ? [] : [{ kind: 'floor', line: 0, metric: 0 } as const]),
  ];
}

export function plotTable(
  lines: readonly Line[],
  panel: Panel,
  { series, axis }: { readonly series: readonly PlotSeries[]; readonly axis: StepAxis },
): Table {
  const columnOf = ({ columns }: Line, { kind, metric }: PlotSeries) => {
    if (kind === 'floor') return columns.column({ id: panel.floor ?? '', range: [0, null] }).values;
    const { values, band } = columns.column(panel.metrics[metric]);
    return kind === 'value' ? values : (band?.[kind] ?? []);
  };
  // The floor comes last, and belongs to the first line.
  const order = (line: number) => series.filter((one) => one.line === line);
  const { x, cells } = mergedTable(
    lines,
    (line, index) => order(index).map((one) => columnOf(line, one)),
    axis,
  );
  const merged = lines.flatMap((_, index) => order(index));
  return { x, cells: series.map((one) => cells[merged.indexOf(one)]) };
}
