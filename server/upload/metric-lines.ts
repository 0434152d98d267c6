/**
 * Metrics that are pushed, as lines of a metrics.jsonl: one JSON object, an array of them, or one a line, each with a
 * `step`, a whole number from 0, and numbers by name. Pure. All of a body is taken or nothing.
 */
import { isRecord, shown, shownName } from '../base/json-value.ts';
import { UploadRefusal } from '../base/upload-refusal.ts';

const ENTRIES_MAX = 10_000;
const VALUES_MAX = 1_000;
const NAME_CHARACTERS_MAX = 200;

/** @throws UploadRefusal that says which entry is not one */
export function metricLines(bytes: Uint8Array): readonly string[] {
  const entries = entriesFrom(bytes);
  if (entries.length === 0 || entries.length > ENTRIES_MAX)
    throw new UploadRefusal(400, `expected 1 to ${ENTRIES_MAX} entries of metrics, got ${entries.length}`);
  return entries.map((entry, index) => {
    const problem = problemOf(entry);
    if (problem !== null) throw new UploadRefusal(400, `entry ${index + 1} of ${entries.length}: ${problem}`);
    return JSON.stringify(entry);
  });
}

function entriesFrom(bytes: Uint8Array): readonly unknown[] {
  const text = new TextDecoder().decode(bytes);
  const whole = parsed(text);
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => {
    const entry = parsed(line);
    if (entry !== undefined) return entry;
    throw new UploadRefusal(
      400,
      `line ${index + 1} of ${lines.length}: expected JSON such as {"step": 100, "loss": 1.2}, got ${shown(line)}; ` +
        'NaN and Infinity are no JSON and are to be left out',
    );
  });
}

function problemOf(entry: unknown): string | null {
  if (!isRecord(entry)) return `expected an object such as {"step": 100, "loss": 1.2}, got ${shown(entry)}`;
  const { step, ...values } = entry;
  if (!Number.isSafeInteger(step) || Number(step) < 0)
    return `expected a step, a whole number from 0, got ${shown(step)}`;
  const names = Object.keys(values);
  if (names.length > VALUES_MAX) return `expected at most ${VALUES_MAX} values, got ${names.length}`;
  for (const name of names) {
    if (name.length > NAME_CHARACTERS_MAX)
      return `expected names of at most ${NAME_CHARACTERS_MAX} characters, got "${shownName(name)}"`;
    if (typeof values[name] !== 'number')
      return `expected a number for "${shownName(name)}", got ${shown(values[name])}`;
  }
  return null;
}

/** undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
