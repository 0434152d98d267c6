/**
 * Which lines are long: those with more than two rows a pixel. What draws them well (`plot-dense.ts`) is loaded with the
 * first of them; until it is here, uPlot draws them its own way, slowly.
 */
import uPlot from 'uplot';
import type * as Dense from './plot-dense.ts';
import type { DenseOptions } from './plot-dense.ts';

const ROWS_A_PIXEL_MAX = 2;

let dense: typeof Dense | 'loading' | null = null;

export function isDense({ series, bbox }: uPlot): boolean {
  const [first, last] = series[0].idxs ?? [0, 0];
  return last - first > ROWS_A_PIXEL_MAX * bbox.width;
}

/** No path where `drawLong` draws. */
export const sparsePaths: uPlot.Series.PathBuilder = (plot, index, from, to) =>
  isDense(plot) && isLoaded() ? null : (linear?.(plot, index, from, to) ?? null);

const linear = uPlot.paths.linear?.();

export function drawLong(plot: uPlot, index: number, options: DenseOptions): void {
  if (!isDense(plot)) return;
  if (dense !== null && dense !== 'loading') dense.drawDense(plot, index, options);
  else if (dense === null) {
    dense = 'loading';
    void import('./plot-dense.ts').then((module) => {
      dense = module;
      if (plot.root.isConnected) plot.redraw(true, false);
    });
  }
}

function isLoaded(): boolean {
  return dense !== null && dense !== 'loading';
}
