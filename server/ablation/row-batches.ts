/**
 * One compiled graph for all rows of a residual stream, cut into batches where they do not fit a byte budget.
 *
 * Row 0 is the clean run and stands in front of every batch, so results do not depend on the cut.
 * Letters: R rows, P prompts, T positions, D residual width.
 */
import { BATCH_BYTES_BEST } from '../base/config.ts';
import { CheckpointFailure } from '../base/failure.ts';
import type { ProbeTokens } from './probe.ts';
import { floats, floatTensor, type Session } from './runtime.ts';

type Inputs = Parameters<Session['run']>[0];
type Results = Awaited<ReturnType<Session['run']>>;

export type RowRun = {
  /** [R,P,columns] */
  readonly distances: Float32Array;
  /** Undefined distances among them. */
  readonly undefinedCount: number;
  /** [R + new rows,P,T,D]; the stream itself where the graph does not change it */
  readonly next: Float32Array;
  /** What only the clean run decides is the same in every batch; these are the last one's results. */
  readonly clean: Results;
};

/** [P,T]: 1 where a position belongs to its prompt, 0 where the prompt is padded. */
export function validPositions({ ids, lengths, prompts: P, positions: T }: ProbeTokens): Inputs[string] {
  const values = Float32Array.from(ids, (_, place) => (place % T < lengths[Math.floor(place / T)] ? 1 : 0));
  return floatTensor(values, [P, T]);
}

/** Bytes that a sweep has, and what takes them. */
export type BatchBudget = {
  readonly memoryBytesMax: number;
  /** One residual stream of all rows; two are held, the one before a layer and the one after it. */
  readonly streamBytes: number;
  /** Intermediate tensors of one row, all prompts together. */
  readonly rowBytes: number;
};

/**
 * How many rows of a batch fit the budget, and the processor's caches where there is room for more; the clean row and
 * one other at least, whatever the budget says.
 */
export function rowsMaxOf({ memoryBytesMax, streamBytes, rowBytes }: BatchBudget): number {
  const bytes = Math.min(memoryBytesMax - 2 * streamBytes, BATCH_BYTES_BEST);
  return Math.max(2, Math.floor(bytes / rowBytes));
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
  [P, T, D]: readonly [number, number, number],
  rowsMax: number,
): Promise<RowRun> {
  const row = P * T * D;
  const R = stream.length / row;
  const run = async (rows: Float32Array): Promise<RowRun> => {
    const results = await session.run({
      ...inputs,
      stream: floatTensor(rows, [rows.length / row, P, T, D]),
    });
    return {
      distances: floats(results, 'weights'),
      undefinedCount: floats(results, 'undefined')[0],
      next: 'next' in results ? floats(results, 'next') : rows,
      clean: results,
    };
  };
  if (R <= rowsMax) return run(stream);

  let distances = new Float32Array(0);
  let next = new Float32Array(0);
  let undefinedCount = 0;
  for (let begin = 1; ; begin += rowsMax - 1) {
    const end = Math.min(R, begin + rowsMax - 1);
    const rows = new Float32Array((1 + end - begin) * row);
    rows.set(stream.subarray(0, row));
    rows.set(stream.subarray(begin * row, end * row), row);
    const batch = await run(rows);
    const columns = batch.distances.length / (1 + end - begin);
    if (begin === 1) {
      distances = new Float32Array(R * columns);
      next = new Float32Array(stream.length + batch.next.length - rows.length);
    }
    distances.set(batch.distances.subarray(columns), begin * columns);
    next.set(batch.next.subarray(row, rows.length), begin * row);
    undefinedCount += batch.undefinedCount;
    if (end < R) continue;
    // What only the clean run decides is the same in every batch; the last one's is taken.
    next.set(batch.next.subarray(0, row));
    next.set(batch.next.subarray(rows.length), R * row);
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
