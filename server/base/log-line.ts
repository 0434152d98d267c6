/**
 * Structured logs: one event a line, in logfmt, so that `grep` and log collectors read the same thing.
 *
 *   time=2026-01-31T12:00:00.000Z level=info event=checkpoint-done run=my-model step=500 millis=123
 *
 * A value that is empty or holds blanks, quotes, `=`, backslashes or anything invisible is a JSON string; whatever
 * could begin a new line or move a terminal's cursor is escaped in it. So a line is one line, and reads back to its
 * fields. Values are cut at a bound, and secrets are never printed.
 */

/** From the most talkative to none at all. */
export const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type Level = (typeof LEVELS)[number];

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>> & {
  readonly time?: never;
  readonly level?: never;
  readonly event?: never;
};

/** Says that `event` (in kebab case) happened; a field that is undefined is left out. */
type Say = (event: string, fields?: LogFields) => void;
export type Log = { readonly [level in Exclude<Level, 'silent'>]: Say };

/** A value is a word, a path or a sentence. A longer one is foreign text, whose beginning says what it is. */
export const LOG_VALUE_CHARACTERS_MAX = 1_000;

const REDACTED = '[redacted]';
/** `uploadToken` and `set-cookie` too; `tokens` counts something. */
const SECRET = /(?:token|authorization|cookie)$/i;
/** What needs no quotes: every reader takes it as it is. */
const BARE = /^[^\s"=\\\p{C}\p{Z}]+$/u;
/** What JSON leaves as it is and a terminal or a reader of lines may not: C1 controls, separators, text direction. */
const INVISIBLE = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;
const NOT_OF_A_KEY = /[^A-Za-z0-9_.-]/g;

/** @param write receives a whole line, its end included, in one call */
export function logTo(write: (line: string) => void, level: Level, now: () => Date = () => new Date()): Log {
  const sayer = (own: Exclude<Level, 'silent'>): Say => {
    if (LEVELS.indexOf(own) < LEVELS.indexOf(level)) return () => {};
    return (event, fields = {}) => {
      const words = [`time=${now().toISOString()}`, `level=${own}`, `event=${written(event)}`];
      for (const [name, value] of Object.entries(fields))
        if (value !== undefined) words.push(`${key(name)}=${SECRET.test(name) ? REDACTED : written(value)}`);
      write(`${words.join(' ')}\n`);
    };
  };
  return { debug: sayer('debug'), info: sayer('info'), warn: sayer('warn'), error: sayer('error') };
}

/** The level of this name, null where there is none. */
export function levelFrom(word: string): Level | null {
  return LEVELS.find((level) => level === word) ?? null;
}

function written(value: string | number | boolean | null): string {
  const text = cut(String(value));
  return BARE.test(text) ? text : JSON.stringify(text).replace(INVISIBLE, escaped);
}

/** The text, or its beginning and how much was cut off. */
function cut(text: string): string {
  if (text.length <= LOG_VALUE_CHARACTERS_MAX) return text;
  const start = text.slice(0, LOG_VALUE_CHARACTERS_MAX);
  return `${start}… (${text.length - start.length} more)`;
}

/** As JSON escapes, in UTF-16: a character beyond the first plane is two of them. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index).toString(16).padStart(4, '0');
    return `\\u${unit}`;
  }).join('');
}

/** A key cannot be quoted: a foreign character in it would break the line. */
function key(name: string): string {
  return name.replace(NOT_OF_A_KEY, '_') || '_';
}
