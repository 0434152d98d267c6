/**
 * What a rewound training left behind, in a chart: each branch as a faint dashed line in the colour of its metric, under
 * the lines of the run, with a dot where it ends.
 */
import type uPlot from 'uplot';
import { strokeOf } from './plot-lines.ts';
import { clip, hasPlace, type MarkOptions } from './plot-marks.ts';

const OPACITY = 0.5;
const LINE_PIXELS = 1.4;
const DASH_PIXELS = [4, 3];
const DOT_PIXELS = 2;

export function drawGhosts(plot: uPlot, { scene, colour }: MarkOptions): void {
  const { ghosts, lines } = scene();
  const several = lines.length > 1;
  if (ghosts.length === 0) return;
  const { ctx } = plot;
  const ratio = window.devicePixelRatio || 1;
  ctx.save();
  clip(plot);
  ctx.globalAlpha = OPACITY;
  ctx.lineWidth = LINE_PIXELS * ratio;
  for (const { series, points } of ghosts) {
    const places = points
      .filter(({ step }) => hasPlace(plot, step))
      .map(({ step, value }) => ({
        x: plot.valToPos(step, 'x', true),
        y: plot.valToPos(value, 'y', true),
      }));
    ctx.strokeStyle = colour(strokeOf({ line: 0, metric: series, several }).name);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.setLineDash(DASH_PIXELS.map((length) => length * ratio));
    ctx.beginPath();
    for (const { x, y } of places) ctx.lineTo(x, y);
    ctx.stroke();
    const end = places.at(-1);
    if (!end) continue;
    ctx.beginPath();
    ctx.arc(end.x, end.y, DOT_PIXELS * ratio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}
