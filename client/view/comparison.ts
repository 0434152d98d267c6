/**
 * Which checkpoint the one looked at is compared with: the person's choice, else the last complete one before it in the
 * training that it is of.
 */
import {
  type CheckpointKey,
  checkpointOf,
  isSameKey,
  type KeyedCheckpoint,
  lineOf,
  type Trained,
} from './branches.ts';

export function baseOf(
  trained: Trained,
  chosen: CheckpointKey | null,
  shown: CheckpointKey | null,
): KeyedCheckpoint | null {
  const own = chosen && checkpointOf(trained, chosen);
  if (chosen && own?.status === 'done' && !isSameKey(chosen, shown)) return { key: chosen, checkpoint: own };
  const line = lineOf(trained, shown?.branch ?? null);
  const at = line.findIndex(({ key }) => isSameKey(key, shown));
  return line.slice(0, Math.max(0, at)).findLast(({ checkpoint }) => checkpoint.status === 'done') ?? null;
}
