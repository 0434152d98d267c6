/**
 * One metric over the steps of a run: what the summaries of its done checkpoints say (SPEC.md, H-4).
 *
 * Metrics of the whole graph and measures of the task have a series. What has a value a node or a head has none:
 * that stands in the graphs, and a series of it would read every graph of the run for one number each.
 */
import { HEAD_SCORES } from '../../protocol/head-scores.ts';
import { EFFECT_METRICS, GRAPH_METRICS, NODE_METRICS, TASK_MEASURES } from '../../protocol/metrics.ts';
import type { Checkpoint } from '../../protocol/state.ts';

export type SeriesPoint = {
  readonly step: number;
  readonly checkpoint: string;
  readonly value: number;
  /** Over prompts; null where it is not known. */
  readonly standardError: number | null;
};

/** What the catalogue says of a metric that has a series. */
export type SeriesInfo = {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly comparesWithPrevious: boolean;
};

const INFOS: ReadonlyMap<string, SeriesInfo> = new Map(
  [...GRAPH_METRICS, ...TASK_MEASURES].map((info) => [info.id, info]),
);
const TASK_IDS: ReadonlySet<string> = new Set(TASK_MEASURES.map(({ id }) => id));
const OF_NODES: ReadonlySet<string> = new Set([...NODE_METRICS, ...EFFECT_METRICS].map(({ id }) => id));
const OF_HEADS: ReadonlySet<string> = new Set(HEAD_SCORES.map(({ id }) => id));

export const SERIES_METRICS: readonly string[] = [...INFOS.keys()];

/** Null where the metric has no series. */
export function seriesInfo(metric: string): SeriesInfo | null {
  return INFOS.get(metric) ?? null;
}

/** @param checkpoints by step. @returns by step; a checkpoint without a value has no point */
export function seriesPoints(checkpoints: readonly Checkpoint[], metric: SeriesInfo): SeriesPoint[] {
  return checkpoints.flatMap((checkpoint) => pointOf(checkpoint, metric.id) ?? []);
}

/** What a done checkpoint says of a metric of the catalogue. */
export function pointOf(checkpoint: Checkpoint, metric: string): SeriesPoint | null {
  if (checkpoint.status !== 'done') return null;
  const value = (TASK_IDS.has(metric) ? checkpoint.task : checkpoint.metrics)[metric];
  if (value === undefined) return null;
  const standardError = checkpoint.metricErrors[metric] ?? null;
  return { step: checkpoint.step, checkpoint: checkpoint.id, value, standardError };
}

/** Why there is no series of this name, as a sentence. */
export function noSeries(metric: string): string {
  const owner = OF_NODES.has(metric) ? 'node' : OF_HEADS.has(metric) ? 'head' : null;
  return owner === null
    ? `there is no metric "${metric}"; those with a series are ${SERIES_METRICS.join(', ')}`
    : `"${metric}" has a value for each ${owner} and so no series; it stands in the graph of each checkpoint`;
}
