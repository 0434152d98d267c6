/** Words of a command line as typed values, or a sentence that names the option and what it expects. */
import { parseArgs } from 'node:util';
import { didYouMean } from './nearest-word.ts';
import { UsageError } from './usage-error.ts';

export { UsageError };

export type Options = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }>
>;

export type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>;

/** What was given of some options, by their names. */
export type Values<T extends Options> = Parsed<T>['values'];

/** @throws UsageError for an option that is not among `options` */
export function parsed<T extends Options>(words: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(problemOf(error, Object.keys(options)));
  }
}

function problemOf(error: unknown, known: readonly string[]): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1];
  if (unknown === undefined) return message;
  return `${unknown}: this command has no such option${didYouMean(unknown.replace(/^-+/, ''), known, '--')}`;
}

export function oneOf<T extends string>(
  name: string,
  word: string | undefined,
  known: readonly T[],
  otherwise: T,
): T {
  if (word === undefined) return otherwise;
  const found = known.find((candidate) => candidate === word);
  if (found === undefined)
    throw new UsageError(`--${name}: expected one of ${known.join(', ')}; got "${word}"`);
  return found;
}

/** A whole number of at least `least`. */
export function count(name: string, word: string | undefined, otherwise: number, least: number): number {
  if (word === undefined) return otherwise;
  const value = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${name}: expected a whole number of at least ${least}, got "${word}"`);
  return value;
}
