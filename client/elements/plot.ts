/**
 * The uPlot options of a chart: what `phasewatch-chart` hands over once, and again only when its step axis changes.
 *
 * Data columns: steps, then for every metric value, upper and lower bound of its band. Colours, marks and the hovered
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

const SYNC_KEY = 'phasewatch';
const COLUMNS_PER_METRIC = 3;
const LINES: readonly ColourName[] = ['line', 'line-second'];
const FONT = '10px system-ui, sans-serif';
const FAILED_TICK_PIXELS = 7;
/** Distances between the ticks of a count: 1, 2, 5 times the powers of ten. */
const COUNT_INCREMENTS = Array.from({ length: 7 }, (_, power) =>
  [1, 2, 5].map((lead) => lead * 10 ** power),
).flat();

export type PlotMarks = {
  /** Step of the checkpoint in focus. */
  readonly focusStep: number | null;
  readonly failedSteps: readonly number[];
};

export type PlotOptions = {
  readonly width: number;
  readonly height: number;
  readonly panel: Panel;
  readonly axis: StepAxis;
  readonly colour: (name: ColourName) => string;
  readonly marks: () => PlotMarks;
  /** Row of the data under the cursor, `null` outside. */
  readonly hovered: (row: number | null) => void;
};

export function plotData(columns: Columns): uPlot.AlignedData {
  const none = () => columns.steps.map(() => null);
  return [
    [...columns.steps],
    ...columns.series.flatMap(({ values, band }) => [
      [...values],
      band ? [...band.high] : none(),
      band ? [...band.low] : none(),
    ]),
  ];
}

export function plotOptions(options: PlotOptions): uPlot.Options {
  const { panel, axis, colour } = options;
  const isValue = (series: number) => series % COLUMNS_PER_METRIC === 1;
  return {
    width: options.width,
    height: options.height,
    padding: [6, 14, 0, 0],
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
        range: (_plot, min, max) => (isSpan(min, max) ? mutable(stepRange(min, max, axis)) : [0, 1]),
      },
      y: {
        range: (_plot, min, max) =>
          mutable(
            isSpan(min, max)
              ? valueRange(min, max, panel.metrics[0].range, panel.isCount)
              : valueRange(null, null, [0, 1]),
          ),
      },
    },
    axes: [stepAxis(axis, colour), valueAxis(panel, colour)],
    series: [
      {},
      ...panel.metrics.flatMap((_, index) => metricSeries(() => colour(LINES[index % LINES.length]))),
    ],
    bands: panel.metrics.map((_, index) => ({
      series: [index * COLUMNS_PER_METRIC + 2, index * COLUMNS_PER_METRIC + 3],
      fill: () => colour('band'),
    })),
    hooks: {
      drawAxes: [(plot) => drawMarks(plot, options)],
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
    size: 42,
    gap: 4,
    space: 24,
    stroke: () => colour('ink-faint'),
    grid: { stroke: () => colour('grid'), width: 1 },
    ticks: { show: false },
    values: (_plot, splits) => splits.map(tickText),
    ...(panel.isCount ? { incrs: COUNT_INCREMENTS } : {}),
  };
}

/** The checkpoint in focus as a vertical line, failed ones as ticks that stand on the axis. */
function drawMarks(plot: uPlot, { marks, colour }: PlotOptions): void {
  const { ctx, bbox } = plot;
  const { focusStep, failedSteps } = marks();
  const ratio = window.devicePixelRatio || 1;
  ctx.save();
  ctx.lineWidth = ratio;
  if (focusStep !== null) {
    ctx.strokeStyle = colour('accent');
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    vertical(plot, focusStep, bbox.top, bbox.height);
  }
  ctx.setLineDash([]);
  ctx.lineWidth = 2 * ratio;
  ctx.strokeStyle = colour('bad');
  const tick = FAILED_TICK_PIXELS * ratio;
  for (const step of failedSteps) vertical(plot, step, bbox.top + bbox.height - tick, tick);
  ctx.restore();
}

function vertical(plot: uPlot, step: number, top: number, height: number): void {
  const x = Math.round(plot.valToPos(step, 'x', true)) + 0.5;
  if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width + 1) return;
  plot.ctx.beginPath();
  plot.ctx.moveTo(x, top);
  plot.ctx.lineTo(x, top + height);
  plot.ctx.stroke();
}

/** uPlot reports the extremes of no data as null or infinite. */
function isSpan(min: number | null, max: number | null): boolean {
  return Number.isFinite(min ?? Number.NaN) && Number.isFinite(max ?? Number.NaN);
}

function mutable([min, max]: Range): uPlot.Range.MinMax {
  return [min, max];
}
