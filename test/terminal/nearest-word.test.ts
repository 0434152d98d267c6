import { describe, expect, it } from 'vitest';
import { didYouMean, nearestWord } from '../../server/terminal/nearest-word.ts';

const KNOWN = ['port', 'host', 'settle-ms', 'tokens', 'token', 'every'];

describe('the nearest word', () => {
  it.each([
    ['a letter swapped with its neighbour', 'prot', 'port'],
    ['a letter too many', 'tokenss', 'tokens'],
    ['a letter left out', 'setle-ms', 'settle-ms'],
    ['a letter replaced', 'evary', 'every'],
    ['another case', 'PORT', 'port'],
    ['three mistakes in nine letters', 'setlems', 'settle-ms'],
  ])('is found for %s', (_, word, nearest) => {
    expect(nearestWord(word, KNOWN)).toBe(nearest);
  });

  it('is the first of those that are equally close, and a closer one before it', () => {
    expect(nearestWord('hort', KNOWN)).toBe('port');
    expect(nearestWord('tokes', ['token', 'tokens'])).toBe('token');
    expect(nearestWord('tokenz', ['tokenizer', 'tokens'])).toBe('tokens');
  });

  it.each(['x', 'pt', 'ablation', '', 'p'.repeat(65)])('is none for "%s"', (word) => {
    expect(nearestWord(word, KNOWN)).toBeNull();
    expect(didYouMean(word, KNOWN)).toBe('');
  });

  it('is asked about at the end of a sentence', () => {
    expect(didYouMean('prot', KNOWN, '--')).toBe('; did you mean --port?');
  });
});
