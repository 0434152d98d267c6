/**
 * What a training that began again left behind (rule S-7 of protocol/SPEC.md): which checkpoint is meant where the run
 * and a branch have one of the same id, and which checkpoints came before a branch.
 *
 * Branch b holds all checkpoints from `fromStep` b on. Those before it stayed in the run, until a later branch took
 * them: what came before b is what the branches after it took and the run still has, each only below the lowest step
 * at which the training had begun again by then, since from there on it is what was trained anew.
 */
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import { wholeText } from './number.ts';

export type CheckpointKey = {
  readonly id: string;
  /** Number of the branch it was left behind in, null for one of the run. */
  readonly branch: number | null;
};

export type KeyedCheckpoint = { readonly key: CheckpointKey; readonly checkpoint: Checkpoint };

/** What of a state is needed here. */
export type Trained = {
  readonly checkpoints: readonly Checkpoint[];
  readonly branches: readonly Branch[];
};

/** A key as text: of different keys, different ones. */
export function keyText({ id, branch }: CheckpointKey): string {
  return `${branch ?? ''}/${id}`;
}

export function isSameKey(a: CheckpointKey | null, b: CheckpointKey | null): boolean {
  return a?.id === b?.id && a?.branch === b?.branch;
}

export function checkpointOf(
  { checkpoints, branches }: Trained,
  { id, branch }: CheckpointKey,
): Checkpoint | null {
  const among = branch === null ? checkpoints : branches[branch]?.checkpoints;
  return among?.find((checkpoint) => checkpoint.id === id) ?? null;
}

/** The checkpoints of the training that led to a branch (`null`: to where the run is now), by step. */
export function lineOf(trained: Trained, branch: number | null): KeyedCheckpoint[] {
  if (branch === null) return keyed(trained.checkpoints, null);
  return [...beforeBranch(trained, branch), ...keyed(trained.branches[branch]?.checkpoints ?? [], branch)];
}

/** The checkpoints that a branch has in common with what was trained after it, by step. */
export function beforeBranch({ checkpoints, branches }: Trained, branch: number): KeyedCheckpoint[] {
  let below = branches[branch]?.fromStep ?? Number.NEGATIVE_INFINITY;
  const found: KeyedCheckpoint[] = [];
  const take = (among: readonly Checkpoint[], number: number | null) => {
    found.push(...keyed(among, number).filter(({ checkpoint }) => checkpoint.step < below));
  };
  for (let later = branch + 1; later < branches.length; later += 1) {
    take(branches[later].checkpoints, later);
    below = Math.min(below, branches[later].fromStep);
  }
  take(checkpoints, null);
  return found.sort((a, b) => a.checkpoint.step - b.checkpoint.step);
}

/** Where a checkpoint is now that there are more than `known` branches: those of the run may have been left behind. */
export function followed(key: CheckpointKey, branches: readonly Branch[], known: number): CheckpointKey {
  if (key.branch !== null) return key;
  const branch = branches.findIndex(
    ({ checkpoints }, number) => number >= known && checkpoints.some(({ id }) => id === key.id),
  );
  return branch < 0 ? key : { id: key.id, branch };
}

/** `rewound at step 512, 4 checkpoints left behind`. */
export function forkText({ fromStep, checkpoints }: Branch): string {
  const count = checkpoints.length;
  return `rewound at step ${wholeText(fromStep)}, ${count} checkpoint${count === 1 ? '' : 's'} left behind`;
}

/** The same where there is little room, beside a column of steps: `rewound at 512 · 4 left behind`. */
export function forkLabel({ fromStep, checkpoints }: Branch): string {
  return `rewound at ${wholeText(fromStep)} · ${checkpoints.length} left behind`;
}

/** Of all branches in one line, null where there is none. */
export function forksText(branches: readonly Branch[]): string | null {
  const last = branches.at(-1);
  if (last === undefined) return null;
  return branches.length === 1 ? forkText(last) : `rewound ${branches.length} times · last ${forkText(last)}`;
}

/** `left behind at step 512`, `left behind at steps 512 and 900`. */
export function legendText(branches: readonly Branch[]): string {
  const steps = [...new Set(branches.map(({ fromStep }) => fromStep))].sort((a, b) => a - b).map(wholeText);
  return `left behind at step${steps.length === 1 ? '' : 's'} ${steps.join(' and ')}`;
}

function keyed(checkpoints: readonly Checkpoint[], branch: number | null): KeyedCheckpoint[] {
  return checkpoints.map((checkpoint) => ({ key: { id: checkpoint.id, branch }, checkpoint }));
}
