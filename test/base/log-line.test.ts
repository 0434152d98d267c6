import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LEVELS,
  type Level,
  LOG_VALUE_CHARACTERS_MAX,
  type LogFields,
  levelFrom,
  logTo,
} from '../../server/base/log-line.ts';

const NOON = new Date(Date.UTC(2026, 0, 31, 12));
/** A break of lines to some reader: LF, VT, FF, CR, NEL, and Unicode's separators. */
const BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

function logged(fields: LogFields, level: Level = 'debug'): string {
  const lines: string[] = [];
  logTo(
    (line) => lines.push(line),
    level,
    () => NOON,
  ).info('checkpoint-done', fields);
  expect(lines).toHaveLength(1);
  return lines[0];
}

/** The fields of a line, read as logfmt is: bare words, or JSON strings. */
function parsed(line: string): Record<string, string> {
  const fields: [string, string][] = [];
  let rest = line.replace(/\n$/, '');
  while (rest !== '') {
    const word = /^([A-Za-z0-9_.-]+)=("(?:[^"\\]|\\.)*"|[^\s"=]+)(?: |$)/.exec(rest);
    if (!word) throw new Error(`expected key=value, got ${JSON.stringify(rest)}`);
    fields.push([word[1], word[2].startsWith('"') ? JSON.parse(word[2]) : word[2]]);
    rest = rest.slice(word[0].length);
  }
  return Object.fromEntries(fields);
}

describe('a log line', () => {
  it('says time, level and event, then the fields in their order', () => {
    expect(logged({ run: 'my-model', step: 500, millis: 123, kept: true, failure: null })).toBe(
      'time=2026-01-31T12:00:00.000Z level=info event=checkpoint-done run=my-model step=500 millis=123 kept=true failure=null\n',
    );
  });

  it('quotes what holds blanks, quotes, = or nothing, and escapes breaks', () => {
    const line = logged({
      a: 'two words',
      b: 'say "no"',
      c: 'x=1',
      d: '',
      e: 'one\ntwo',
      f: 'C:\\runs',
      g: 'ö',
    });
    expect(line.split('event=checkpoint-done ')[1]).toBe(
      `${String.raw`a="two words" b="say \"no\"" c="x=1" d="" e="one\ntwo" f="C:\\runs" g=ö`}\n`,
    );
  });

  it('lets nothing through that moves a cursor or turns the text around', () => {
    const line = logged({ a: '\u001b[2J', b: '\u009b1A', c: '\u202eabc', d: 'a\u2028b', e: '\u{e0001}' });
    expect(line.split('event=checkpoint-done ')[1]).toBe(
      `${String.raw`a="\u001b[2J" b="\u009b1A" c="\u202eabc" d="a\u2028b" e="\udb40\udc01"`}\n`,
    );
  });

  it('leaves out what is undefined', () => {
    expect(parsed(logged({ run: undefined, step: 1 }))).not.toHaveProperty('run');
  });

  it('is one line that reads back to the same fields, whatever the values', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom('"', '\\', '=', ' ', '\n', '\r', '\u2028', '\u0085', 'n', 'a') }),
      fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^f[A-Za-z0-9_.-]{0,9}x$/), value), (fields) => {
        const line = logged(fields);
        expect(line.endsWith('\n')).toBe(true);
        expect(line.slice(0, -1)).not.toMatch(BREAK);
        const said = Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, String(each)]));
        expect(parsed(line)).toEqual({
          time: '2026-01-31T12:00:00.000Z',
          level: 'info',
          event: 'checkpoint-done',
          ...said,
        });
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('keeps a line whole whatever the name of a field', () => {
    expect(parsed(logged({ 'a b\n="': 1, '': 2 }))).toMatchObject({ a_b___: '1', _: '2' });
  });

  it('cuts a long value and says how much', () => {
    const text = 'x'.repeat(LOG_VALUE_CHARACTERS_MAX);
    expect(parsed(logged({ a: text })).a).toBe(text);
    expect(parsed(logged({ a: `${text}yz` })).a).toBe(`${text}… (2 more)`);
  });

  it('never prints a secret', () => {
    const names = ['token', 'Authorization', 'cookie', 'uploadToken', 'set-cookie', 'VIEW_TOKEN'];
    const line = logged(Object.fromEntries(names.map((name) => [name, 'hunter2'])));
    expect(line).not.toContain('hunter2');
    const fields = parsed(line);
    expect(names.map((name) => fields[name])).toEqual(names.map(() => '[redacted]'));
    expect(parsed(logged({ tokens: 12 })).tokens).toBe('12');
  });
});

describe('the level', () => {
  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ] as const)('%s lets through %j', (level, expected) => {
    const lines: string[] = [];
    const log = logTo(
      (line) => lines.push(line),
      level,
      () => NOON,
    );
    for (const say of [log.debug, log.info, log.warn, log.error]) say('tested');
    expect(lines.map((line) => parsed(line).level)).toEqual(expected);
  });

  it('is known by name, and no other word is one', () => {
    expect(LEVELS.map(levelFrom)).toEqual([...LEVELS]);
    expect(['', 'INFO', 'verbose', 'toString'].map(levelFrom)).toEqual([null, null, null, null]);
  });
});
