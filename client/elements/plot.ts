/**
 * The uPlot options of a chart: what `phasewatch-chart` hands over once, and again only when its step axis changes.
 *
 * Data columns: steps, then for every metric value, upper and lower bound of its band, then the floor if there is one. Colours, marks and the hovered
 * row are callbacks, since uPlot draws again without being made again. Cursors of all charts of a page move together.
 */
import type uPlot from 'uplot';
import {
  asinhTicks,
  type Range,
  type StepAxis,
  stepRange,
  stepText,
  tickText,
  valueRange,
} from '../view/axis.ts';
import type { Columns } from '../view/columns.ts';
import type { Panel } from '../view/panels.ts';
import type { ColourName } from './palette.ts';
import { PLOT_RIGHT, VALUE_AXIS } from './plot-area.ts';
import { drawGhosts, LINES } from './plot-ghosts.ts';
import { drawBands, drawMarks, drawNoise, type PlotMarks } from './plot-marks.ts';

const SYNC_KEY = 'phasewatch';
const COLUMNS_PER_METRIC = 3;
const FONT = '10px system-ui, sans-serif';
/** Distances between the ticks of a count: 1, 2, 5 times the powers of ten. */
const COUNT_INCREMENTS = Array.from({ length: 7 }, (_, power) =>
  [1, 2, 5].map((lead) => lead * 10 ** power),
).flat();

export type PlotOptions = {
  readonly width: number;
  readonly height: number;
  readonly panel: Panel;
  readonly axis: StepAxis;
  readonly colour: (name: ColourName) => string;
  readonly marks: () => PlotMarks;
  /** Steps of the first and the last checkpoint, left behind or not; null while there is none. */
  readonly span: () => readonly [number, number] | null;
  /** Row of the data under the cursor, `null` outside. */
  readonly hovered: (row: number | null) => void;
};

export function plotData(columns: Columns, panel: Panel): uPlot.AlignedData {
  const none = () => columns.steps.map(() => null);
  return [
    [...columns.steps],
    ...columns.series.flatMap(({ values, band }, index) => {
      // An error may reach beyond what the metric can be; there is nothing to draw there.
      const [least, most] = panel.metrics[index].range;
      const inside = (bound: number | null) =>
        bound === null ? null : Math.max(least, Math.min(most ?? bound, bound));
      return [[...values], band ? band.high.map(inside) : none(), band ? band.low.map(inside) : none()];
    }),
    ...(panel.floor === null ? [] : [columns.floor ? [...columns.floor] : none()]),
  ];
}

export function plotOptions(options: PlotOptions): uPlot.Options {
  const { panel, axis, colour } = options;
  const floorSeries = panel.metrics.length * COLUMNS_PER_METRIC + 1;
  const isValue = (series: number) => series % COLUMNS_PER_METRIC === 1 && series !== floorSeries;
  return {
    width: options.width,
    height: options.height,
    padding: [6, PLOT_RIGHT, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: SYNC_KEY, setSeries: false },
      points: { size: 7, width: 0 },
      // Bands have bounds at every row, but no point of their own.
      dataIdx: (_plot, series, row) => (isValue(series) ? row : null),
    },
    scales: {
      x: {
        time: false,
        distr: axis === 'asinh' ? 4 : 1,
        range: () => {
          const span = options.span();
          return span === null ? [0, 1] : mutable(stepRange(...span, axis));
        },
      },
      y: {
        range: (_plot, min, max) => {
          const left = options.marks().ghosts.flatMap(({ points }) => points.map(({ value }) => value));
          const values = isSpan(min, max) ? [min, max, ...left] : left;
          return mutable(
            values.length > 0
              ? valueRange(Math.min(...values), Math.max(...values), panel.metrics[0].range, panel.isCount)
              : valueRange(null, null, [0, 1]),
          );
        },
      },
    },
    axes: [stepAxis(axis, colour), valueAxis(panel, colour)],
    series: [
      {},
      ...panel.metrics.flatMap((_, index) => metricSeries(() => colour(LINES[index % LINES.length]))),
      ...(panel.floor === null ? [] : [floorLine(colour)]),
    ],
    bands: panel.metrics.map((_, index) => ({
      series: [index * COLUMNS_PER_METRIC + 2, index * COLUMNS_PER_METRIC + 3],
      fill: () => colour('band'),
    })),
    hooks: {
      drawClear: [(plot) => drawBands(plot, options)],
      drawAxes: [(plot) => drawMarks(plot, options), (plot) => drawGhosts(plot, options)],
      draw: [(plot) => drawNoise(plot, options)],
      setCursor: [(plot) => options.hovered(plot.cursor.idx ?? null)],
    },
  };
}

function metricSeries(stroke: () => string): uPlot.Series[] {
  const bound: uPlot.Series = { width: 0, pxAlign: 0, points: { show: false } };
  return [
    { stroke, width: 1.6, pxAlign: 0, points: { size: 4, space: 7, width: 0, fill: stroke } },
    bound,
    { ...bound },
  ];
}

/** Dashed, and filled down to 0: what is in there is noise. */
function floorLine(colour: PlotOptions['colour']): uPlot.Series {
  return {
    stroke: () => colour('ink-faint'),
    width: 1,
    dash: [4, 3],
    pxAlign: 0,
    points: { show: false },
    fill: () => colour('noise'),
    fillTo: 0,
  };
}

function stepAxis(axis: StepAxis, colour: PlotOptions['colour']): uPlot.Axis {
  return {
    font: FONT,
    size: 20,
    gap: 3,
    space: 46,
    stroke: () => colour('ink-faint'),
    grid: { stroke: () => colour('grid'), width: 1 },
    ticks: { show: false },
    values: (_plot, splits) => splits.map(stepText),
    ...(axis === 'asinh'
      ? { splits: (_plot, _index, min, max) => asinhTicks(min, max), filter: (_plot, splits) => splits }
      : {}),
  };
}

function valueAxis(panel: Panel, colour: PlotOptions['colour']): uPlot.Axis {
  return {
    font: FONT,
    size: VALUE_AXIS,
    gap: 4,
    space: 24,
    stroke: () => colour('ink-faint'),
    grid: { stroke: () => colour('grid'), width: 1 },
    ticks: { show: false },
    values: (_plot, splits) => splits.map(tickText),
    ...(panel.isCount ? { incrs: COUNT_INCREMENTS } : {}),
  };
}

/** uPlot reports the extremes of no data as null or infinite. */
function isSpan(min: number | null, max: number | null): boolean {
  return Number.isFinite(min ?? Number.NaN) && Number.isFinite(max ?? Number.NaN);
}

function mutable([min, max]: Range): uPlot.Range.MinMax {
  return [min, max];
}
