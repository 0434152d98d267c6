/**
 * How large the edges are: sum, mean, median, 90th percentile and maximum of w over the M possible edges.
 *
 *   mean = Σ w / M; percentiles with linear interpolation between the two nearest of the sorted weights
 *
 * In units of the weights, 0 or more; all five are 0 without edges. O(M log M).
 */
import { quantileOfAscending } from './quantile.ts';

export type EdgeWeights = {
  readonly total_strength: number;
  readonly mean_weight: number;
  readonly median_weight: number;
  readonly p90_weight: number;
  readonly max_weight: number;
};

export function edgeWeights(weights: Float64Array): EdgeWeights {
  const ascending = weights.slice().sort();
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    total_strength: total,
    mean_weight: weights.length === 0 ? 0 : total / weights.length,
    median_weight: quantileOfAscending(ascending, 0.5),
    p90_weight: quantileOfAscending(ascending, 0.9),
    max_weight: quantileOfAscending(ascending, 1),
  };
}
