/**
 * Where the run stands, in one line: its present phase, since when, and the last change.
 */
import type { RunState } from '../../protocol/state.ts';
import { probabilityText } from './change-words.ts';
import { newestFirst, probableOf } from './changes.ts';
import { wholeText } from './number.ts';
import type { PhaseName } from './phase-bands.ts';

export type NowLine = {
  readonly phase: PhaseName;
  /** `since step 600`. */
  readonly since: string;
  /** `last change between 512 and 550, p 0.98, 3,450 steps ago`; null while there is none. */
  readonly last: string | null;
  /** Id of that change. */
  readonly change: string | null;
};

/** Null while no segment is known. */
export function nowLine({ segments, phaseChanges }: RunState): NowLine | null {
  const segment = segments.at(-1);
  if (segment === undefined) return null;
  const [change] = newestFirst(probableOf(phaseChanges));
  return {
    phase: segment.name ?? 'unnamed',
    since: `since step ${wholeText(segment.from)}`,
    last: change
      ? `last change between ${change.interval.map(wholeText).join(' and ')}, p ${probabilityText(change.probability)}, ${agoText(segment.to - change.interval[1])}`
      : null,
    change: change?.id ?? null,
  };
}

function agoText(since: number): string {
  if (since <= 0) return 'just now';
  return `${wholeText(since)} step${since === 1 ? '' : 's'} ago`;
}
