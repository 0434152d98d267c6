/**
 * Foreign JSON: what may be asked of a value before anything is known about it, and how a sentence shows it.
 *
 * A value is shown as JSON, a name as it is; both cut after 80 characters, and without characters that a terminal
 * would obey. However large or deeply nested the value is, no more of it is looked at than is shown.
 */
const SHOWN_CHARACTERS_MAX = 80;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function shown(value: unknown): string {
  return cut(value === undefined ? 'nothing' : json(value, SHOWN_CHARACTERS_MAX));
}

/** A name out of a foreign file. */
export function shownName(name: string): string {
  return cut(name.slice(0, SHOWN_CHARACTERS_MAX + 1));
}

function cut(text: string): string {
  const visible = text.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, escaped);
  return visible.length > SHOWN_CHARACTERS_MAX ? `${visible.slice(0, SHOWN_CHARACTERS_MAX)}…` : visible;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** All of a value as JSON if that takes at most `room` characters, else something longer that begins like it. */
function json(value: unknown, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, Math.max(0, room)));
  if (Array.isArray(value)) return joined('[', value, ']', room, json);
  if (isRecord(value))
    return joined('{', Object.keys(value), '}', room, (key, left) => {
      const name = `${json(key, left)}:`;
      return name + json(value[key], left - name.length);
    });
  return JSON.stringify(value);
}

/** Stops after the item with which there is no room left. */
function joined<T>(
  open: string,
  items: readonly T[],
  close: string,
  room: number,
  text: (item: T, room: number) => string,
): string {
  let all = open;
  for (const item of items) {
    if (all.length > room) break;
    all += `${all === open ? '' : ','}${text(item, room - all.length)}`;
  }
  return all + close;
}
