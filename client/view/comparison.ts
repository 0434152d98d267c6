/**
 * Which checkpoint the one looked at is compared with: the person's choice, else the last complete one before it.
 */
import type { Checkpoint } from '../../protocol/state.ts';

export function baseOf(
  checkpoints: readonly Checkpoint[],
  chosen: string | null,
  shown: string | null,
): Checkpoint | null {
  const complete = checkpoints.filter(({ status }) => status === 'done');
  const own = complete.find(({ id }) => id === chosen);
  if (own !== undefined && own.id !== shown) return own;
  const at = checkpoints.findIndex(({ id }) => id === shown);
  return checkpoints.slice(0, Math.max(0, at)).findLast(({ status }) => status === 'done') ?? null;
}
