/**
 * What pointers do in a plot: a drag selects a range of steps to zoom into, with shift it pans; a click asks for the
 * nearest checkpoint, a double click for the whole run. A wheel with ctrl (and a pinch on a touchpad, which is the same)
 * zooms, a wheel to the side pans what is zoomed; a plain wheel is left to the page. A finger moves the cursor along, up
 * and down it scrolls the page; two fingers zoom and pan.
 */
import type { Range } from '../view/axis.ts';
import { pannedBy, type View, within, zoomedAt } from '../view/zoom.ts';

export type Gestured = {
  view(): View;
  zoom(range: Range | null): void;
  /** Where the pointer is from the left, null where it has left. */
  point(x: number | null): void;
  choose(x: number, y: number): void;
  /** Shows what would be zoomed into. */
  mark(left: number, width: number): void;
};

const DRAG_PIXELS = 4;
/** Per pixel of a wheel: a notch of 100 is about a factor of 1.5. */
const WHEEL_RATE = 0.004;
const PINCH_PIXELS_MIN = 8;

type Drag = {
  readonly id: number;
  readonly x: number;
  readonly view: View;
  readonly isPan: boolean;
  moved: boolean;
};

export function listenTo(over: HTMLElement, target: Gestured): void {
  const fingers = new Map<number, number>();
  let pinch: { readonly view: View; readonly at: readonly [number, number] } | null = null;
  let drag: Drag | null = null;
  const placeOf = (event: MouseEvent) => {
    const { left, top, width } = over.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top, width };
  };

  const spread = (width: number): [number, number] => {
    const [a, b] = [...fingers.values()].map((x) => x / width).sort((one, other) => one - other);
    return [a, b];
  };

  over.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    const { x, width } = placeOf(event);
    over.setPointerCapture(event.pointerId);
    if (event.pointerType === 'touch') fingers.set(event.pointerId, x);
    if (fingers.size === 2) {
      pinch = { view: target.view(), at: spread(width) };
      drag = null;
      return;
    }
    drag = { id: event.pointerId, x, view: target.view(), isPan: event.shiftKey, moved: false };
  });

  over.addEventListener('pointermove', (event) => {
    const { x, width } = placeOf(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, x);
    if (pinch !== null && fingers.size === 2) {
      const [from, to] = spread(width);
      if ((to - from) * width < PINCH_PIXELS_MIN) return;
      // The steps that were under the fingers stay under them.
      const scale = (pinch.at[1] - pinch.at[0]) / (to - from);
      const start = pinch.at[0] - from * scale;
      target.zoom(within(pinch.view, start, start + scale));
      return;
    }
    if (drag !== null && drag.id === event.pointerId) {
      drag.moved ||= Math.abs(x - drag.x) >= DRAG_PIXELS;
      if (drag.moved && drag.isPan) target.zoom(pannedBy(drag.view, (drag.x - x) / width));
      else if (drag.moved && event.pointerType !== 'touch') {
        const [left, right] = [Math.max(0, Math.min(drag.x, x)), Math.min(width, Math.max(drag.x, x))];
        target.mark(left, right - left);
      }
    }
    target.point(Math.max(0, Math.min(width, x)));
  });

  over.addEventListener('pointerup', (event) => {
    const { x, y, width } = placeOf(event);
    const done = drag;
    forget(event);
    if (done === null || done.id !== event.pointerId) return;
    target.mark(0, 0);
    if (!done.moved) target.choose(x, y);
    else if (!done.isPan && event.pointerType !== 'touch')
      target.zoom(within(done.view, Math.max(0, done.x / width), Math.min(1, x / width)));
  });
  over.addEventListener('pointercancel', (event) => {
    forget(event);
    target.mark(0, 0);
    target.point(null);
  });
  over.addEventListener('pointerleave', () => drag === null && target.point(null));
  over.addEventListener('dblclick', () => target.zoom(null));

  over.addEventListener(
    'wheel',
    (event) => {
      const { x, width } = placeOf(event);
      const view = target.view();
      if (event.ctrlKey) {
        event.preventDefault();
        target.zoom(zoomedAt(view, x / width, Math.exp(event.deltaY * WHEEL_RATE)));
        return;
      }
      const aside = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      const isWhole = view.range[0] === view.whole[0] && view.range[1] === view.whole[1];
      if (isWhole || Math.abs(aside) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return;
      event.preventDefault();
      target.zoom(pannedBy(view, aside / width));
    },
    { passive: false },
  );

  function forget(event: PointerEvent): void {
    fingers.delete(event.pointerId);
    if (fingers.size < 2) pinch = null;
    drag = null;
  }
}
