/**
 * What the trainer logs (source-event.ts) as deltas: `logged` (SPEC.md, S-9), a few a second however it comes.
 *
 *   source    --a-bb----------c---|
 *   deltas    ------(abb)--------(c)      LOGGED_SPAN_MILLIS after the first, LOGGED_ENTRIES_MAX entries each
 *
 * What the state has already is not told again, so that a log may be read anew at every start. Left out, and said once:
 * names above LOGGED_NAME_CHARACTERS_MAX characters, and those beyond the ones that a state can have.
 */
import { asyncScheduler, buffer, connect, filter, map, mergeMap, type Observable, throttleTime } from 'rxjs';
import type { RunState, Update } from '../protocol/state.ts';
import { isNews, TRAINER_NAMES_MAX, type TrainerEntry } from '../protocol/trainer.ts';
import { LOGGED_ENTRIES_MAX, LOGGED_NAME_CHARACTERS_MAX, LOGGED_SPAN_MILLIS } from './base/config.ts';
import { shownName } from './base/json-value.ts';
import type { SourceEvent } from './source/directory.ts';

const SPAN = { leading: false, trailing: true } as const;

export function trainerDeltas(
  events: Observable<SourceEvent>,
  state: () => RunState,
  note: (sentence: string) => void,
): Observable<Update> {
  const names = new Names(note);
  return events.pipe(
    filter((event) => event.type === 'logged'),
    map(({ entries }) => entries),
    connect((logged) =>
      logged.pipe(buffer(logged.pipe(throttleTime(LOGGED_SPAN_MILLIS, asyncScheduler, SPAN)))),
    ),
    mergeMap((spans) => deltasOf(names.news(spans.flat(), state().trainer))),
  );
}

function deltasOf(entries: readonly TrainerEntry[]): Update[] {
  return Array.from({ length: Math.ceil(entries.length / LOGGED_ENTRIES_MAX) }, (_, part) => ({
    type: 'logged',
    entries: entries.slice(part * LOGGED_ENTRIES_MAX, (part + 1) * LOGGED_ENTRIES_MAX),
  }));
}

class Names {
  readonly #note: (sentence: string) => void;
  #hasSaidLong = false;
  #hasSaidMany = false;

  constructor(note: (sentence: string) => void) {
    this.#note = note;
  }

  /** Those that change the curves, one a step and by step. */
  news(entries: readonly TrainerEntry[], trainer: RunState['trainer']): TrainerEntry[] {
    const curves = new Map(trainer.map((curve) => [curve.name, curve]));
    const known = new Set(curves.keys());
    const bySteps = new Map<number, Record<string, number>>();
    for (const { step, values } of entries)
      for (const [name, value] of Object.entries(values)) {
        const curve = curves.get(name);
        const at = bySteps.get(step);
        // What was said of it a moment ago may be what the state has not yet.
        const isOther = curve === undefined || isNews(curve, step, value) || Object.hasOwn(at ?? {}, name);
        if (!isOther || !this.#has(name, known)) continue;
        if (at === undefined) bySteps.set(step, { [name]: value });
        else at[name] = value;
      }
    return [...bySteps].sort(([a], [b]) => a - b).map(([step, values]) => ({ step, values }));
  }

  #has(name: string, known: Set<string>): boolean {
    if (known.has(name)) return true;
    // As a key of an object it would be none.
    if (name === '__proto__') return false;
    if (name.length > LOGGED_NAME_CHARACTERS_MAX) {
      if (!this.#hasSaidLong)
        this.#note(
          `the trainer’s log: expected names of at most ${LOGGED_NAME_CHARACTERS_MAX} characters, found ${shownName(name)}; longer ones are left out`,
        );
      this.#hasSaidLong = true;
      return false;
    }
    if (known.size >= TRAINER_NAMES_MAX) {
      if (!this.#hasSaidMany)
        this.#note(
          `the trainer’s log: expected at most ${TRAINER_NAMES_MAX} names, found more; left out are ${shownName(name)} and others`,
        );
      this.#hasSaidMany = true;
      return false;
    }
    known.add(name);
    return true;
  }
}
