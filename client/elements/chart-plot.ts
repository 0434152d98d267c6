/**
 * The plot of a chart: draws a scene (`chart-scene.ts`) with uPlot, at most once a frame, and only what differs from what
 * stands there. The plot is made anew where the shape of the data is another, the paths where the data are; marks and
 * colours are painted over the paths that there are, and a cursor moves without any painting.
 */
import uPlot from 'uplot';
import type { Size } from '../controllers/size-controller.ts';
import { nearestOn } from '../view/lines.ts';
import type { Scene } from './chart-scene.ts';
import type { Palette } from './palette.ts';
import { plotData, plotOptions } from './plot.ts';
import { plotTable, seriesOf } from './plot-table.ts';

type Drawn = {
  readonly shape: string;
  readonly data: readonly unknown[];
  readonly marks: readonly unknown[];
};

export type ChartPlotOptions = {
  readonly palette: Palette;
  /** Called with each plot that is made. */
  readonly made: (plot: uPlot) => void;
};

export class ChartPlot {
  readonly #palette: Palette;
  readonly #made: (plot: uPlot) => void;
  #plot: uPlot | null = null;
  #scene: Scene | null = null;
  #drawn: Drawn | null = null;
  #drawnAt: CSSNumberish | null = null;
  #frame: number | null = null;

  constructor({ palette, made }: ChartPlotOptions) {
    this.#palette = palette;
    this.#made = made;
  }

  get plot(): uPlot | null {
    return this.#plot;
  }

  /** @param version of the colours */
  draw(scene: Scene, container: HTMLElement, size: Size, version: string): void {
    this.#scene = scene;
    this.#palette.follow(version);
    const { panel, lines, view, tokens, ghosts, branches, bands, changes, focusStep } = scene;
    const series = seriesOf(lines, panel);
    const now: Drawn = {
      shape: [panel.id, view.axis, ...lines.map(({ run }) => run), ...series.map(({ kind }) => kind)].join(
        ' ',
      ),
      data: [
        ...view.range,
        ghosts,
        tokens,
        ...lines.flatMap(({ columns, scale }) => [columns, columns.version, scale]),
      ],
      marks: [focusStep, bands, changes, branches, version, size.width, size.height],
    };
    const isMade = this.#drawn?.shape === now.shape;
    const isDrawn = isMade && isSame(this.#drawn?.data, now.data);
    if (isDrawn && isSame(this.#drawn?.marks, now.marks)) {
      this.#point();
      return;
    }
    if (this.#waitsForFrame(() => this.draw(scene, container, size, version))) return;
    this.#drawn = now;
    const dataOf = () => plotData(plotTable(lines, panel, { series, axis: view.axis }));
    if (!isMade || !this.#plot) {
      this.#plot?.destroy();
      const options = plotOptions({
        ...size,
        series,
        scene: () => this.#scene ?? scene,
        colour: (name) => this.#palette.colour(name),
        drawn: () => this.#point(),
      });
      this.#plot = new uPlot(options, dataOf(), container);
      this.#made(this.#plot);
      return;
    }
    if (this.#plot.width !== size.width || this.#plot.height !== size.height) this.#plot.setSize(size);
    if (isDrawn) this.#plot.redraw(false, true);
    else this.#plot.setData(dataOf());
  }

  /** The step of any line nearest to one, null where there is none. */
  stepNear(step: number): number | null {
    const axis = this.#scene?.view.axis ?? 'linear';
    const steps = this.#plot?.data[0] ?? [];
    return steps[nearestOn(steps, step, axis)] ?? null;
  }

  discard(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#plot?.destroy();
    this.#plot = null;
    this.#drawn = null;
  }

  /** Whether this frame has been drawn in; then `again` is called in the next, unless something newer is by then. */
  #waitsForFrame(again: () => void): boolean {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    const now = document.timeline.currentTime;
    const isFree = now === null || now !== this.#drawnAt;
    this.#drawnAt = now;
    if (!isFree) this.#frame = requestAnimationFrame(again);
    return !isFree;
  }

  /** Puts the cursor where the feed has it. */
  #point(): void {
    const [plot, scene] = [this.#plot, this.#scene];
    if (!plot || scene === null) return;
    const [from, to] = scene.view.range;
    const step = scene.hovered === null ? null : this.stepNear(scene.hovered);
    const left = step === null || step < from || step > to ? -1 : plot.valToPos(step, 'x');
    if (left === plot.cursor.left && left < 0) return;
    plot.setCursor({ left, top: left < 0 ? -1 : 0 }, false);
  }
}

function isSame(a: readonly unknown[] | undefined, b: readonly unknown[]): boolean {
  return a?.length === b.length && a.every((value, index) => value === b[index]);
}
