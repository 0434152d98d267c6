/**
 * Which checkpoint is looked at, and what there is to show of it.
 *
 * Without a choice of the person's own the view is live: the graph being computed, else the one completed last. A
 * checkpoint that has only just begun is not shown yet (`ripe`): while a run is caught up with at twenty checkpoints a
 * second, whole graphs follow one another instead of flickering in from nothing.
 */
import type { Checkpoint, Graph, RunState } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';

export type Focus =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'graph';
      readonly checkpoint: Checkpoint;
      readonly graph: Graph;
      readonly partial: boolean;
    }
  /** The graph is not here and has to be fetched. */
  | { readonly kind: 'absent'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'failed'; readonly checkpoint: Checkpoint }
  /** Left out for now, so that the analysis keeps up. */
  | { readonly kind: 'skipped'; readonly checkpoint: Checkpoint };

export type FocusOptions = {
  /** Id of the checkpoint chosen by the person, `null` when live. */
  readonly chosen: string | null;
  /** Whether the graph under way has been so for long enough to be shown live. */
  readonly ripe: boolean;
  /** A graph fetched before. */
  readonly kept: (checkpoint: string) => Graph | null;
};

export function focusOf(state: RunState, options: FocusOptions): Focus {
  const id = options.chosen ?? liveCheckpoint(state, options.ripe);
  const checkpoint = state.checkpoints.find((candidate) => candidate.id === id);
  if (checkpoint === undefined) return { kind: 'nothing' };
  switch (checkpoint.status) {
    case 'failed':
      return { kind: 'failed', checkpoint };
    case 'skipped':
      return { kind: 'skipped', checkpoint };
    case 'computing':
      return state.partial?.checkpoint === id
        ? { kind: 'graph', checkpoint, graph: state.partial, partial: true }
        : { kind: 'nothing' };
    case 'done': {
      const graph = state.latest?.checkpoint === id ? state.latest : options.kept(checkpoint.id);
      return graph ? { kind: 'graph', checkpoint, graph, partial: false } : { kind: 'absent', checkpoint };
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

/** The checkpoint `by` places later by step (earlier where negative), staying inside the list. */
export function neighbourOf(
  checkpoints: readonly Checkpoint[],
  id: string | null,
  by: number,
): string | null {
  if (checkpoints.length === 0) return null;
  const at = checkpoints.findIndex((checkpoint) => checkpoint.id === id);
  const from = at < 0 ? checkpoints.length - 1 : at;
  return checkpoints[Math.max(0, Math.min(checkpoints.length - 1, from + by))].id;
}
