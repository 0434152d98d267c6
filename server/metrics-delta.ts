/** A `metrics` delta that states only what is known now; all else stays as it is. */
import type { Delta } from '../protocol/state.ts';

export type MetricsDelta = Extract<Delta, { readonly type: 'metrics' }>;

export function metricsDelta(
  checkpoint: string,
  known: Partial<Omit<MetricsDelta, 'type' | 'checkpoint'>>,
): MetricsDelta {
  return {
    type: 'metrics',
    checkpoint,
    metrics: {},
    metricErrors: {},
    nullScores: {},
    nodeMetrics: {},
    headScores: {},
    task: {},
    roles: {},
    undefinedCount: null,
    ...known,
  };
}
