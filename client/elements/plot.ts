/**
 * The uPlot options of a chart: what `phasewatch-chart` hands over once, and again only when the shape of its data changes.
 *
 * Colours, marks and ranges are callbacks, since uPlot draws again without being made again. uPlot listens to no pointer: what a person does is told by `plot-gestures.ts`, and the cursor stands where
 * the feed says, in all charts of a feed and in no other.
 * Long lines are drawn by `plot-dense.ts`.
 */
import type uPlot from 'uplot';
import { type Range, type StepAxis, stepText, stepTicks, tickText, valueRange } from '../view/axis.ts';
import { nearestOn, type Table } from '../view/lines.ts';
import type { Scene } from './chart-scene.ts';
import type { ColourName } from './palette.ts';
import { PLOT_RIGHT, VALUE_AXIS } from './plot-area.ts';
import { drawLong, sparsePaths } from './plot-density.ts';
import { drawGhosts } from './plot-ghosts.ts';
import { bandColour, type PlotSeries, strokeOf } from './plot-lines.ts';
import { drawBands, drawMarks, drawNoise } from './plot-marks.ts';

const FONT = '10px system-ui, sans-serif';
const STEP_TICK_PIXELS = 46;
const DISTRIBUTIONS = { linear: 1, log: 3, asinh: 4 } as const satisfies Record<StepAxis, number>;
/** Distances between the ticks of a count: 1, 2, 5 times the powers of ten. */
const COUNT_INCREMENTS = Array.from({ length: 7 }, (_, power) =>
  [1, 2, 5].map((lead) => lead * 10 ** power),
).flat();

export type PlotOptions = {
  readonly width: number;
  readonly height: number;
  readonly series: readonly PlotSeries[];
  /** The newest one of this shape. */
  readonly scene: () => Scene;
  readonly colour: (name: ColourName) => string;
  /** After each drawing. */
  readonly drawn: () => void;
};

export function plotData({ x, cells }: Table): uPlot.AlignedData {
  return [x, ...cells] as unknown as uPlot.AlignedData;
}

export function plotOptions(options: PlotOptions): uPlot.Options {
  const { series, scene, colour } = options;
  const {
    panel,
    view: { axis },
  } = scene();
  const unit = () => scene().tokens ?? 1;
  const deaf = () => null;
  return {
    width: options.width,
    height: options.height,
    padding: [6, PLOT_RIGHT, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      bind: {
        mousedown: deaf,
        mousemove: deaf,
        mouseup: deaf,
        mouseenter: deaf,
        mouseleave: deaf,
        dblclick: deaf,
      },
      points: { size: 7, width: 0 },
      // Bands have bounds at every row, but no point of their own.
      dataIdx: (plot, index, row) =>
        series[index - 1]?.kind === 'value' ? sampleRow(plot, index, row) : null,
    },
    scales: {
      x: { time: false, distr: DISTRIBUTIONS[axis], range: () => mutable(scene().view.range) },
      y: { range: (_plot, min, max) => mutable(valuesShown(options, min, max)) },
    },
    axes: [
      {
        ...axisLook(colour),
        size: 20,
        gap: 3,
        splits: (plot, _index, min, max) => {
          const most = Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / STEP_TICK_PIXELS));
          return stepTicks(min * unit(), max * unit(), axis, most).map((tick) => tick / unit());
        },
        filter: (_plot, splits) => splits,
        values: (_plot, splits) => splits.map((step) => stepText(Number((step * unit()).toPrecision(12)))),
      },
      {
        ...axisLook(colour),
        size: VALUE_AXIS,
        gap: 4,
        space: 24,
        values: (_plot, splits) => splits.map(tickText),
        ...(panel.isCount ? { incrs: COUNT_INCREMENTS } : {}),
      },
    ],
    series: [{}, ...series.map((one) => ({ ...seriesLook(one, options), paths: sparsePaths }))],
    bands: series.flatMap(({ kind, line }, index) =>
      kind === 'high'
        ? [{ series: [index + 1, index + 2] as [number, number], fill: () => bandColour(colour, line) }]
        : [],
    ),
    hooks: {
      drawClear: [(plot) => drawBands(plot, options)],
      drawAxes: [(plot) => drawMarks(plot, options), (plot) => drawGhosts(plot, options)],
      drawSeries: [(plot, index) => drawLong(plot, index, options)],
      draw: [(plot) => drawNoise(plot, options), options.drawn],
    },
  };
}

/** The row of a line's own sample nearest to a row of all lines. */
function sampleRow({ data }: uPlot, index: number, row: number): number {
  const cells = data[index];
  if (cells[row] !== undefined) return row;
  let [left, right] = [row, row];
  while (left >= 0 && cells[left] === undefined) left -= 1;
  while (right < cells.length && cells[right] === undefined) right += 1;
  if (left < 0) return right;
  if (right >= cells.length) return left;
  return nearestOn([data[0][left], data[0][right]], data[0][row], 'linear') === 0 ? left : right;
}

function seriesLook(
  { kind, line, metric }: PlotSeries,
  { scene, series, colour }: PlotOptions,
): uPlot.Series {
  const several = series.some((one) => one.line > 0);
  switch (kind) {
    case 'value': {
      const { name, dash, width } = strokeOf({ line, metric, several });
      const stroke = () => colour(name);
      return { stroke, width, dash, pxAlign: 0, points: { size: 4, space: 7, width: 0, fill: stroke } };
    }
    case 'high':
    case 'low':
      return { width: 0, pxAlign: 0, points: { show: false } };
    case 'floor':
      // Dashed, and filled down to 0: what is in there is noise.
      return {
        stroke: () => colour('ink-faint'),
        width: 1,
        dash: [4, 3],
        pxAlign: 0,
        points: { show: false },
        fill: () => colour('noise'),
        fillTo: Math.max(0, scene().panel.metrics[0].range[0]),
      };
  }
}

function valuesShown({ scene }: PlotOptions, min: number | null, max: number | null): Range {
  const { panel, ghosts, view } = scene();
  const [from, to] = view.range;
  const left = ghosts.flatMap(({ points }) =>
    points.flatMap(({ step, value }) => (step >= from && step <= to ? [value] : [])),
  );
  // uPlot reports the extremes of no data as null or infinite.
  const own = [min, max].flatMap((value) => (value !== null && Number.isFinite(value) ? [value] : []));
  const values = [...own, ...left];
  return values.length > 0
    ? valueRange(Math.min(...values), Math.max(...values), panel.metrics[0].range, panel.isCount)
    : valueRange(null, null, [0, 1]);
}

function axisLook(colour: PlotOptions['colour']): uPlot.Axis {
  return {
    font: FONT,
    stroke: () => colour('ink-faint'),
    grid: { stroke: () => colour('grid'), width: 1 },
    ticks: { show: false },
  };
}

function mutable([min, max]: Range): uPlot.Range.MinMax {
  return [min, max];
}
