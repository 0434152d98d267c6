/**
 * Where the segments of a run are drawn. Nothing is known of the steps between two checkpoints, so neighbours meet in
 * the middle between the last checkpoint of one and the first of the next, as the axis shows it.
 */
import type { PhaseSegment } from '../../protocol/phases.ts';
import { middleOf, type StepAxis } from './axis.ts';
import { wholeText } from './number.ts';

export type PhaseName = NonNullable<PhaseSegment['name']> | 'unnamed';

export type PhaseBand = {
  readonly name: PhaseName;
  /** Steps between which it is drawn. */
  readonly start: number;
  readonly end: number;
  readonly segment: PhaseSegment;
};

export function bandsOf(segments: readonly PhaseSegment[], axis: StepAxis): PhaseBand[] {
  return segments.map((segment, index) => {
    const before = segments[index - 1];
    const after = segments[index + 1];
    return {
      name: segment.name ?? 'unnamed',
      start: before ? middleOf(before.to, segment.from, axis) : segment.from,
      end: after ? middleOf(segment.to, after.from, axis) : segment.to,
      segment,
    };
  });
}

export function bandText({ name, segment }: PhaseBand): string {
  return `${name}, steps ${wholeText(segment.from)} to ${wholeText(segment.to)}`;
}
