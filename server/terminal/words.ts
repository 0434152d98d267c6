/** Words of a command line as typed values, or a sentence that names the option and what it expects. */
import { parseArgs } from 'node:util';

/** Wrong usage: exit code 2 and this sentence. */
export class UsageError extends Error {}

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }>>;

type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>;

/** @throws UsageError for an option that is not among `options` */
export function parsed<T extends Options>(words: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
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
