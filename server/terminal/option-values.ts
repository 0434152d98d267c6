/**
 * Options of a program or a config file as the command line would have given them: `{ settleMs: 50 }` → `settle-ms` 50.
 * So every rule of an option, and the sentence about it, stands in one place, whoever gives it.
 */
import { shown } from '../base/json-value.ts';
import { didYouMean } from './nearest-word.ts';
import { type Options, UsageError, type Values } from './words.ts';

/**
 * @param others keys that stand beside the options, of which one may be meant too
 * @throws UsageError that names each key which is not known or has a value of another kind
 */
export function valuesFrom<T extends Options>(
  given: object,
  options: T,
  others: readonly string[] = [],
): Values<T> {
  const keys = new Map(Object.keys(options).map((name) => [keyOf(name), name]));
  const problems: string[] = [];
  const values: Record<string, string | boolean | readonly string[]> = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const name = keys.get(key);
    if (name === undefined) {
      problems.push(`"${key}" is no option${didYouMean(key, [...keys.keys(), ...others])}`);
      continue;
    }
    const { expected, word } = wordFrom(value, options[name]);
    if (word === null) problems.push(`${key}: expected ${expected}, got ${shownAny(value)}`);
    else values[name] = word;
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  // Each value is of the kind that its option has, which no type can follow through the loop.
  return values as Values<T>;
}

/** `settle-ms` → `settleMs` */
export function keyOf(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A sentence about options of the command line, for somebody who wrote keys: `--settle-ms: …` → `settleMs: …` */
export function inKeys(sentence: string): string {
  return sentence.replace(/--([a-z]+(?:-[a-z]+)*)/g, (_, name: string) => keyOf(name));
}

/** For a program, which knows options by their keys. */
export function rethrownInKeys<T>(take: () => T): T {
  try {
    return take();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(inKeys(error.message)) : error;
  }
}

type Word = { readonly expected: string; readonly word: string | boolean | readonly string[] | null };

function wordFrom(value: unknown, { type, multiple }: Options[string]): Word {
  if (type === 'boolean')
    return { expected: 'true or false', word: typeof value === 'boolean' ? value : null };
  if (!multiple) return { expected: 'a text or a number', word: textFrom(value) };
  const words = (Array.isArray(value) ? value : [value]).map(textFrom);
  const texts = words.filter((word) => word !== null);
  return { expected: 'a text, or an array of texts', word: texts.length === words.length ? texts : null };
}

/** What a program may give beside what JSON has. */
function shownAny(value: unknown): string {
  const isJson = value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value);
  return isJson ? shown(value) : `a ${typeof value}`;
}

function textFrom(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}
