/**
 * The edges of a graph on canvases, at 30 frames a second however many there are.
 *
 * Stroking 5,000 curves takes a processor 0.1 s, at two device pixels per CSS pixel 0.5 s. So a picture is painted
 * once, on a canvas that is not on show, in slices that fit into a frame; then it takes the place of the one before. Edges stand
 * still and only their strokes change: two canvases that cross-fade, adding up their light, interpolate every pixel, and
 * the browser's compositor does it. What is pointed at is painted on a canvas of its own, over all edges faded as a whole.
 *
 * A picture that comes while another is being painted waits; of several that wait the last one counts. So a run that is
 * caught up with is never lagged behind by more than one picture, and a slider that is dragged shows something.
 * Lost contexts are painted anew when they are restored; a page in the background gets no frames and paints nothing.
 */
import type { Size } from '../controllers/size-controller.ts';
import type { Picture } from '../view/picture.ts';
import { type Pointed, paintEdges, paintLit } from './edge-painter.ts';
import type { Palette } from './palette.ts';

export const CHANGE_MILLIS = 400;
/** Edges painted in the first frame; then as many as frames allow. */
const SLICE_FIRST = 300;
const SLICE_MIN = 60;
const SLICE_MAX = 5_000;
/** Frame times of 60 and 30 a second, with room for the clock's jitter. */
const FAST_MILLIS = 20;
const SLOW_MILLIS = 30;

export type Scene = {
  readonly picture: Picture | null;
  readonly size: Size;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  readonly palette: Palette;
  /** Another one where colours may be others. */
  readonly colours: string;
  /** Whether it is to be faded to, and not jumped to. */
  readonly isGentle: boolean;
};

type Work = { readonly scene: Scene; readonly canvas: HTMLCanvasElement; painted: number };

export class EdgeCanvas {
  readonly #root: ParentNode;
  readonly #painted: (scene: Scene) => void;
  #bound: readonly HTMLCanvasElement[] = [];
  #front = 0;
  #wanted: Scene | null = null;
  #shown: Scene | null = null;
  #work: Work | null = null;
  #pointed: Pointed = { kind: 'nothing' };
  #lit: { readonly scene: Scene; readonly pointed: Pointed } | null = null;
  #slice = SLICE_FIRST;
  /** When a slice was painted in the frame before; null where none was. */
  #paintedAt: number | null = null;
  #frame: number | null = null;
  #fades: readonly Animation[] = [];

  /**
   * @param root holds `.edges` with two canvases, and `canvas.lit`
   * @param painted called when a picture is on show
   */
  constructor(root: ParentNode, painted: (scene: Scene) => void) {
    this.#root = root;
    this.#painted = painted;
  }

  /** What is to be seen from now on. */
  show(scene: Scene, pointed: Pointed): void {
    this.#wanted = scene;
    this.#pointed = pointed;
    this.#frame ??= requestAnimationFrame((now) => this.#tick(now));
  }

  /** Nobody looks: paints nothing until the next `show`. */
  rest(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#paintedAt = null;
    this.#work = null;
    this.#settle();
  }

  #tick(now: number): void {
    this.#frame = null;
    // A browser paints after the frame that asked for it: what a slice costs is seen in the next one, of another work too.
    if (this.#paintedAt !== null) this.#adapt(now - this.#paintedAt);
    this.#paintedAt = null;
    const wanted = this.#wanted;
    if (wanted === null || !this.#bind()) return;
    this.#light(wanted);
    if (this.#work === null) {
      if (this.#shown !== null && isSame(wanted, this.#shown)) return;
      const canvas = this.#bound[1 - this.#front];
      this.#settle();
      if (prepared(canvas, wanted) === null) return;
      this.#work = { scene: wanted, canvas, painted: 0 };
    }
    this.#proceed(this.#work);
    this.#paintedAt = now;
    this.#frame ??= requestAnimationFrame((next) => this.#tick(next));
  }

  #proceed(work: Work): void {
    const context = work.canvas.getContext('2d');
    const { picture, palette, ratio } = work.scene;
    const drawn = picture?.drawn ?? [];
    if (context !== null) {
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      // Strongest first in the picture, weakest first on the canvas.
      const end = drawn.length - work.painted;
      const slice = drawn.slice(Math.max(0, end - this.#slice), end).reverse();
      paintEdges(context, slice, palette);
      work.painted += slice.length;
    }
    if (work.painted < drawn.length && context !== null) return;
    this.#work = null;
    this.#present(work.scene);
  }

  #adapt(frameMillis: number): void {
    if (frameMillis > SLOW_MILLIS) this.#slice = Math.max(SLICE_MIN, Math.round(this.#slice / 2));
    else if (frameMillis < FAST_MILLIS) this.#slice = Math.min(SLICE_MAX, Math.round(this.#slice * 1.5));
  }

  #present(scene: Scene): void {
    const [before, after] = [this.#bound[this.#front], this.#bound[1 - this.#front]];
    const isGentle = scene.isGentle && this.#shown?.picture != null && !document.hidden;
    this.#front = 1 - this.#front;
    this.#shown = scene;
    before.style.opacity = '0';
    after.style.opacity = '1';
    const timing = { duration: CHANGE_MILLIS, easing: 'ease-in-out' };
    const sum = { mixBlendMode: ['plus-lighter', 'plus-lighter'] };
    if (isGentle)
      this.#fades = [
        before.animate({ ...sum, opacity: [1, 0] }, timing),
        after.animate({ ...sum, opacity: [0, 1] }, timing),
      ];
    this.#painted(scene);
  }

  /** Ends a fade that is going on: what comes next is not to wait for it. */
  #settle(): void {
    for (const fade of this.#fades) fade.cancel();
    this.#fades = [];
  }

  #light(scene: Scene): void {
    const pointed = this.#pointed;
    if (this.#lit !== null && this.#lit.pointed === pointed && isSame(this.#lit.scene, scene)) return;
    if (pointed.kind === 'nothing' && this.#lit?.pointed.kind === 'nothing') return;
    this.#lit = { scene, pointed };
    const context = prepared(this.#bound[2], scene);
    if (context !== null) paintLit(context, scene.picture?.drawn ?? [], pointed, scene.palette);
  }

  /** Whether there are canvases. */
  #bind(): boolean {
    const found = [...this.#root.querySelectorAll<HTMLCanvasElement>('.edges canvas, canvas.lit')];
    if (found.length < 3) return false;
    if (found.some((canvas, index) => canvas !== this.#bound[index])) {
      this.#bound = found;
      this.#forget();
      for (const canvas of found) {
        canvas.addEventListener('contextlost', this.#forget);
        canvas.addEventListener('contextrestored', this.#restored);
      }
    }
    return true;
  }

  readonly #forget = () => {
    this.#shown = null;
    this.#work = null;
    this.#lit = null;
  };

  readonly #restored = () => {
    this.#forget();
    if (this.#wanted !== null) this.show({ ...this.#wanted, isGentle: false }, this.#pointed);
  };
}

function isSame(a: Scene, b: Scene): boolean {
  return a.picture === b.picture && a.size === b.size && a.ratio === b.ratio && a.colours === b.colours;
}

/** A canvas of the scene's size, empty; null where the browser gives none. */
function prepared(canvas: HTMLCanvasElement, { size, ratio }: Scene): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d');
  if (context === null) return null;
  const width = Math.round(size.width * ratio);
  const height = Math.round(size.height * ratio);
  // A new size clears the canvas, and takes new memory.
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  return context;
}
