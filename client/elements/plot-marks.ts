/**
 * What a chart shows besides its lines. Under the grid: the phases as faint bands. Under the lines: phase changes (the
 * interval shaded, a line where it ends, the surer the stronger), where the training began again, the checkpoint in
 * focus, failed ones as ticks on the axis. Over the lines: what is noise, in grey.
 */
import type uPlot from 'uplot';
import { opacityOf } from '../view/changes.ts';
import type { Scene } from './chart-scene.ts';
import type { ColourName } from './palette.ts';
import { isDense } from './plot-density.ts';
import type { PlotSeries } from './plot-lines.ts';

const FAILED_TICK_PIXELS = 7;
const BAND_OPACITY = 0.1;
const INTERVAL_OPACITY = 0.09;
const CHANGE_OPACITY = 0.4;
const FORK_OPACITY = 0.55;
const FORK_FLAG_PIXELS = 6;
const INTERVAL_PIXELS_MIN = 2;
const NOISE_POINT_PIXELS = 2.2;
const NOISE_POINT_GAP_PIXELS = 7;
/** Wider than the line it hides. */
const NOISE_LINE_PIXELS = 2;

export type MarkOptions = {
  readonly colour: (name: ColourName) => string;
  readonly scene: () => Scene;
  /** Columns of the data, without x. */
  readonly series: readonly PlotSeries[];
};

export function drawBands(plot: uPlot, { scene, colour }: MarkOptions): void {
  const { ctx, bbox } = plot;
  ctx.save();
  clip(plot);
  ctx.globalAlpha = BAND_OPACITY;
  for (const { name, start, end } of scene().bands) {
    const left = plot.valToPos(start, 'x', true);
    ctx.fillStyle = colour(`phase-${name}`);
    ctx.fillRect(left, bbox.top, plot.valToPos(end, 'x', true) - left, bbox.height);
  }
  ctx.restore();
}

export function drawMarks(plot: uPlot, { scene, colour }: MarkOptions): void {
  const { ctx, bbox } = plot;
  const { focusStep, changes, branches, lines } = scene();
  const ratio = window.devicePixelRatio || 1;
  ctx.save();
  clip(plot);
  ctx.lineWidth = ratio;
  ctx.fillStyle = colour('ink');
  ctx.strokeStyle = colour('ink');
  for (const change of changes) {
    const [from, to] = change.interval.map((step) => plot.valToPos(step, 'x', true));
    ctx.globalAlpha = INTERVAL_OPACITY * opacityOf(change);
    ctx.fillRect(from, bbox.top, Math.max(INTERVAL_PIXELS_MIN * ratio, to - from), bbox.height);
    ctx.globalAlpha = CHANGE_OPACITY * opacityOf(change);
    vertical(plot, change.interval[1], bbox.top, bbox.height);
  }
  ctx.globalAlpha = FORK_OPACITY;
  ctx.setLineDash([ratio, 2 * ratio]);
  for (const { fromStep } of branches) {
    vertical(plot, fromStep, bbox.top, bbox.height);
    if (hasPlace(plot, fromStep)) drawFlag(plot, fromStep, ratio);
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  if (focusStep !== null) {
    ctx.strokeStyle = colour('accent');
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    vertical(plot, focusStep, bbox.top, bbox.height);
  }
  ctx.setLineDash([]);
  ctx.lineWidth = 2 * ratio;
  ctx.strokeStyle = colour('bad');
  const tick = FAILED_TICK_PIXELS * ratio;
  for (const step of lines[0].columns.failedSteps) vertical(plot, step, bbox.top + bbox.height - tick, tick);
  ctx.restore();
}

/** Grey over the line where both ends of a stretch are noise; points where there is room, or where one stands alone. */
export function drawNoise(plot: uPlot, { series, colour }: MarkOptions): void {
  const floor = series.findIndex(({ kind }) => kind === 'floor') + 1;
  // There is no telling rows apart where there are more than two a pixel.
  if (floor === 0 || isDense(plot)) return;
  const { ctx, data, bbox } = plot;
  const ratio = window.devicePixelRatio || 1;
  const [first, last] = plot.series[0].idxs ?? [0, -1];
  const placeOf = (row: number) => {
    const [value, limit] = [data[1][row], data[floor][row]];
    if (value == null || limit == null || value >= limit) return null;
    return { x: plot.valToPos(data[0][row], 'x', true), y: plot.valToPos(value, 'y', true) };
  };
  const isRoomy = bbox.width / (last - first + 1) >= NOISE_POINT_GAP_PIXELS * ratio;
  ctx.save();
  clip(plot);
  ctx.strokeStyle = colour('ink-faint');
  ctx.fillStyle = colour('ink-faint');
  ctx.lineWidth = NOISE_LINE_PIXELS * ratio;
  let before = first > 0 ? placeOf(first - 1) : null;
  for (let row = first; row <= Math.min(last + 1, data[0].length - 1); row += 1) {
    const place = placeOf(row);
    if (place !== null && before !== null) {
      ctx.beginPath();
      ctx.moveTo(before.x, before.y);
      ctx.lineTo(place.x, place.y);
      ctx.stroke();
    }
    if (place !== null && (isRoomy || (before === null && placeOf(row + 1) === null))) {
      ctx.beginPath();
      ctx.arc(place.x, place.y, NOISE_POINT_PIXELS * ratio, 0, 2 * Math.PI);
      ctx.fill();
    }
    before = place;
  }
  ctx.restore();
}

/** uPlot would move to an edge what has no place on a logarithmic axis. */
export function hasPlace({ scales }: uPlot, step: number): boolean {
  return scales.x.distr !== 3 || step > 0;
}

/** Points back, to where the training began again from. */
function drawFlag({ ctx, bbox, valToPos }: uPlot, step: number, ratio: number): void {
  const x = valToPos(step, 'x', true);
  const size = FORK_FLAG_PIXELS * ratio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + size);
  ctx.lineTo(x - size, bbox.top + size / 2);
  ctx.fill();
}

export function clip({ ctx, bbox }: uPlot): void {
  ctx.beginPath();
  // A pixel more on the right, for the line of the last checkpoint.
  ctx.rect(bbox.left, bbox.top, bbox.width + 1, bbox.height);
  ctx.clip();
}

function vertical(plot: uPlot, step: number, top: number, height: number): void {
  if (!hasPlace(plot, step)) return;
  const x = Math.round(plot.valToPos(step, 'x', true)) + 0.5;
  plot.ctx.beginPath();
  plot.ctx.moveTo(x, top);
  plot.ctx.lineTo(x, top + height);
  plot.ctx.stroke();
}
