/**
 * The strip of checkpoints: where each stands on the axis of steps, which one a place on the strip means, and how it is
 * said. The strip holds the line of training that the checkpoint looked at is of (`branches.ts`).
 */
import type { Checkpoint } from '../../protocol/state.ts';
import { type Range, type StepAxis, shareOf } from './axis.ts';
import type { KeyedCheckpoint } from './branches.ts';
import { wholeText } from './number.ts';

type Status = Checkpoint['status'];

/** Units along the strip that the ticks are drawn in, whatever its width. */
export const STRIP_UNITS = 1000;
const STATUS_WORDS: Readonly<Record<Status, string | null>> = {
  done: null,
  failed: 'could not be analysed',
  skipped: 'left out for now',
  computing: 'being computed',
};

export type Strip = {
  readonly stops: readonly KeyedCheckpoint[];
  readonly range: Range;
  readonly axis: StepAxis;
};

/** That of the charts; a strip leaves no checkpoint out, so that step 0 of a logarithmic one stands as on asinh. */
export function stripAxis(axis: StepAxis, span: Range | null): StepAxis {
  return axis === 'log' && span !== null && span[0] <= 0 ? 'asinh' : axis;
}

/** Index of the checkpoint that is nearest to a place, 0…1 from the left; -1 where there is none. */
export function nearestStop({ stops, range, axis }: Strip, share: number): number {
  let nearest = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, { checkpoint }] of stops.entries()) {
    const distance = Math.abs(shareOf(checkpoint.step, range, axis) - share);
    if (distance >= least) continue;
    nearest = index;
    least = distance;
  }
  return nearest;
}

/** Ticks of all checkpoints of one status as the path of an SVG that is STRIP_UNITS wide. */
export function tickPath({ stops, range, axis }: Strip, status: Status, top: number, bottom: number): string {
  return stops
    .filter(({ checkpoint }) => checkpoint.status === status)
    .map(
      ({ checkpoint }) =>
        `M${(shareOf(checkpoint.step, range, axis) * STRIP_UNITS).toFixed(1)} ${top}V${bottom}`,
    )
    .join('');
}

/** `checkpoint-512, step 512, 23 of 59`, and what is amiss with it. */
export function stopText({ stops }: Strip, index: number): string {
  const stop = stops[index];
  if (stop === undefined) return 'no checkpoint yet';
  const { id, step, status } = stop.checkpoint;
  const words = STATUS_WORDS[status];
  return [
    id,
    `step ${wholeText(step)}`,
    `${wholeText(index + 1)} of ${wholeText(stops.length)}`,
    ...(words ? [words] : []),
  ].join(', ');
}

export function speedText(perSecond: number): string {
  return `${perSecond} checkpoint${perSecond === 1 ? '' : 's'} a second`;
}
