/**
 * The list of checkpoints as it is shown: newest on top, and at each step at which the training began again a line that
 * says so, under which what was left behind can be unfolded. Strength is a share of the largest of them all.
 */
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import { type CheckpointKey, forkLabel, forkText, isSameKey, keyText } from './branches.ts';
import { type CheckpointRow, largestStrength, rowsOf } from './rows.ts';

export type ListItem =
  | {
      readonly kind: 'checkpoint';
      /** Different for each item. */
      readonly text: string;
      readonly key: CheckpointKey;
      readonly row: CheckpointRow;
    }
  | {
      readonly kind: 'fork';
      readonly text: string;
      readonly branch: number;
      readonly label: string;
      /** The same at length. */
      readonly words: string;
      readonly isOpen: boolean;
    };

export type ListOptions = {
  readonly checkpoints: readonly Checkpoint[];
  readonly branches: readonly Branch[];
  /** Numbers of the branches that are unfolded. */
  readonly open: ReadonlySet<number>;
};

export function listOf({ checkpoints, branches, open }: ListOptions): ListItem[] {
  const largest = largestStrength([checkpoints, ...branches.map((branch) => branch.checkpoints)].flat());
  const items = (among: readonly Checkpoint[], branch: number | null) =>
    rowsOf(among, largest).map((row): ListItem => {
      const key = { id: row.id, branch };
      return { kind: 'checkpoint', text: keyText(key), key, row };
    });
  const list = items(checkpoints, null);
  // From the lowest fork up, and of the same step the one that happened last on top: each stands above the rows it
  // has in common with the run, and above the forks placed before it.
  const forks = [...branches.entries()].sort(([, a], [, b]) => a.fromStep - b.fromStep);
  for (const [number, branch] of forks) {
    const after = checkpoints.filter(({ step }) => step >= branch.fromStep).length;
    const fork: ListItem = {
      kind: 'fork',
      text: `fork-${number}`,
      branch: number,
      label: forkLabel(branch),
      words: forkText(branch),
      isOpen: open.has(number),
    };
    list.splice(after, 0, fork, ...(fork.isOpen ? items(branch.checkpoints, number) : []));
  }
  return list;
}

/** Index of a checkpoint in the list, of its folded branch where that hides it; -1 where neither is there. */
export function indexOf(list: readonly ListItem[], key: CheckpointKey | null): number {
  const own = list.findIndex((item) => item.kind === 'checkpoint' && isSameKey(item.key, key));
  if (own >= 0 || key === null) return own;
  return list.findIndex((item) => item.kind === 'fork' && item.branch === key.branch);
}
