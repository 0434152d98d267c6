/**
 * Zooming and panning along the step axis, in shares of what is shown: a step under the cursor stays under it, whatever
 * the axis. Nothing beyond the whole run is shown, and null means all of it.
 */
import { type Range, type StepAxis, shareOf, stepAt } from './axis.ts';

/** Of the whole axis; further in, two steps would no longer be told apart by the labels. */
const SHARE_MIN = 1e-5;

export type View = {
  /** What is shown. */
  readonly range: Range;
  /** What there is to show. */
  readonly whole: Range;
  readonly axis: StepAxis;
};

/** @param at share of the axis that stays where it is; @param factor below 1 zooms in */
export function zoomedAt(view: View, at: number, factor: number): Range | null {
  return within(view, at - at * factor, at + (1 - at) * factor);
}

/** @param by share of what is shown; to the right where it is positive */
export function pannedBy(view: View, by: number): Range | null {
  const { range, whole, axis } = view;
  const [left, right] = [shareOf(whole[0], range, axis), shareOf(whole[1], range, axis)];
  const inside = Math.max(Math.min(left, 0), Math.min(Math.max(right, 1) - 1, by));
  return within(view, inside, 1 + inside);
}

/** Between two shares of what is shown. */
export function within({ range, whole, axis }: View, from: number, to: number): Range | null {
  const share = (at: number) => shareOf(stepAt(at, range, axis), whole, axis);
  const low = Math.max(0, Math.min(share(from), share(to)));
  const high = Math.min(1, Math.max(share(from), share(to)));
  if (low <= 0 && high >= 1) return null;
  if (high - low < SHARE_MIN) return range;
  return [stepAt(low, whole, axis), stepAt(high, whole, axis)];
}
