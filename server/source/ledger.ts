/**
 * What is known of the checkpoints of a directory, and what follows from the next look at it. Pure: no files,
 * no clock; `now` is in milliseconds, from any clock that only goes forward.
 *
 * A checkpoint is inspected when it has settled: nothing in it has changed for `settleMillis`, or, with a
 * marker, the marker is there. Found complete, it is ready. Found incomplete, it is inspected once more when
 * nothing has changed for `stalledMillis`, and then fails. Any change starts this over.
 *
 * A ready one is ready again when its files were touched or written again, with the same contents too: who read them
 * meanwhile may have found them torn. A change that leaves the model's own files alone (an optimizer state that comes
 * late) is not even inspected.
 *
 * Memory: about 400 bytes for every checkpoint ever seen, so that one that comes back is recognised.
 */
import type { CheckpointRef, Inspection } from './checkpoint-files.ts';
import type { Scan, Sight } from './scan.ts';
import type { SourceEvent } from './source-event.ts';

/** How far the clock of a file server may be off when the age of a file is judged. */
const CLOCK_SKEW_MILLIS = 2000;
/** Ready checkpoints are looked at in one poll out of so many, each in its turn. */
const TURNS = 10;
/** So many names are reported as ignored; the rest is not worth the memory. */
const IGNORED_MAX = 1000;

export type Rules = {
  readonly settleMillis: number;
  readonly stalledMillis: number;
  readonly marker: string | null;
};

type Known = {
  readonly sight: Sight;
  /** Seen in the last scan. */
  readonly present: boolean;
  /** Since when its signature has been the same. */
  readonly since: number;
  /** Signature at the last inspection. */
  readonly inspected: string | null;
  /** How the model's files looked when it was last found complete; `null` before, and after a failure. */
  readonly ready: string | null;
  /** What was reported as failed; `null` before, and after it was ready. */
  readonly failed: { readonly signature: string; readonly code: string } | null;
  readonly turn: number;
};

export type Ledger = {
  readonly scans: number;
  /** The last report that the directory is missing, `null` while it is there. */
  readonly missing: string | null;
  /** Names that were reported as ignored, and notes. */
  readonly ignored: ReadonlySet<string>;
  readonly checkpoints: ReadonlyMap<string, Known>;
};

export const EMPTY_LEDGER: Ledger = { scans: 0, missing: null, ignored: new Set(), checkpoints: new Map() };

/** The ledger after a look, what to report, and which checkpoints to inspect now, by step. */
export function look(ledger: Ledger, scan: Scan, now: number, rules: Rules) {
  const scans = ledger.scans + 1;
  const checkpoints = new Map<string, Known>();
  for (const [id, known] of ledger.checkpoints)
    if (known.ready !== null || known.failed !== null) checkpoints.set(id, { ...known, present: false });
  if (scan.type === 'missing') {
    const events: SourceEvent[] =
      scan.message === ledger.missing ? [] : [{ type: 'missing', message: scan.message }];
    return { ledger: { ...ledger, scans, missing: scan.message, checkpoints }, events, due: [] };
  }

  const events: SourceEvent[] = ledger.missing === null ? [] : [{ type: 'present' }];
  const ignored = new Set(ledger.ignored);
  for (const { name, message } of scan.ignored) {
    if (ignored.has(name) || ignored.size >= IGNORED_MAX) continue;
    ignored.add(name);
    events.push({ type: 'ignored', name, message });
  }

  for (const id of scan.rested) {
    const known = ledger.checkpoints.get(id);
    if (known) checkpoints.set(id, { ...known, present: true });
  }
  const due: CheckpointRef[] = [];
  for (const sight of [...scan.sights].sort(byStep)) {
    const { id } = sight.checkpoint;
    const known = seen(ledger.checkpoints.get(id), sight, now, checkpoints.size % TURNS);
    if (isDue(known, now, rules, scans)) due.push(sight.checkpoint);
    const unmarked = isUnmarked(known, rules) && isStalled(known, now, rules) && !isDecided(known);
    const message = `${id}: expected its marker ${rules.marker}, it is not there`;
    checkpoints.set(id, unmarked ? failed(known, 'incomplete') : known);
    if (unmarked) events.push(failure(sight.checkpoint, 'incomplete', message));
  }
  return { ledger: { scans, missing: null, ignored, checkpoints }, events, due };
}

/** The ledger after an inspection of `id`, and what to report. */
export function judge(ledger: Ledger, id: string, inspection: Inspection, now: number, rules: Rules) {
  const known = ledger.checkpoints.get(id);
  if (!known) throw new Error(`${id} was inspected, but never seen`);
  const { checkpoint, signature, modelSignature } = known.sight;
  const inspected = { ...known, inspected: signature };
  if ('content' in inspection) {
    const { content, notes = [] } = inspection;
    const events: SourceEvent[] = [{ type: 'ready', checkpoint: { ...checkpoint, content } }];
    // The checkpoints of a run hold the same, so a note is news once.
    const ignored = new Set(ledger.ignored);
    for (const note of notes) {
      if (ignored.has(note) || ignored.size >= IGNORED_MAX) continue;
      ignored.add(note);
      events.push({ type: 'ignored', name: id, message: `${id}: ${note}` });
    }
    const ready = { ...inspected, ready: modelSignature, failed: null };
    return { ledger: { ...updated(ledger, id, ready), ignored }, events };
  }
  const { problem } = inspection;
  const isNews = known.failed?.signature !== signature || known.failed.code !== problem.code;
  if (!isNews || !isStalled(known, now, rules)) return { ledger: updated(ledger, id, inspected), events: [] };
  return {
    ledger: updated(ledger, id, failed(inspected, problem.code)),
    events: [failure(checkpoint, problem.code, problem.message)],
  };
}

/** The ledger after what was ready turned out not to be, so that it is inspected again, `waitMillis` from now at least. */
export function unready(ledger: Ledger, id: string, now: number, waitMillis = 0): Ledger {
  const known = ledger.checkpoints.get(id);
  if (!known) return ledger;
  return updated(ledger, id, { ...known, since: now + waitMillis, inspected: null, ready: null });
}

/** Whether the next scan can do without a look at `id`. */
export function rests(ledger: Ledger, id: string): boolean {
  const known = ledger.checkpoints.get(id);
  return (
    known !== undefined && known.ready === known.sight.modelSignature && !hasTurn(known, ledger.scans + 1)
  );
}

/** Whether of all that is there each checkpoint is ready or failed. */
export function allDecided(ledger: Ledger): boolean {
  return Array.from(ledger.checkpoints.values()).every((known) => !known.present || isDecided(known));
}

/** The present checkpoint of the highest step, null where there is none. */
export function newest(ledger: Ledger): Pick<Known, 'sight' | 'since'> | null {
  let found: Known | null = null;
  for (const known of ledger.checkpoints.values())
    if (known.present && (found === null || byStep(found.sight, known.sight) < 0)) found = known;
  return found;
}

/** Time until the next checkpoint will have settled if nothing changes, `Infinity` if none is on its way. */
export function millisToSettle(ledger: Ledger, now: number, rules: Rules): number {
  let millis = Number.POSITIVE_INFINITY;
  for (const known of ledger.checkpoints.values()) {
    if (!known.present || isDecided(known) || isUnmarked(known, rules)) continue;
    if (known.inspected !== known.sight.signature)
      millis = Math.min(millis, known.since + rules.settleMillis - now);
  }
  return millis;
}

function seen(before: Known | undefined, sight: Sight, now: number, turn: number): Known {
  if (before?.sight.signature === sight.signature) return { ...before, sight, present: true };
  if (before) return { ...before, sight, present: true, since: now };
  const since = now - Math.max(0, sight.ageMillis - CLOCK_SKEW_MILLIS);
  return { sight, present: true, since, inspected: null, ready: null, failed: null, turn };
}

function isDue(known: Known, now: number, rules: Rules, scans: number): boolean {
  // Permissions and network file systems come back without a trace in what a scan sees.
  if (isDecided(known)) return known.failed?.code === 'unreadable' && hasTurn(known, scans);
  if (isUnmarked(known, rules)) return false;
  if (isStalled(known, now, rules)) return true;
  if (known.inspected === known.sight.signature) return false;
  // The marker of a checkpoint that is being rewritten may be the old one.
  return (rules.marker !== null && known.ready === null) || now - known.since >= rules.settleMillis;
}

function isDecided(known: Known): boolean {
  return known.ready === known.sight.modelSignature || known.failed?.signature === known.sight.signature;
}

function isStalled(known: Known, now: number, rules: Rules): boolean {
  return now - known.since >= rules.stalledMillis;
}

function isUnmarked(known: Known, rules: Rules): boolean {
  return rules.marker !== null && !known.sight.marked;
}

function hasTurn(known: Known, scans: number): boolean {
  return scans % TURNS === known.turn;
}

function failed(known: Known, code: string): Known {
  return { ...known, ready: null, failed: { signature: known.sight.signature, code } };
}

function failure({ id, step }: CheckpointRef, code: string, message: string): SourceEvent {
  return { type: 'failed', id, step, failure: { code, message } };
}

function updated(ledger: Ledger, id: string, known: Known): Ledger {
  return { ...ledger, checkpoints: new Map(ledger.checkpoints).set(id, known) };
}

function byStep({ checkpoint: a }: Sight, { checkpoint: b }: Sight): number {
  return a.step - b.step || (a.id < b.id ? -1 : 1);
}
