/**
 * What the run is doing, as one line of parts and a share of the work done.
 */
import type { Progress } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import { wholeText } from './number.ts';
import { remainingText } from './time.ts';

export type ProgressLine = {
  readonly parts: readonly string[];
  /** 0…1; `null` where there is nothing to measure. */
  readonly share: number | null;
  /** What a person can do about it, null where there is nothing to be done. */
  readonly hint: string | null;
};

export function progressLine(progress: Progress): ProgressLine {
  const { activity, taken, known } = progress;
  switch (activity) {
    case 'analysing':
      return { parts: analysingParts(progress), share: analysingShare(progress), hint: null };
    case 'waiting':
      return {
        parts: [
          ...(taken > 0 ? [`${wholeText(taken)} of ${wholeText(known)} checkpoints taken`] : []),
          'watching for the next checkpoint',
        ],
        share: known > 0 ? taken / known : null,
        hint: null,
      };
    case 'missing':
      return {
        parts: [progress.message ?? 'the source cannot be reached'],
        share: null,
        hint: 'it is looked for again on its own; check the path that the server was started with',
      };
    case 'ended':
      return {
        parts: [
          progress.message ?? 'the training has ended',
          `${wholeText(taken)} of ${wholeText(known)} checkpoint${known === 1 ? '' : 's'} analysed`,
        ],
        share: known > 0 ? taken / known : null,
        hint: 'play it back from its start, or keep it as one file with phasewatch export',
      };
    default:
      return unreachable(activity);
  }
}

function analysingParts(progress: Progress): string[] {
  const parts = [`checkpoint ${wholeText(progress.taken)} of ${wholeText(progress.known)}`];
  if (progress.checkpoint !== null) parts.push(progress.checkpoint);
  if (progress.layers > 0) {
    const layer = Math.min(progress.layersDone + 1, progress.layers);
    parts.push(`layer ${layer} of ${progress.layers}`);
  }
  if (progress.remainingMillis !== null) parts.push(remainingText(progress.remainingMillis));
  return parts;
}

/** The checkpoint under way counts by the layers it has. */
function analysingShare({ taken, known, layersDone, layers }: Progress): number | null {
  if (known === 0) return null;
  const underWay = layers > 0 ? layersDone / layers : 0;
  return Math.max(0, Math.min(1, (taken - 1 + underWay) / known));
}
