/**
 * What foreign values are made of, checked: finite and whole numbers, many of them at once, plain objects.
 *
 * A graph has up to a million weights, a run thousands of records of metrics. Each is looked at in one loop and taken as it
 * is: a schema an element would cost a call and an object each, and a copy of the whole.
 */
import * as v from 'valibot';

export const Finite = v.custom<number>(Number.isFinite, 'number');

export const Positive = v.custom<number>(
  (value) => Number.isFinite(value) && Number(value) > 0,
  'number above 0',
);

/** Beyond 2⁵³ two whole numbers may be the same. */
export const Integer = v.custom<number>(Number.isSafeInteger, 'integer');

export const Numbers = v.custom<number[]>((value) => isArrayOf(value, Number.isFinite), 'array of numbers');

export const Integers = v.custom<number[]>(
  (value) => isArrayOf(value, Number.isSafeInteger),
  'array of integers',
);

export const NumberRecord = v.custom<Record<string, number>>(
  (value) => isPlain(value) && Object.values(value).every(Number.isFinite),
  'object of numbers',
);

/** One array of numbers a key. */
export const NumbersRecord = v.custom<Record<string, number[]>>(
  (value) => isPlain(value) && Object.values(value).every((each) => isArrayOf(each, Number.isFinite)),
  'object of arrays of numbers',
);

/** To stand before a schema of which every key may be absent: an array would fit that as well. */
export const Plain = v.custom<Record<string, unknown>>(isPlain, 'object');

function isArrayOf(value: unknown, holds: (element: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return false;
  for (const element of value) if (!holds(element)) return false;
  return true;
}

/** Bytes and dates, which MessagePack has as well, are objects of another kind. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
