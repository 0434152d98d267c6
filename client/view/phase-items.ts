/**
 * What stands on the ribbon of phases, from left to right, and the same as rows of a table.
 */
import type { PhaseChange, PhaseSegment } from '../../protocol/phases.ts';
import { type Range, type StepAxis, shareOf } from './axis.ts';
import { probabilityText, signalText } from './change-words.ts';
import { newestFirst, probableOf, standingOf } from './changes.ts';
import { bandsOf, type PhaseBand } from './phase-bands.ts';

export type PhaseItem =
  | { readonly kind: 'band'; readonly key: string; readonly at: number; readonly band: PhaseBand }
  | { readonly kind: 'change'; readonly key: string; readonly at: number; readonly change: PhaseChange };

/** Bands and the marks that stand, from left to right, as far as they lie in the range. */
export function itemsOf(
  segments: readonly PhaseSegment[],
  changes: readonly PhaseChange[],
  axis: StepAxis,
  range: Range,
): readonly PhaseItem[] {
  const isShown = (from: number, to: number) => {
    const [start, end] = [from, to].map((step) => shareOf(step, range, axis));
    // A step without a place on the axis is left of all others.
    return end >= 0 && (!Number.isFinite(start) || start <= 1);
  };
  const bands = bandsOf(segments, axis)
    .filter(({ start, end }) => isShown(start, end))
    .map((band): PhaseItem => ({ kind: 'band', key: `band-${band.segment.from}`, at: band.start, band }));
  const marks = probableOf(changes)
    .filter(({ interval }) => isShown(interval[1], interval[1]))
    .map(
      (change): PhaseItem => ({ kind: 'change', key: `change-${change.id}`, at: change.interval[1], change }),
    );
  return [...bands, ...marks].sort((a, b) => a.at - b.at);
}

/** Where a step stands, kept inside of what is shown; what has no place on the axis stands at its left end. */
export function insideOf(step: number, range: Range, axis: StepAxis): number {
  const share = shareOf(step, range, axis);
  return Number.isNaN(share) ? 0 : Math.max(0, Math.min(1, share));
}

export const PHASE_HEAD = ['what', 'from step', 'to step', 'name', 'probability', 'evidence'] as const;

/** The numbers behind the ribbon: its segments, then all that has been said of changes, newest first. */
export function phaseRows(
  segments: readonly PhaseSegment[],
  changes: readonly PhaseChange[],
): (string | number | null)[][] {
  return [
    ...segments.map(({ from, to, name, reasons }) => [
      'phase',
      from,
      to,
      name ?? 'no name',
      null,
      reasons.join(' '),
    ]),
    ...newestFirst(changes).map((change) => [
      ...['change', ...change.interval],
      STANDING[standingOf(change)],
      probabilityText(change.probability),
      change.signals.map(signalText).join(', '),
    ]),
  ];
}

const STANDING = { standing: 'stands', retracted: 'taken back', doubted: 'in doubt' } as const;
