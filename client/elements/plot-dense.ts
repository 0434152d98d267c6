/**
 * Long lines (`plot-density.ts`), drawn by pixel column from least to largest sample (`view/pixel-columns.ts`).
 *
 * uPlot thins such lines out by itself, but strokes what is left as one zigzag path with round joins: 95 ms for 100,000
 * rows on 1,380 pixels where a machine draws without a graphics card; columns as rectangles take 2 ms.
 */
import type uPlot from 'uplot';
import { type PixelColumn, pixelColumns } from '../view/pixel-columns.ts';
import type { ColourName } from './palette.ts';
import { bandColour, type PlotSeries, strokeOf } from './plot-lines.ts';

export type DenseOptions = {
  readonly series: readonly PlotSeries[];
  readonly colour: (name: ColourName) => string;
};

export function drawDense(plot: uPlot, index: number, { series, colour }: DenseOptions): void {
  const one = series[index - 1];
  if (one.kind === 'low') return;
  const { ctx, bbox } = plot;
  const several = series.some(({ line }) => line > 0);
  const { name, width } =
    one.kind === 'floor' ? ({ name: 'ink-faint', width: 1 } as const) : strokeOf({ ...one, several });
  const thick = one.kind === 'high' ? 0 : width * devicePixelRatio;
  const isBand = one.kind === 'high';
  const lower = isBand ? columnsAt(plot, index + 1) : null;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = isBand ? bandColour(colour, one.line) : colour(name);
  ctx.strokeStyle = ctx.fillStyle;
  ctx.lineWidth = thick;
  let before: PixelColumn | null = null;
  columnsAt(plot, index).forEach((column, at) => {
    const left = Math.round(bbox.left) + column.pixel;
    const joined = before !== null && !column.isAfterGap ? before : null;
    const isNext = joined !== null && column.pixel === joined.pixel + 1;
    // Up to where the column before ends, so that the line hangs together.
    const most = isNext && !isBand ? Math.max(column.most, joined.last) : column.most;
    const least = lower?.[at]?.least ?? (isNext ? Math.min(column.least, joined.last) : column.least);
    const top = plot.valToPos(most, 'y', true) - thick / 2;
    ctx.fillRect(left, top, 1, plot.valToPos(least, 'y', true) + thick / 2 - top);
    if (joined !== null && !isNext && !isBand) {
      ctx.beginPath();
      ctx.moveTo(Math.round(bbox.left) + joined.pixel + 0.5, plot.valToPos(joined.last, 'y', true));
      ctx.lineTo(left + 0.5, plot.valToPos(column.first, 'y', true));
      ctx.stroke();
    }
    before = column;
  });
  ctx.restore();
}

function columnsAt(plot: uPlot, index: number): PixelColumn[] {
  const { data, bbox } = plot;
  const [first, last] = plot.series[0].idxs ?? [0, 0];
  return pixelColumns(data[0], data[index], {
    from: Math.max(0, first - 1),
    to: Math.min(data[0].length - 1, last + 1),
    pixels: Math.round(bbox.width),
    endOf: (pixel) => plot.posToVal(Math.round(bbox.left) + pixel + 1, 'x', true),
  });
}
