/**
 * What keys do in a plot: left and right move the cursor from sample to sample, with shift they pan; Home and End move it
 * to the ends of what is shown; + and − zoom around it, 0 shows all, Enter looks at the checkpoint under it. Loaded at the
 * first of these keys.
 */
import { type Range, shareOf } from '../view/axis.ts';
import { type Line, nearestOn } from '../view/lines.ts';
import type { Panel } from '../view/panels.ts';
import { readingAt } from '../view/reading.ts';
import { pannedBy, type View, zoomedAt } from '../view/zoom.ts';

export type Keyed = {
  readonly lines: readonly Line[];
  readonly panel: Panel;
  readonly view: View;
  /** Of all samples, ascending. */
  readonly steps: ArrayLike<number>;
  readonly hovered: number | null;
  zoom(range: Range | null): void;
  /** The cursor is to be there, where `words` are what a person hears. */
  move(step: number, words: string): void;
  choose(checkpoint: string): void;
};

const ZOOM_FACTOR = 0.5;
const PAN_SHARE = 0.25;

/** @param event a key of CHART_KEYS, without Ctrl, Alt or Meta */
export function keyPressed({ key, shiftKey }: KeyboardEvent, target: Keyed): void {
  const { view, hovered } = target;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (by !== undefined && shiftKey) target.zoom(pannedBy(view, by * PAN_SHARE));
  else if (by !== undefined || key === 'Home' || key === 'End') moveTo(by ?? key, target);
  else if (key === '0') target.zoom(null);
  else if (key === '+' || key === '=' || key === '-') {
    const at = hovered === null ? 0.5 : shareOf(hovered, view.range, view.axis);
    const inside = at >= 0 && at <= 1 ? at : 0.5;
    target.zoom(zoomedAt(view, inside, key === '-' ? 1 / ZOOM_FACTOR : ZOOM_FACTOR));
  } else if (hovered !== null) {
    const { steps, checkpoints } = target.lines[0].own;
    const row = nearestOn(steps, hovered, view.axis);
    if (row >= 0) target.choose(checkpoints[row].id);
  }
}

/** Pans where the cursor would leave what is shown. */
function moveTo(by: number | string, target: Keyed): void {
  const { lines, panel, view, steps, hovered } = target;
  const [from, to] = view.range;
  if (steps.length === 0) return;
  let first = nearestOn(steps, from, view.axis);
  if (steps[first] < from) first += 1;
  let last = nearestOn(steps, to, view.axis);
  if (steps[last] > to) last -= 1;
  const isInside = hovered !== null && hovered >= from && hovered <= to;
  const start = by === 1 ? first - 1 : last + 1;
  const at = isInside ? nearestOn(steps, hovered, view.axis) : start;
  const row = by === 'Home' ? first : by === 'End' ? last : at + Number(by);
  const step = steps[Math.max(0, Math.min(steps.length - 1, row))];
  // Enough that it is in sight again.
  const share = shareOf(step, view.range, view.axis);
  if (share < 0) target.zoom(pannedBy(view, share - PAN_SHARE));
  if (share > 1) target.zoom(pannedBy(view, share - 1 + PAN_SHARE));
  target.move(step, readingAt(lines, panel, step, view.axis));
}
