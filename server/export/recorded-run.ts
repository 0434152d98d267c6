/**
 * A run as it was recorded, which is what exports are made from: its checkpoints come one by one and are let go again.
 *
 * Order: by step those of the run as it stands (`branch` null), then branch by branch those that a rewound training
 * left behind. Every checkpoint here is done, and its graph whole: one weight for every possible edge.
 */
import type { Analysis, Checkpoint, Graph } from '../../protocol/state.ts';
import type { TrainerCurve } from '../../protocol/trainer.ts';
import { ExportFailure } from './export-failure.ts';

export type RecordedCheckpoint = {
  readonly checkpoint: Checkpoint;
  readonly graph: Graph;
  /** Index into the branches of the state; null for the run as it stands. */
  readonly branch: number | null;
};

export type RecordedRun = {
  readonly analysis: Analysis;
  readonly name: string;
  /** What the trainer logged itself. */
  readonly trainer: readonly TrainerCurve[];
  readonly checkpoints: AsyncIterable<RecordedCheckpoint>;
};

/** The checkpoints of the run as it stands: reads no further than the first one of a branch. */
export async function* currentCheckpoints(run: RecordedRun): AsyncGenerator<RecordedCheckpoint> {
  for await (const recorded of run.checkpoints) {
    if (recorded.branch !== null) return;
    yield recorded;
  }
}

/** @throws Error where `graph` is not one of the run's nodes, or still being computed */
export function assertWhole(graph: Graph, edgeCount: number): void {
  const counts = [graph.weights.length, graph.standardErrors?.length ?? edgeCount];
  if (counts.some((count) => count !== edgeCount))
    throw new Error(
      `invariant: the graph of ${graph.checkpoint} has ${edgeCount} weights and standard errors, got ${counts.join(' and ')}`,
    );
}

export function nothingToExport(run: RecordedRun): ExportFailure {
  return new ExportFailure(
    `run ${run.name}: expected at least one analysed checkpoint, found none; wait for the first one to be done`,
  );
}
