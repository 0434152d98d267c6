/**
 * Which checkpoint is looked at, and what there is to show of it.
 *
 * Without a choice of the person's own the view is live: the graph being computed, else the one completed last. A
 * checkpoint that has only just begun is not shown yet (`ripe`): while a run is caught up with at twenty checkpoints a
 * second, whole graphs follow one another instead of flickering in from nothing.
 */
import type { Checkpoint, Graph, RunState } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import { type CheckpointKey, checkpointOf, isSameKey, lineOf, type Trained } from './branches.ts';

export type Focus =
  | { readonly kind: 'nothing' }
  | (Focused & { readonly kind: 'graph'; readonly graph: Graph; readonly partial: boolean })
  /** The graph is not here and has to be fetched. */
  | (Focused & { readonly kind: 'absent' })
  | (Focused & { readonly kind: 'failed' })
  /** Left out for now, so that the analysis keeps up. */
  | (Focused & { readonly kind: 'skipped' })
  /** Left behind by a rewound training before its graph was complete. */
  | (Focused & { readonly kind: 'unfinished' });

type Focused = {
  readonly checkpoint: Checkpoint;
  /** Number of the branch it was left behind in, null for one of the run. */
  readonly branch: number | null;
};

export type FocusOptions = {
  /** The checkpoint chosen by the person, `null` when live. */
  readonly chosen: CheckpointKey | null;
  /** Whether the graph under way has been so for long enough to be shown live. */
  readonly ripe: boolean;
  /** A graph fetched before. */
  readonly kept: (checkpoint: CheckpointKey) => Graph | null;
};

export function focusOf(state: RunState, options: FocusOptions): Focus {
  const live = options.chosen ? null : liveCheckpoint(state, options.ripe);
  const key = options.chosen ?? (live === null ? null : { id: live, branch: null });
  const checkpoint = key && checkpointOf(state, key);
  if (key === null || checkpoint === null) return { kind: 'nothing' };
  const { id, branch } = key;
  switch (checkpoint.status) {
    case 'failed':
      return { kind: 'failed', checkpoint, branch };
    case 'skipped':
      return { kind: branch === null ? 'skipped' : 'unfinished', checkpoint, branch };
    case 'computing':
      if (branch !== null) return { kind: 'unfinished', checkpoint, branch };
      return state.partial?.checkpoint === id
        ? { kind: 'graph', checkpoint, branch, graph: state.partial, partial: true }
        : { kind: 'nothing' };
    case 'done': {
      const isLatest = branch === null && state.latest?.checkpoint === id;
      const graph = isLatest ? state.latest : options.kept(key);
      return graph
        ? { kind: 'graph', checkpoint, branch, graph, partial: false }
        : { kind: 'absent', checkpoint, branch };
    }
    default:
      return unreachable(checkpoint.status);
  }
}

/** Id of the checkpoint that is shown live, `null` while there is none. */
export function liveCheckpoint(state: RunState, ripe: boolean): string | null {
  if (state.partial && (ripe || state.latest === null)) return state.partial.checkpoint;
  if (state.latest) return state.latest.checkpoint;
  const last =
    state.checkpoints.findLast(({ status }) => status === 'done') ??
    state.checkpoints.findLast(({ status }) => status === 'failed');
  return last?.id ?? null;
}

/** The checkpoint `by` places later in the training it is of (earlier where negative), staying inside of it. */
export function neighbourOf(trained: Trained, shown: CheckpointKey | null, by: number): CheckpointKey | null {
  const line = lineOf(trained, shown?.branch ?? null);
  if (line.length === 0) return null;
  const at = line.findIndex(({ key }) => isSameKey(key, shown));
  const from = at < 0 ? line.length - 1 : at;
  return line[Math.max(0, Math.min(line.length - 1, from + by))].key;
}
