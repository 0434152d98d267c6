/**
 * A file that a trainer's scalars are read from, whatever its format: what each of the readers beside this one is.
 */
import type { LogEntry } from '../source-event.ts';

export type CurveReading = {
  /** In the order of the file. */
  readonly entries: readonly LogEntry[];
  /** Values that were no finite numbers. */
  readonly notFinite: number;
  /** Whether there is more to read right now. */
  readonly hasMore: boolean;
};

export interface CurveFile {
  /**
   * What came since the last reading; all of it where the file was written anew. What is not whole yet waits.
   * @throws CheckpointFailure where the file cannot be read; it may be tried again when it changes, unless `isOver`
   */
  read(): Promise<CurveReading>;
  /** Nothing more is read from it. */
  readonly isOver: boolean;
}

/** Splits what a log says at one step into numbers and what is left out; null where it has neither. */
export class Scalars {
  readonly entries: LogEntry[] = [];
  notFinite = 0;

  /** @param values by name; a value that is no number at all is passed over */
  add(step: number, values: Iterable<readonly [string, unknown]>): void {
    const finite: [string, number][] = [];
    for (const [name, value] of values) {
      if (typeof value !== 'number') continue;
      if (Number.isFinite(value)) finite.push([name, value]);
      else this.notFinite += 1;
    }
    if (finite.length > 0) this.entries.push({ step, values: Object.fromEntries(finite) });
  }
}

const STEP_NAMES = ['step', 'global_step', 'iter', 'iteration'];

export function isStepName(name: string): boolean {
  return STEP_NAMES.includes(name);
}

/** The step that a record gives, by the first of the names that it has; null where it gives none. */
export function stepOf(record: Readonly<Record<string, unknown>>): number | null {
  for (const name of STEP_NAMES) {
    const step = record[name];
    if (typeof step === 'number' && Number.isFinite(step) && step >= 0) return step;
  }
  return null;
}
