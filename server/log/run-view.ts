/** What the gateway sees of the runs that a server watches or replays. */
import type { Graph, RunState } from '../../protocol/state.ts';

export interface RunView {
  readonly id: string;
  /** As viewers know it: changes only with what has been announced. */
  readonly state: RunState;
  readonly epoch: string;
  /** Of the last delta that was announced. */
  readonly offset: number;
  /** Why results are not being kept on disk, as a sentence; null while they are. */
  readonly unkept: string | null;
  /** A complete graph; `branch` is an index of `state.branches`, null for the run as it stands. Null where there is none. */
  graph(checkpoint: string, branch: number | null): Promise<Graph | null>;
}

export interface Runs<Run extends RunView = RunView> {
  /** Whether the server trains others like them when it is asked to. */
  readonly trainsMore: boolean;
  /** In the order in which they came. */
  all(): readonly Run[];
  get(id: string): Run | undefined;
  /** Calls back when a run comes or goes, or `unkept` of one changes. @returns ends it */
  listen(changed: () => void): () => void;
}
