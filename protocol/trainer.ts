/**
 * What the trainer itself logged (loss, learning rate, …): a curve a name, as columns by step (SPEC.md, S-9).
 *
 * A later value of the same step and name replaces the earlier one. A curve of more than TRAINER_POINTS_MAX points is
 * thinned to every second one, as often as it takes: stride 2ᵏ keeps points 0, 2ᵏ, 2·2ᵏ, … in the order in which they
 * came, and the newest always. Of a thinned curve an entry counts only at a step that is kept or beyond the last one: what
 * was thinned out does not come back when a log is read again. A training that begins again overwrites step by step;
 * `rewound` takes nothing away, for by then the trainer has logged anew beyond it.
 */
import * as v from 'valibot';
import { Finite, Integer, NumberRecord, Numbers } from './values.ts';

/** Trainers log a dozen scalars, some one for every layer. */
export const TRAINER_NAMES_MAX = 64;
/** Beyond the pixels of a wide screen, just thinned too; 64 full curves are 5 MiB of a snapshot, the usual five 0.4. */
export const TRAINER_POINTS_MAX = 5_000;

export const TrainerEntry = v.object({ step: Finite, values: NumberRecord });
export type TrainerEntry = v.InferOutput<typeof TrainerEntry>;

export const TrainerCurve = v.object({
  name: v.string(),
  /** Ascending, each once. */
  steps: Numbers,
  values: Numbers,
  /** Of so many points one is kept. */
  stride: Integer,
  /** Points that were taken, those thinned out since included. */
  count: Integer,
});
export type TrainerCurve = v.InferOutput<typeof TrainerCurve>;

/** The curves after some entries; those that are no others are shared. */
export function withEntries(
  curves: readonly TrainerCurve[],
  entries: readonly TrainerEntry[],
): TrainerCurve[] {
  const after = [...curves];
  for (const { step, values } of entries)
    for (const [name, value] of Object.entries(values)) {
      const at = after.findIndex((curve) => curve.name === name);
      const before = after[at];
      if (at < 0 ? after.length >= TRAINER_NAMES_MAX : !isNews(before, step, value)) continue;
      const curve =
        at < 0
          ? { name, steps: [], values: [], stride: 1, count: 0 }
          : curves.includes(before)
            ? { ...before, steps: [...before.steps], values: [...before.values] }
            : before;
      after[at < 0 ? after.length : at] = curve;
      place(curve, step, value);
    }
  return after;
}

/** Whether a value would change a curve. */
export function isNews({ steps, values, stride }: TrainerCurve, step: number, value: number): boolean {
  const at = firstFrom(steps, step);
  return steps[at] === step ? values[at] !== value : stride === 1 || at === steps.length;
}

function place(curve: TrainerCurve, step: number, value: number): void {
  const { steps, values } = curve;
  let at = firstFrom(steps, step);
  const isThere = steps[at] === step;
  // The newest of a thinned curve stands only until the next one, unless it is one to be kept.
  const isPassing = at === steps.length && (curve.count - 1) % curve.stride !== 0;
  if (isPassing && at > 0) at -= 1;
  steps.splice(at, Number(isThere || isPassing), step);
  values.splice(at, Number(isThere || isPassing), value);
  if (isThere) return;
  curve.count += 1;
  if (steps.length <= TRAINER_POINTS_MAX) return;
  // The newest is at an even place, since the bound is even.
  const isKept = (_: number, index: number) => index % 2 === 0;
  curve.stride *= 2;
  curve.steps = steps.filter(isKept);
  curve.values = values.filter(isKept);
}

/** Index of the first of ascending numbers that is not below `x`. */
export function firstFrom(ascending: ArrayLike<number>, x: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
