/**
 * Checkpoints as rows of a list: newest on top, each with its total strength as a share of the largest.
 *
 * A state shares what did not change with the one before it: the row of a checkpoint that is the same is the same, and
 * needs no drawing. Of a thousand checkpoints, a delta makes one new row.
 */
import type { Checkpoint } from '../../protocol/state.ts';
import { metricOf } from './columns.ts';
import { numberText, wholeText } from './number.ts';
import { durationText } from './time.ts';

export type CheckpointRow = {
  readonly id: string;
  readonly step: string;
  readonly status: Checkpoint['status'];
  /** Total strength in words and as a share of the run's largest; `null` where there is none. */
  readonly strength: { readonly text: string; readonly share: number } | null;
  readonly duration: string | null;
  /** Why it failed, as a sentence. */
  readonly failure: string | null;
  /** What was not computed again, in words; null where everything was. */
  readonly unchanged: string | null;
};

export function largestStrength(checkpoints: readonly Checkpoint[]): number {
  return checkpoints.reduce((most, checkpoint) => Math.max(most, strengthOf(checkpoint) ?? 0), 0);
}

export function rowsOf(
  checkpoints: readonly Checkpoint[],
  largest: number = largestStrength(checkpoints),
): CheckpointRow[] {
  return checkpoints.map((checkpoint) => rowOf(checkpoint, largest)).reverse();
}

/** The rows made last, with the largest strength that they are shares of. */
const made = new WeakMap<Checkpoint, { readonly largest: number; readonly row: CheckpointRow }>();

function rowOf(checkpoint: Checkpoint, largest: number): CheckpointRow {
  const before = made.get(checkpoint);
  if (before?.largest === largest) return before.row;
  const strength = strengthOf(checkpoint);
  const row: CheckpointRow = {
    id: checkpoint.id,
    step: wholeText(checkpoint.step),
    status: checkpoint.status,
    strength:
      strength === null ? null : { text: numberText(strength), share: largest > 0 ? strength / largest : 0 },
    duration: checkpoint.millis === null ? null : durationText(checkpoint.millis),
    failure: checkpoint.failure?.message ?? null,
    unchanged: unchangedText(checkpoint),
  };
  made.set(checkpoint, { largest, row });
  return row;
}

function strengthOf(checkpoint: Checkpoint): number | null {
  return metricOf(checkpoint, 'total_strength');
}

function unchangedText({ identicalTo, unchangedLayers }: Checkpoint): string | null {
  if (identicalTo !== null) return `identical to ${identicalTo}`;
  if (unchangedLayers === 0) return null;
  return `first ${unchangedLayers === 1 ? 'layer' : `${unchangedLayers} layers`} unchanged`;
}
