/**
 * Merges bursts: of one run and one kind of thing at most one alert in each span, the newest, which says how many
 * others it stands for.
 *
 *   alerts   a-b-c-d---------e-|         a span is 10 frames
 *   told     a---------D-----|           D is d, and 2 more
 *
 * A phase change and its being taken back are of one kind, so that they are told in their order. The end of a run waits
 * for nothing, and takes with it what still waits of that run.
 */
import { unreachable } from '../../protocol/unreachable.ts';
import type { Alert, Happening } from './alert.ts';

type Span = { waiting: Alert | null; readonly timer: NodeJS.Timeout };

export class Bursts {
  readonly #spanMillis: number;
  readonly #tell: (alert: Alert) => void;
  /** By run, then by kind. */
  readonly #spans = new Map<string, Map<string, Span>>();

  constructor(spanMillis: number, tell: (alert: Alert) => void) {
    this.#spanMillis = spanMillis;
    this.#tell = tell;
  }

  add(alert: Alert): void {
    const kind = kindOf(alert.happening);
    if (kind === 'end') this.#flush(alert.run.id);
    const span = this.#spans.get(alert.run.id)?.get(kind);
    if (!span) this.#begin(kind, alert);
    else span.waiting = { ...alert, others: span.waiting ? span.waiting.others + 1 : 0 };
  }

  /** Tells what waits, now. */
  close(): void {
    for (const run of [...this.#spans.keys()]) this.#flush(run);
  }

  #begin(kind: string, alert: Alert): void {
    const { id } = alert.run;
    // A process that has nothing else to do does not wait for it.
    const timer = setTimeout(() => this.#end(id, kind), this.#spanMillis).unref();
    const spans = this.#spans.get(id) ?? new Map<string, Span>();
    this.#spans.set(id, spans.set(kind, { waiting: null, timer }));
    this.#tell(alert);
  }

  #end(run: string, kind: string): void {
    const spans = this.#spans.get(run);
    const waiting = spans?.get(kind)?.waiting;
    spans?.delete(kind);
    if (waiting) this.#begin(kind, waiting);
  }

  #flush(run: string): void {
    for (const { waiting, timer } of this.#spans.get(run)?.values() ?? []) {
      clearTimeout(timer);
      if (waiting) this.#tell(waiting);
    }
    this.#spans.delete(run);
  }
}

function kindOf({ type }: Happening): 'change' | 'failure' | 'end' | 'record' {
  switch (type) {
    case 'phase-change':
    case 'phase-change-taken-back':
      return 'change';
    case 'checkpoint-failed':
      return 'failure';
    case 'run-ended':
      return 'end';
    case 'results-not-kept':
    case 'results-kept-again':
      return 'record';
    default:
      return unreachable(type);
  }
}
