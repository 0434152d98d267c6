/**
 * The steps that are wanted, as words: `0,512` or `0:143000:1000` (from, to and including, every), and both mixed. What
 * is left out of a range is the beginning, the end, or 1.
 */
import { UsageError } from './words.ts';

/** Steps from `from` to `to`, both included; `to` is null where there is no end. */
export type StepRange = { readonly from: number; readonly to: number | null; readonly every: number };

/** Null for all. @throws UsageError */
export function stepsFrom(word: string | undefined): readonly StepRange[] | null {
  return word === undefined ? null : word.split(',').map(rangeFrom);
}

function rangeFrom(word: string): StepRange {
  const [, from, to, every] = /^(\d*):(\d*)(?::(\d+))?$/.exec(word) ?? [];
  const single = /^\d+$/.test(word) ? Number(word) : null;
  const range =
    single !== null
      ? { from: single, to: single, every: 1 }
      : { from: Number(from || 0), to: to ? Number(to) : null, every: Number(every ?? 1) };
  const isRange = single !== null || (from !== undefined && word !== ':');
  const isWhole = [range.from, range.to ?? 0, range.every].every(Number.isSafeInteger);
  if (!isRange || !isWhole || range.every < 1 || (range.to !== null && range.to < range.from))
    throw new UsageError(`--steps: expected steps such as 0,512 or 0:143000:1000, got "${word}"`);
  return range;
}

/** Whether a step is one of them. */
export function wantedSteps(ranges: readonly StepRange[] | null): (step: number) => boolean {
  return (step) =>
    ranges === null ||
    ranges.some(
      ({ from, to, every }) => step >= from && (to === null || step <= to) && (step - from) % every === 0,
    );
}

/** The steps that were named one by one. */
export function namedSteps(ranges: readonly StepRange[] | null): readonly number[] {
  return (ranges ?? []).filter(({ from, to }) => from === to).map(({ from }) => from);
}
