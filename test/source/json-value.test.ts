import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shown, shownName } from '../../server/base/json-value.ts';

const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('a value is shown', () => {
  test('as JSON.stringify writes it, cut after 80 characters', () => {
    const readable = fc.string({ unit: fc.constantFrom(...'abc "\\é漢'), maxLength: 100 });
    const value = fc.oneof(
      readable,
      fc.dictionary(
        readable,
        fc.oneof(readable, fc.array(fc.oneof(readable, fc.double(), fc.constant(null)))),
      ),
      fc.array(fc.oneof(fc.integer(), fc.boolean(), readable, fc.array(fc.nat()))),
    );
    const property = fc.property(value, (each) => {
      const text = JSON.stringify(each);
      expect(shown(each)).toBe(text.length > 80 ? `${text.slice(0, 80)}…` : text);
    });
    fc.assert(property, { seed: 512, numRuns: 2000 });
  });

  test('as nothing where there is none', () => {
    expect(shown(undefined)).toBe('nothing');
    expect(shown(null)).toBe('null');
  });

  test('however deep it is', () => {
    expect(shown(nested(40))).toBe('['.repeat(40) + ']'.repeat(40));
    expect(shown(nested(1_000_000))).toBe(`${'['.repeat(80)}…`);
  });

  test('with its own keys, whatever they are called', () => {
    expect(shown(JSON.parse('{"__proto__":{"a":1},"constructor":2}'))).toBe(
      '{"__proto__":{"a":1},"constructor":2}',
    );
  });
});

test('what a terminal would obey, and half a character, is escaped in values and names', () => {
  expect(shown('\u009b2J\u202e')).toBe('"\\u{9b}2J\\u{202e}"');
  expect(shown('\u001b')).toBe('"\\u001b"');
  expect(shownName('a\n\u001b[2Jb')).toBe('a\\u{a}\\u{1b}[2Jb');
  expect(shownName('\ud800')).toBe('\\u{d800}');
});

test('a name is shown as it is, cut after 80 characters', () => {
  expect(shownName('layers.0.weight "q"')).toBe('layers.0.weight "q"');
  expect(shownName('n'.repeat(80))).toBe('n'.repeat(80));
  expect(shownName('n'.repeat(1_000_000))).toBe(`${'n'.repeat(80)}…`);
});
