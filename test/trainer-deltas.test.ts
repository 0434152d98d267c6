/** What the trainer logs on its way to deltas, in virtual time: a frame is a millisecond. */
import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apply, initialState } from '../protocol/apply.ts';
import type { RunState, Update } from '../protocol/state.ts';
import type { LogEntry, SourceEvent } from '../server/source/source-event.ts';
import { trainerDeltas } from '../server/trainer-deltas.ts';

let events: Subject<SourceEvent>;
let state: RunState;
let updates: Update[];
let notes: string[];

beforeEach(() => {
  vi.useFakeTimers();
  events = new Subject();
  state = initialState({ id: 'r', name: 'r', source: '/r', analysis: null });
  updates = [];
  notes = [];
  trainerDeltas(
    events,
    () => state,
    (sentence) => notes.push(sentence),
  ).subscribe((update) => {
    updates.push(update);
    state = apply(state, update);
  });
});
afterEach(() => vi.useRealTimers());

const log = (...entries: LogEntry[]) => events.next({ type: 'logged', entries });
const loss = (step: number, value: number): LogEntry => ({ step, values: { loss: value } });
const told = () => updates.map((update) => (update.type === 'logged' ? update.entries : update));

describe('what the trainer logs', () => {
  it('is told a quarter of a second after the first of it, all at once and by step', () => {
    log(loss(2, 0.5));
    vi.advanceTimersByTime(100);
    log(loss(1, 1), { step: 2, values: { lr: 0.1 } });
    vi.advanceTimersByTime(149);
    expect(told()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told()).toEqual([[loss(1, 1), { step: 2, values: { loss: 0.5, lr: 0.1 } }]]);
  });

  it('is told in deltas of at most 500 entries', () => {
    log(...Array.from({ length: 1_001 }, (_, step) => loss(step, 1)));
    vi.advanceTimersByTime(250);
    expect(told().map((entries) => Array.isArray(entries) && entries.length)).toEqual([500, 500, 1]);
  });

  it('is not told again where the state has it, and is where a value is another', () => {
    log(loss(1, 3), loss(2, 2));
    vi.advanceTimersByTime(250);
    log(loss(1, 3), loss(2, 2.5), loss(3, 1));
    vi.advanceTimersByTime(250);
    log(loss(3, 1));
    vi.advanceTimersByTime(1000);
    expect(told().slice(1)).toEqual([[loss(2, 2.5), loss(3, 1)]]);
  });

  it('has the last value of those that came together', () => {
    log(loss(1, 3));
    vi.advanceTimersByTime(250);
    log(loss(1, 4), loss(1, 3));
    vi.advanceTimersByTime(250);
    expect(state.trainer[0].values).toEqual([3]);
  });

  it('is told when the source ends, without the wait', () => {
    log(loss(1, 3));
    events.complete();
    expect(told()).toEqual([[loss(1, 3)]]);
  });

  it('leaves out names that are too long or too many, and says so once', () => {
    const names = Array.from({ length: 70 }, (_, index) => [`n${index}`, 1] as const);
    for (const step of [1, 2]) {
      log({ step, values: { ['x'.repeat(101)]: 1, ['__proto__']: 1, ...Object.fromEntries(names) } });
      vi.advanceTimersByTime(250);
    }
    expect(state.trainer.map(({ name }) => name)).toEqual(names.slice(0, 64).map(([name]) => name));
    expect(notes).toEqual([
      expect.stringContaining('expected names of at most 100 characters, found xxxx'),
      'the trainer’s log: expected at most 64 names, found more; left out are n64 and others',
    ]);
  });
});
