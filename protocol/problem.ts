/**
 * What keeps a foreign value from fitting a schema, in words: where in it, and what was expected there. A schema or check of
 * our own (`custom`, `nonEmpty`) says what it expects in place of valibot's message.
 */
import type { BaseIssue } from 'valibot';

export type Issue = Pick<BaseIssue<unknown>, 'kind' | 'type' | 'input' | 'expected' | 'message' | 'path'>;

/** @param whole what the value is called where nothing within it is meant */
export function problemOf(issue: Issue, whole: string): string {
  return `${placeOf(issue).join('.') || whole}: expected ${expectedBy(issue)}`;
}

/** Keys that lead there, from the outside in. */
export function placeOf({ path }: Issue): readonly string[] {
  return (path ?? []).map(({ key }) => String(key));
}

export function expectedBy({ kind, type, expected, message, path }: Issue): string {
  if (kind === 'validation' || type === 'custom') return message;
  if (path?.at(-1)?.origin === 'key') return 'a value, got none';
  return (expected ?? 'another value').replaceAll(/[()"]/g, '').replaceAll(' | ', ' or ').toLowerCase();
}
