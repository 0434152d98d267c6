import { describe, expect, test } from 'vitest';
import { parseOptions, UsageError } from '../../server/demo/options.ts';

test('the directory alone asks for the default run', () => {
  expect(parseOptions(['--out', 'run'])).toEqual({
    out: 'run',
    architecture: { layers: 2, heads: 4, width: 64 },
    steps: 1000,
    seed: 0,
    induction: 0.7,
  });
});

test('every option is read', () => {
  const text = '--out run --layers 3 --heads 2 --width 32 --steps 5 --seed 9 --induction 0';
  expect(parseOptions(text.split(' '))).toEqual({
    out: 'run',
    architecture: { layers: 3, heads: 2, width: 32 },
    steps: 5,
    seed: 9,
    induction: 0,
  });
});

describe('a command line that cannot be followed is refused with a sentence', () => {
  test.each([
    [[], /--out is missing/],
    [['--out', 'run', '--speed', '2'], /--speed/],
    [['--out', 'run', 'again'], /again/],
    [['--out', 'run', '--layers', '0'], /--layers has to be a whole number from 1 to 12, not "0"/],
    [['--out', 'run', '--seed', '1.5'], /--seed has to be a whole number/],
    [['--out', 'run', '--width', '60'], /--width has to be a multiple of 4 times --heads/],
    [['--out', 'run', '--induction', '70%'], /--induction has to be a number from 0 to 1/],
  ])('%j', (args, sentence) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(sentence);
  });
});
