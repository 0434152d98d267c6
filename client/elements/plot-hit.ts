/**
 * Which checkpoint a click in a plot means: the nearest of the run by step, unless one that was left behind is nearer in
 * both directions.
 */
import type uPlot from 'uplot';
import type { CheckpointKey } from '../view/branches.ts';
import { nearestOn } from '../view/lines.ts';
import type { Scene } from './chart-scene.ts';

/** @param x in CSS pixels of the plot */
export function hitAt(
  plot: uPlot,
  x: number,
  y: number,
  { lines: [own], panel, view: { axis }, ghosts, branches }: Scene,
): CheckpointKey | null {
  const { checkpoints, steps } = own.own;
  const row = nearestOn(steps, plot.posToVal(x, 'x'), axis);
  const distance = (step: number, value: number | null) =>
    Math.hypot(plot.valToPos(step, 'x') - x, value === null ? 0 : plot.valToPos(value, 'y') - y);
  const values = row < 0 ? [] : panel.metrics.map((metric) => own.own.column(metric).values[row]);
  let best = Math.min(...values.map((value) => distance(steps[row], value)));
  let key: CheckpointKey | null = row < 0 ? null : { id: checkpoints[row].id, branch: null };
  for (const { branch, fromStep, points } of ghosts)
    for (const { step, value } of points) {
      const left = branches[branch]?.checkpoints.find((checkpoint) => checkpoint.step === step);
      if (step < fromStep || left === undefined || distance(step, value) >= best) continue;
      best = distance(step, value);
      key = { id: left.id, branch };
    }
  return key;
}
