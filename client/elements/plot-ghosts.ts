/**
 * What a rewound training left behind, in a chart: each branch as a faint dashed line in the colour of its metric, under
 * the lines of the run, with a dot where it ends.
 */
import type uPlot from 'uplot';
import type { ColourName } from './palette.ts';
import { clip, type MarkOptions } from './plot-marks.ts';

/** Of the metrics of a panel, in turn. */
export const LINES: readonly ColourName[] = ['line', 'line-second'];

const OPACITY = 0.5;
const LINE_PIXELS = 1.4;
const DASH_PIXELS = [4, 3];
const DOT_PIXELS = 2;

export function drawGhosts(plot: uPlot, { marks, colour }: MarkOptions): void {
  const { ghosts } = marks();
  if (ghosts.length === 0) return;
  const { ctx } = plot;
  const ratio = window.devicePixelRatio || 1;
  ctx.save();
  clip(plot);
  ctx.globalAlpha = OPACITY;
  ctx.lineWidth = LINE_PIXELS * ratio;
  for (const { series, points } of ghosts) {
    const places = points.map(({ step, value }) => ({
      x: plot.valToPos(step, 'x', true),
      y: plot.valToPos(value, 'y', true),
    }));
    ctx.strokeStyle = colour(LINES[series % LINES.length]);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.setLineDash(DASH_PIXELS.map((length) => length * ratio));
    ctx.beginPath();
    for (const { x, y } of places) ctx.lineTo(x, y);
    ctx.stroke();
    const end = places[places.length - 1];
    ctx.beginPath();
    ctx.arc(end.x, end.y, DOT_PIXELS * ratio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}
