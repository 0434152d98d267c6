import { describe, expect, it } from 'vitest';
import { isPlaceOf } from '../../server/log/epochs.ts';

/** Offsets up to 10 under the first epoch, up to 15 under the second, up to 20, the end, under the third. */
const EPOCHS = [
  { epoch: 'first', from: 0 },
  { epoch: 'second', from: 10 },
  { epoch: 'third', from: 15 },
];

describe('a place', () => {
  it.each([
    ['first', 0, true],
    ['first', 10, true],
    ['first', 11, false],
    ['second', 15, true],
    ['second', 16, false],
    // Below its beginning an epoch has what the ones before it have.
    ['second', 3, true],
    ['third', 20, true],
    ['third', 21, false],
    ['third', -1, false],
    ['another', 5, false],
  ])('S-1: of the epoch %s at offset %i is one of the stream: %s', (epoch, offset, isOne) => {
    expect(isPlaceOf(EPOCHS, 20, { epoch, offset })).toBe(isOne);
  });
});
