/**
 * The columns of a run, kept for all charts of it: a state that follows another one changes only what differs.
 *
 * Checkpoints are values and their lists share what did not change, so that two lists are told apart by looking at which
 * objects are the same. A checkpoint that is new at the end is appended, one that changed is patched in its row, a late
 * one is inserted in its place by step, and one that was left behind taken out; no other cell is computed again.
 * Cost of a change: one comparison of references a checkpoint, and a cell for each changed checkpoint and column.
 */
import type { MetricInfo } from '../../protocol/metric-info.ts';
import type { Checkpoint } from '../../protocol/state.ts';
import { boundOf, type Column, metricOf } from './columns.ts';

/** Rows `at` to `at + removed` become `rows`. */
type Edit = { readonly at: number; removed: number; readonly rows: Checkpoint[] };
type Read = (checkpoint: Checkpoint) => number | null;
type Cells = (number | null)[];
type Kept = {
  readonly metric: string;
  values: Cells;
  band: { low: Cells; high: Cells } | null;
  samples: number;
};
type KeptColumn = {
  readonly info: Info;
  readonly kept: Kept;
  /** Values with an error. */
  bounds: number;
};
type Info = Pick<MetricInfo, 'id' | 'range'>;

const ROOM_MIN = 64;

export class RunColumns {
  #checkpoints: readonly Checkpoint[] = [];
  /** Room for more than there are. */
  #steps = new Float64Array(ROOM_MIN);
  #failedSteps: readonly number[] | null = [];
  readonly #columns = new Map<string, KeptColumn>();
  #version = 0;
  #cellsComputed = 0;

  /** Another one after every change. */
  get version(): number {
    return this.#version;
  }

  /** Values and bounds computed so far. */
  get cellsComputed(): number {
    return this.#cellsComputed;
  }

  get checkpoints(): readonly Checkpoint[] {
    return this.#checkpoints;
  }

  /** Of each row, ascending; a view that the next change may leave behind. */
  get steps(): Float64Array {
    return this.#steps.subarray(0, this.#checkpoints.length);
  }

  /** Steps of the checkpoints that failed. */
  get failedSteps(): readonly number[] {
    this.#failedSteps ??= this.#checkpoints.filter(isFailed).map(({ step }) => step);
    return this.#failedSteps;
  }

  /** Of a metric of the catalogue; the same object for as long as the columns live. */
  column(info: Info): Column {
    const found = this.#columns.get(info.id);
    if (found) return found.kept;
    const kept: Kept = { metric: info.id, values: [], band: null, samples: 0 };
    const column = { info, kept, bounds: 0 };
    this.#columns.set(info.id, column);
    this.#write(column, { at: 0, removed: 0, rows: [...this.#checkpoints] });
    return kept;
  }

  /** @param checkpoints by step, then by id, as a state has them */
  follow(checkpoints: readonly Checkpoint[]): void {
    if (checkpoints === this.#checkpoints) return;
    const edits = editsBetween(this.#checkpoints, checkpoints);
    const before = this.#checkpoints;
    this.#checkpoints = checkpoints;
    if (edits.length === 0) return;
    this.#version += 1;
    let { length } = before;
    // From the last to the first, so that rows keep their places until it is their turn.
    for (const edit of edits.reverse()) {
      if (this.#failedSteps?.length !== 0 || edit.rows.some(isFailed)) this.#failedSteps = null;
      this.#writeSteps(edit, length);
      length += edit.rows.length - edit.removed;
      for (const column of this.#columns.values()) this.#write(column, edit);
    }
  }

  #writeSteps({ at, removed, rows }: Edit, length: number): void {
    const needed = length + rows.length - removed;
    if (needed > this.#steps.length) {
      const roomier = new Float64Array(Math.max(needed, 2 * this.#steps.length));
      roomier.set(this.#steps);
      this.#steps = roomier;
    } else if (rows.length !== removed && at + removed < length) {
      // A chart out of sight still holds the view of before: it must not see rows move under it.
      this.#steps = this.#steps.slice();
    }
    if (rows.length !== removed) this.#steps.copyWithin(at + rows.length, at + removed, length);
    rows.forEach(({ step }, index) => {
      this.#steps[at + index] = step;
    });
  }

  #write(column: KeptColumn, edit: Edit): void {
    const { info, kept } = column;
    const { at, removed, rows } = edit;
    kept.samples -= samplesIn(kept.values, at, at + removed);
    this.#replace(kept.values, edit, (checkpoint) => metricOf(checkpoint, info.id));
    kept.samples += samplesIn(kept.values, at, at + rows.length);
    const bound =
      (sign: 1 | -1): Read =>
      (checkpoint) =>
        boundOf(checkpoint, info, sign);
    if (kept.band === null && rows.every((checkpoint) => bound(1)(checkpoint) === null)) return;
    if (kept.band === null) {
      const none: Cells = kept.values.map(() => null);
      kept.band = { low: none, high: [...none] };
    }
    const { low, high } = kept.band;
    // Where it is new it has these rows already.
    const change = low.length === kept.values.length ? { at, removed: rows.length, rows } : edit;
    column.bounds -= samplesIn(low, at, at + change.removed);
    this.#replace(low, change, bound(-1));
    this.#replace(high, change, bound(1));
    column.bounds += samplesIn(low, at, at + rows.length);
    if (column.bounds === 0) kept.band = null;
  }

  #replace(cells: Cells, { at, removed, rows }: Edit, read: Read): void {
    this.#cellsComputed += rows.length;
    const after = rows.length === removed ? [] : cells.slice(at + removed);
    if (rows.length !== removed) cells.length = at;
    rows.forEach((checkpoint, index) => {
      cells[at + index] = read(checkpoint);
    });
    for (const cell of after) cells.push(cell);
  }
}

const kept = new WeakMap<object, RunColumns>();

/** @param owner what all charts of a run have in common: its feed, or the run itself */
export function columnsOfRun(owner: object): RunColumns {
  const columns = kept.get(owner) ?? new RunColumns();
  kept.set(owner, columns);
  return columns;
}

/** By a walk along both lists, which are in the same order; neighbouring changes are one edit. */
function editsBetween(before: readonly Checkpoint[], after: readonly Checkpoint[]): Edit[] {
  const edits: Edit[] = [];
  let [old, now] = [0, 0];
  while (old < before.length || now < after.length) {
    const [was, is] = [before[old], after[now]];
    if (was !== undefined && was === is) {
      old += 1;
      now += 1;
      continue;
    }
    const order = was === undefined ? 1 : is === undefined ? -1 : orderOf(was, is);
    const last = edits.at(-1);
    const edit = last && last.at + last.removed === old ? last : { at: old, removed: 0, rows: [] };
    if (edit !== last) edits.push(edit);
    if (order <= 0) {
      edit.removed += 1;
      old += 1;
    }
    if (order >= 0) {
      edit.rows.push(is);
      now += 1;
    }
  }
  return edits;
}

function orderOf(a: Checkpoint, b: Checkpoint): number {
  if (a.step !== b.step) return a.step - b.step;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

function samplesIn(cells: Cells, from: number, to: number): number {
  let samples = 0;
  for (let row = from; row < to; row += 1) if (cells[row] !== null) samples += 1;
  return samples;
}

function isFailed({ status }: Checkpoint): boolean {
  return status === 'failed';
}
