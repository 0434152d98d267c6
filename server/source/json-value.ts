/**
 * Foreign JSON: what may be asked of a value before anything is known about it, and how a sentence shows it.
 * A value is shown as JSON, cut after 80 characters.
 */
const SHOWN_CHARACTERS_MAX = 80;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}
