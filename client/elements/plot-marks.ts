/**
 * What a chart shows besides its lines. Under the grid: the phases as faint bands. Under the lines: phase changes (the
 * interval shaded, a line where it ends, the surer the stronger), where the training began again, the checkpoint in
 * focus, failed ones as ticks on the axis. Over the lines: what is noise, in grey.
 */
import type uPlot from 'uplot';
import type { PhaseChange } from '../../protocol/phases.ts';
import { opacityOf } from '../view/changes.ts';
import type { Ghost } from '../view/ghosts.ts';
import type { PhaseBand } from '../view/phase-bands.ts';
import type { ColourName } from './palette.ts';

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

export type PlotMarks = {
  /** Step of the checkpoint in focus. */
  readonly focusStep: number | null;
  readonly failedSteps: readonly number[];
  readonly bands: readonly PhaseBand[];
  /** Those that stand. */
  readonly changes: readonly PhaseChange[];
  /** Values of the first series that are below its floor; null for all others. */
  readonly noise: readonly (number | null)[];
  /** Where the training began again. */
  readonly forkSteps: readonly number[];
  /** Lines of what it left behind. */
  readonly ghosts: readonly Ghost[];
};

export type MarkOptions = {
  readonly colour: (name: ColourName) => string;
  readonly marks: () => PlotMarks;
};

export function drawBands(plot: uPlot, { marks, colour }: MarkOptions): void {
  const { ctx, bbox } = plot;
  ctx.save();
  clip(plot);
  ctx.globalAlpha = BAND_OPACITY;
  for (const { name, start, end } of marks().bands) {
    const left = plot.valToPos(start, 'x', true);
    ctx.fillStyle = colour(`phase-${name}`);
    ctx.fillRect(left, bbox.top, plot.valToPos(end, 'x', true) - left, bbox.height);
  }
  ctx.restore();
}

export function drawMarks(plot: uPlot, { marks, colour }: MarkOptions): void {
  const { ctx, bbox } = plot;
  const { focusStep, failedSteps, changes, forkSteps } = marks();
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
  for (const step of forkSteps) {
    vertical(plot, step, bbox.top, bbox.height);
    drawFlag(plot, step, ratio);
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
  for (const step of failedSteps) vertical(plot, step, bbox.top + bbox.height - tick, tick);
  ctx.restore();
}

/** Grey over the line where both ends of a stretch are noise; points where there is room, or where one stands alone. */
export function drawNoise(plot: uPlot, { marks, colour }: MarkOptions): void {
  const { noise } = marks();
  if (noise.every((value) => value === null)) return;
  const { ctx } = plot;
  const ratio = window.devicePixelRatio || 1;
  const places = noise.map((value, row) =>
    value === null
      ? null
      : { x: plot.valToPos(plot.data[0][row], 'x', true), y: plot.valToPos(value, 'y', true) },
  );
  const isRoomy = plot.bbox.width / places.length >= NOISE_POINT_GAP_PIXELS * ratio;
  ctx.save();
  ctx.strokeStyle = colour('ink-faint');
  ctx.fillStyle = colour('ink-faint');
  ctx.lineWidth = NOISE_LINE_PIXELS * ratio;
  places.forEach((place, row) => {
    if (place === null) return;
    const [before, after] = [places[row - 1] ?? null, places[row + 1] ?? null];
    if (before !== null) {
      ctx.beginPath();
      ctx.moveTo(before.x, before.y);
      ctx.lineTo(place.x, place.y);
      ctx.stroke();
    }
    if (!isRoomy && (before !== null || after !== null)) return;
    ctx.beginPath();
    ctx.arc(place.x, place.y, NOISE_POINT_PIXELS * ratio, 0, 2 * Math.PI);
    ctx.fill();
  });
  ctx.restore();
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
  const x = Math.round(plot.valToPos(step, 'x', true)) + 0.5;
  plot.ctx.beginPath();
  plot.ctx.moveTo(x, top);
  plot.ctx.lineTo(x, top + height);
  plot.ctx.stroke();
}
