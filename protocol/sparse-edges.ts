/**
 * Edges of one layer, whole or only those that differ from the graph completed before.
 *
 * Weights and standard errors are multiples of 10⁻⁶, their resolution: an edge differs where either is another
 * multiple. Frozen layers and identical checkpoints so cost nothing; where more than half of a layer differs the
 * whole slice is sent, since indices would cost more than they save.
 */
import { OutOfStep } from './out-of-step.ts';
import type { Delta, Graph } from './state.ts';

export type EdgesDelta = Extract<Delta, { readonly type: 'edges' }>;
type Columns = Pick<EdgesDelta, 'weights' | 'standardErrors'>;

/** Share of a slice up to which only the differing edges are sent. */
const SPARSE_SHARE_MAX = 0.5;

/** @param latest the graph that every peer in step holds as `latest` */
export function sparseEdges(delta: EdgesDelta, latest: Graph | null): EdgesDelta {
  const { firstEdge, weights, standardErrors } = delta;
  if (delta.since || !latest || latest.weights.length < firstEdge + weights.length) return delta;
  if ((latest.standardErrors === null) !== (standardErrors === null)) return delta;
  const at: number[] = [];
  const isSame = (edge: number) =>
    Object.is(weights[edge], latest.weights[firstEdge + edge]) &&
    Object.is(standardErrors?.[edge], latest.standardErrors?.[firstEdge + edge]);
  for (let edge = 0; edge < weights.length; edge += 1) if (!isSame(edge)) at.push(edge);
  if (at.length > SPARSE_SHARE_MAX * weights.length) return delta;
  return {
    ...delta,
    weights: at.map((edge) => weights[edge]),
    standardErrors: standardErrors && at.map((edge) => standardErrors[edge]),
    since: { checkpoint: latest.checkpoint, count: weights.length, at },
  };
}

/** All edges of the slice. @throws OutOfStep where `latest` is not the graph that the delta builds on */
export function wholeEdges(
  { firstEdge, weights, standardErrors, since }: EdgesDelta,
  latest: Graph | null,
): Columns {
  if (!since) return { weights, standardErrors };
  const end = firstEdge + since.count;
  if (latest?.checkpoint !== since.checkpoint || latest.weights.length < end)
    throw new OutOfStep(
      `expected the graph of ${since.checkpoint}, got ${latest === null ? 'none' : `that of ${latest.checkpoint}`}`,
    );
  const isOrdered = since.at.every((edge, index) => edge > (since.at[index - 1] ?? -1) && edge < since.count);
  const { length } = since.at;
  if (!isOrdered || weights.length !== length || (standardErrors ?? weights).length !== length)
    throw new OutOfStep(
      `expected ${length} edges in ascending order below ${since.count}, got something else`,
    );
  if ((standardErrors === null) !== (latest.standardErrors === null))
    throw new OutOfStep('expected standard errors where the graph before has them, and only there');
  const changed = (before: readonly number[], after: readonly number[]) => {
    const whole = before.slice(firstEdge, end);
    since.at.forEach((edge, index) => {
      whole[edge] = after[index];
    });
    return whole;
  };
  return {
    weights: changed(latest.weights, weights),
    standardErrors: standardErrors && changed(latest.standardErrors ?? [], standardErrors),
  };
}
