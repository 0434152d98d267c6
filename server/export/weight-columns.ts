/**
 * All weights of a run, one column a checkpoint, for formats that want an edge's whole history in one place.
 *
 * Memory: checkpoints × edges × 8 bytes, 98 MB for 154 checkpoints of 79,764 edges (Pythia-410M); 8 bytes, since a
 * weight need not fit a smaller number exactly. Graphs themselves are let go as soon as their column is taken.
 */
import { ExportFailure } from './export-failure.ts';
import { assertWhole, currentCheckpoints, nothingToExport, type RecordedRun } from './recorded-run.ts';

/** 1 GiB are 1,682 checkpoints of Pythia-410M; as text they take 9 GB. */
export const COLUMN_BYTES_MAX = 2 ** 30;

export type Column = {
  readonly step: number;
  /** In edge order. */
  readonly weights: Float64Array;
  /** Of that graph, one value a node. */
  readonly nodeMetrics: Readonly<Record<string, readonly number[]>>;
};

/** What an export keeps of each graph besides its weights. */
export type ColumnOptions = { readonly metrics: readonly string[]; readonly bytesMax: number };

/** Columns of the run as it stands, by step; at least one. */
export async function weightColumns(
  run: RecordedRun,
  edgeCount: number,
  { metrics, bytesMax }: ColumnOptions,
): Promise<Column[]> {
  const columns: Column[] = [];
  for await (const { checkpoint, graph } of currentCheckpoints(run)) {
    assertWhole(graph, edgeCount);
    const bytes = (columns.length + 1) * edgeCount * Float64Array.BYTES_PER_ELEMENT;
    if (bytes > bytesMax)
      throw new ExportFailure(
        `run ${run.name}: expected at most ${bytesMax} bytes of edge weights, found more than that in its first ${columns.length + 1} checkpoints of ${edgeCount} edges; export it as csv, which holds one checkpoint at a time`,
      );
    const kept = metrics.flatMap((id) => (graph.nodeMetrics[id] ? [[id, [...graph.nodeMetrics[id]]]] : []));
    columns.push({
      step: checkpoint.step,
      weights: Float64Array.from(graph.weights),
      nodeMetrics: Object.fromEntries(kept),
    });
  }
  if (columns.length === 0) throw nothingToExport(run);
  return columns;
}
