/**
 * Which places of a stream still mean what they meant (SPEC.md, S-1).
 *
 * An epoch is a stretch of offsets: epoch k holds those above `from` of k up to `from` of k + 1, the last one up to the
 * stream's end. A new one begins where offsets might otherwise be given twice: when results can no longer be kept on
 * disk, since a restarted server would then number other deltas in the same way.
 */
import type { Place } from '../../protocol/messages.ts';

export type Epoch = {
  readonly epoch: string;
  /** Last offset before it. */
  readonly from: number;
};

/**
 * A later epoch goes on from the one before, so a place below its beginning is one that both have: viewers who resume
 * are told such places.
 * @param end offset of the stream's last delta
 */
export function isPlaceOf(epochs: readonly Epoch[], end: number, place: Place): boolean {
  const index = epochs.findIndex(({ epoch }) => epoch === place.epoch);
  if (index < 0) return false;
  const last = epochs[index + 1]?.from ?? end;
  return place.offset >= 0 && place.offset <= last;
}
