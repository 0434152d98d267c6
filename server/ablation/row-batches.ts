/**
 * One compiled graph for all rows of a residual stream, cut into batches where they do not fit a byte budget.
 *
 * Row 0 is the clean run and stands in front of every batch, so results do not depend on the cut.
 * Letters: R rows, P prompts, T positions, D residual width.
 */
import { BATCH_BYTES_MAX } from '../base/config.ts';
import { CheckpointFailure } from '../base/failure.ts';
import { floats, floatTensor, type Session } from './runtime.ts';

type Inputs = Parameters<Session['run']>[0];
type Results = Awaited<ReturnType<Session['run']>>;

export type RowRun = {
  /** [R,P,columns] */
  readonly distances: Float32Array;
  /** Undefined distances among them. */
  readonly undefinedCount: number;
  /** [R + new rows,P,T,D]; null where the graph ends the stream */
  readonly next: Float32Array | null;
  /** What only the clean run decides is the same in every batch; these are the last one's results. */
  readonly clean: Results;
};

/** How many rows a batch may have: the clean one and at least one more. */
export function rowsMaxOf(bytesPerRow: number, batchBytesMax = BATCH_BYTES_MAX): number {
  return Math.max(2, Math.floor(batchBytesMax / bytesPerRow));
}

/**
 * @param inputs the session's inputs but `stream`
 * @param stream [R,P,T,D]
 * @param rowsMax how many rows fit one batch
 */
export async function runRows(
  session: Session,
  inputs: Inputs,
  stream: Float32Array,
  [R, P, T, D]: readonly [number, number, number, number],
  rowsMax: number,
): Promise<RowRun> {
  const row = P * T * D;
  const run = async (rows: Float32Array): Promise<RowRun> => {
    const results = await session.run({
      ...inputs,
      stream: floatTensor(rows, [rows.length / row, P, T, D]),
    });
    return {
      distances: floats(results, 'weights'),
      undefinedCount: floats(results, 'undefined')[0],
      next: 'next' in results ? floats(results, 'next') : null,
      clean: results,
    };
  };
  if (R <= rowsMax) return run(stream);

  let distances = new Float32Array(0);
  let next: Float32Array | null = null;
  let undefinedCount = 0;
  for (let begin = 1; ; begin += rowsMax - 1) {
    const end = Math.min(R, begin + rowsMax - 1);
    const count = end - begin;
    const rows = new Float32Array((1 + count) * row);
    rows.set(stream.subarray(0, row));
    rows.set(stream.subarray(begin * row, end * row), row);
    const batch = await run(rows);
    const columns = batch.distances.length / (1 + count);
    if (begin === 1) {
      distances = new Float32Array(R * columns);
      if (batch.next) next = new Float32Array(batch.next.length + (R - 1 - count) * row);
    }
    distances.set(batch.distances.subarray(columns), begin * columns);
    if (batch.next) next?.set(batch.next.subarray(row, (1 + count) * row), begin * row);
    undefinedCount += batch.undefinedCount;
    if (end < R) continue;
    if (batch.next) {
      next?.set(batch.next.subarray(0, row));
      next?.set(batch.next.subarray((1 + count) * row), R * row);
    }
    return { distances, undefinedCount, next, clean: batch.clean };
  }
}

/**
 * `weights` fit to be edges, in place.
 * @throws CheckpointFailure not-finite
 */
export function edgeWeightsFrom(weights: Float32Array): Float32Array {
  for (let edge = 0; edge < weights.length; edge += 1) {
    if (!Number.isFinite(weights[edge]))
      throw new CheckpointFailure(
        'not-finite',
        `an edge weight is ${weights[edge]}: the model's activations overflow`,
      );
    // Rounding leaves 1 − cos a few 1e-8 below zero where nothing changed.
    weights[edge] = Math.max(0, weights[edge]);
  }
  return weights;
}
