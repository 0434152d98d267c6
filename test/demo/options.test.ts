import { describe, expect, test } from 'vitest';
import { parseOptions, UsageError } from '../../server/demo/options.ts';

test('the directory alone asks for the default run', () => {
  expect(parseOptions(['--out', 'run'])).toEqual({
    out: 'run',
    architecture: { family: 'gpt_neox', layers: 2, heads: 4, width: 64 },
    steps: 1000,
    seed: 0,
    induction: 0.7,
  });
});

test('every option is read', () => {
  const text = '--out run --family llama --layers 3 --heads 2 --width 32 --steps 5 --seed 9 --induction 0';
  expect(parseOptions(text.split(' '))).toEqual({
    out: 'run',
    architecture: { family: 'llama', layers: 3, heads: 2, width: 32 },
    steps: 5,
    seed: 9,
    induction: 0,
  });
});

test('the families go by the names of their configurations, and GPT-NeoX by its short one', () => {
  const family = (name: string) => parseOptions(['--out', 'run', '--family', name]).architecture.family;
  expect(['neox', 'gpt_neox', 'gpt2', 'llama'].map(family)).toEqual([
    'gpt_neox',
    'gpt_neox',
    'gpt2',
    'llama',
  ]);
});

describe('a command line that cannot be followed is refused with a sentence', () => {
  test.each([
    [[], /--out: expected the directory/],
    [['--out', 'run', '--speed', '2'], /--speed/],
    [['--out', 'run', 'again'], /again/],
    [['--out', 'run', '--layers', '0'], /--layers: expected a whole number from 1 to 12, got "0"/],
    [['--out', 'run', '--seed', '1.5'], /--seed: expected a whole number from 0 to 4294967295/],
    [['--out', 'run', '--width', '60'], /--width: expected a multiple of 4 times --heads, 16,/],
    [
      ['--out', 'run', '--width', '60', '--heads', '8', '--family', 'llama'],
      /a multiple of 2 times --heads, 16,/,
    ],
    [['--out', 'run', '--width', '63', '--heads', '2', '--family', 'gpt2'], /a multiple of --heads, 2,/],
    [['--out', 'run', '--family', 'bert'], /--family: expected one of gpt_neox, gpt2, llama; got "bert"/],
    [['--out', 'run', '--induction', '70%'], /--induction: expected a number from 0 to 1/],
  ])('%j', (args, sentence) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(sentence);
  });
});
