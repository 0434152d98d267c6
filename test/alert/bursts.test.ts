/** Bursts in virtual time. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Alert, Happening } from '../../server/alert/alert.ts';
import { Bursts } from '../../server/alert/bursts.ts';
import { failure, madeAlert, madeChange } from './made.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SPAN = 10_000;
let told: string[];
let bursts: Bursts;
beforeEach(() => {
  told = [];
  bursts = new Bursts(SPAN, (alert) => told.push(short(alert)));
});

function short({ run, happening, others }: Alert): string {
  const what = happening.type === 'checkpoint-failed' ? happening.failure.message : happening.type;
  return `${run.id} ${what}${others > 0 ? ` +${others}` : ''}`;
}
const add = (happening: Happening, id = 'a') => bursts.add(madeAlert(happening, { run: { id, name: id } }));
const END: Happening = { type: 'run-ended', message: null, done: 1, failed: 0 };

it('the first is told at once, the others of its span as one: the newest, and how many more', () => {
  for (const message of ['1', '2', '3', '4']) add(failure(message));
  expect(told).toEqual(['a 1']);
  vi.advanceTimersByTime(SPAN);
  expect(told).toEqual(['a 1', 'a 4 +2']);
  // That one began a span of its own.
  add(failure('5'));
  vi.advanceTimersByTime(SPAN - 1);
  expect(told).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(told.at(-1)).toBe('a 5');
});

it('after a quiet span the next is told at once', () => {
  add(failure('1'));
  vi.advanceTimersByTime(SPAN);
  add(failure('2'));
  expect(told).toEqual(['a 1', 'a 2']);
});

it('runs and kinds do not wait for each other', () => {
  add(failure('1'));
  add(failure('1'), 'b');
  add({ type: 'results-kept-again' });
  expect(told).toEqual(['a 1', 'b 1', 'a results-kept-again']);
});

it('a phase change and its being taken back come in their order', () => {
  const change = madeChange(0.9);
  add({ type: 'phase-change', change, checkpoint: null });
  add({ type: 'phase-change', change, checkpoint: null });
  add({ type: 'phase-change-taken-back', change, checkpoint: null });
  vi.advanceTimersByTime(SPAN);
  expect(told).toEqual(['a phase-change', 'a phase-change-taken-back +1']);
});

it('the end of a run waits for nothing, and comes after what still waited of it', () => {
  for (const message of ['1', '2']) add(failure(message));
  for (const message of ['1', '2']) add(failure(message), 'b');
  add(END);
  expect(told).toEqual(['a 1', 'b 1', 'a 2', 'a run-ended']);
});

it('what waits is told when the server ends, and no timer is left', () => {
  for (const message of ['1', '2', '3']) add(failure(message));
  bursts.close();
  expect(told).toEqual(['a 1', 'a 3 +1']);
  expect(vi.getTimerCount()).toBe(0);
});
