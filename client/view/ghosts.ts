/**
 * The lines of what was left behind: each metric of each branch, joined to the last value that it has in common with
 * what was trained after it. A checkpoint without a value is left out of the line: it is there to be compared with.
 */
import type { Checkpoint } from '../../protocol/state.ts';
import type { StepAxis } from './axis.ts';
import { beforeBranch, type Trained } from './branches.ts';
import { metricOf } from './columns.ts';

export type Ghost = {
  /** Number of the branch. */
  readonly branch: number;
  /** Index of the metric in its panel. */
  readonly series: number;
  readonly fromStep: number;
  /** By step; the first is the one in common, where there is one. */
  readonly points: readonly GhostPoint[];
};

export type GhostPoint = { readonly step: number; readonly value: number };

export function ghostsOf(trained: Trained, metrics: readonly string[]): Ghost[] {
  return trained.branches.flatMap(({ fromStep, checkpoints }, branch) => {
    const before = beforeBranch(trained, branch).map(({ checkpoint }) => checkpoint);
    return metrics.flatMap((metric, series): Ghost[] => {
      const left = pointsOf(checkpoints, metric);
      if (left.length === 0) return [];
      const points = [...pointsOf(before, metric).slice(-1), ...left];
      return [{ branch, series, fromStep, points }];
    });
  });
}

/** What the branch left behind last had at a step, null where none had a value there. */
export function ghostValueAt(ghosts: readonly Ghost[], series: number, step: number): number | null {
  const own = ghosts.filter((ghost) => ghost.series === series && step >= ghost.fromStep);
  const values = own.flatMap(({ points }) => points.filter((point) => point.step === step));
  return values.at(-1)?.value ?? null;
}

/** Steps of the first and the last checkpoint of a run and its branches with a place on the axis; null while there is none. */
export function stepSpan(
  { checkpoints, branches }: Trained,
  axis: StepAxis = 'linear',
): readonly [number, number] | null {
  // Each list is by step.
  const spans = [checkpoints, ...branches.map((branch) => branch.checkpoints)].flatMap((list) => {
    const first = axis === 'log' ? list.find(({ step }) => step > 0) : list[0];
    return first ? [[first.step, list[list.length - 1].step]] : [];
  });
  if (spans.length === 0) return null;
  return [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];
}

function pointsOf(checkpoints: readonly Checkpoint[], metric: string): GhostPoint[] {
  return checkpoints.flatMap((checkpoint) => {
    const value = metricOf(checkpoint, metric);
    return value === null ? [] : [{ step: checkpoint.step, value }];
  });
}
