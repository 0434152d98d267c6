import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { clientMessageFrom, serverMessageFrom } from '../../protocol/messages.ts';
import {
  Finite,
  Integer,
  Integers,
  NumberRecord,
  Numbers,
  NumbersRecord,
  Plain,
} from '../../protocol/values.ts';

const NO_NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1', null, undefined, 1n];

describe('numbers out of a foreign value', () => {
  it.each(NO_NUMBERS)('are not %s, alone, among others or in a record', (stranger) => {
    expect(v.is(Finite, stranger)).toBe(false);
    expect(v.is(Integer, stranger)).toBe(false);
    expect(v.is(Numbers, [0.5, stranger, 1])).toBe(false);
    expect(v.is(Integers, [5, stranger])).toBe(false);
    expect(v.is(NumberRecord, { gini: 1, churn: stranger })).toBe(false);
    expect(v.is(NumbersRecord, { hub: [1], authority: [1, stranger] })).toBe(false);
  });

  it('are whole where they count, and below 2^53', () => {
    expect([0, -1, 2 ** 53 - 1].every((value) => v.is(Integer, value))).toBe(true);
    expect([0.5, 2 ** 53].some((value) => v.is(Integer, value) || v.is(Integers, [value]))).toBe(false);
    expect(v.is(Finite, 0.5)).toBe(true);
  });

  it('are not copied, however many', () => {
    const weights = [0.5, 0.25];
    expect(v.parse(Numbers, weights)).toBe(weights);
  });

  it('are no array where it has a hole', () => {
    expect(v.is(Numbers, Array(3))).toBe(false);
    expect(v.is(Numbers, [])).toBe(true);
  });

  it.each([
    ['an array', []],
    ['bytes', new Uint8Array(2)],
    ['a date', new Date(0)],
    ['nothing', null],
    ['text', 'text'],
  ])('have no record in %s', (_, value) => {
    expect([Plain, NumberRecord, NumbersRecord].some((schema) => v.is(schema, value))).toBe(false);
  });
});

describe('what is wrong with a message', () => {
  const problemOf = (read: typeof clientMessageFrom | typeof serverMessageFrom, value: unknown) => {
    const parsed = read(value);
    return parsed.ok ? null : parsed.problem;
  };

  it.each([
    ['a missing key', { type: 'unsubscribe' }, 'run: expected a value, got none'],
    ['another kind', { type: 'unsubscribe', run: 7 }, 'run: expected string'],
    ['a type of no message', { type: 1 }, 'type: expected hello or subscribe or unsubscribe'],
    [
      'two things',
      { type: 'subscribe', run: null, after: { epoch: 'e', offset: '1' } },
      'run: expected string; after.offset: expected integer',
    ],
  ])('M-1: is said with its place: %s', (_, message, problem) => {
    expect(problemOf(clientMessageFrom, message)).toBe(problem);
  });

  it('M-3: is said once, however many numbers are wrong', () => {
    const delta = {
      type: 'edges',
      checkpoint: 'a',
      layer: 0,
      firstEdge: 0,
      weights: ['1', '2', '3'],
      standardErrors: null,
    };
    const message = { type: 'delta', run: 'r', epoch: 'e', offset: 1, delta };
    expect(problemOf(serverMessageFrom, message)).toBe('delta.weights: expected array of numbers');
    const roles = { ...delta, type: 'metrics', roles: [] };
    expect(problemOf(serverMessageFrom, { ...message, delta: roles })).toContain(
      'delta.roles: expected object',
    );
  });

  it.each([0, -1, Number.NaN, '4096'])(
    'R-7: is a step of %s tokens, and nothing where nobody said',
    (tokensPerStep) => {
      const run = { id: 'r', name: 'r', source: '/r', analysis: null };
      const message = { type: 'delta', run: 'r', epoch: 'e', offset: 1, delta: { type: 'run', run } };
      expect(problemOf(serverMessageFrom, message)).toBeNull();
      const wrong = { ...message, delta: { type: 'run', run: { ...run, tokensPerStep } } };
      expect(problemOf(serverMessageFrom, wrong)).toBe('delta.run.tokensPerStep: expected number above 0');
    },
  );

  it('is not that it says more than is known: further keys are dropped', () => {
    expect(clientMessageFrom({ type: 'unsubscribe', run: 'r', why: 'bored' })).toEqual({
      ok: true,
      message: { type: 'unsubscribe', run: 'r' },
    });
  });
});
