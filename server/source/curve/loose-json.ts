/**
 * JSON as Python writes it, with `NaN` and `Infinity` as bare words: they become infinite here, to be counted. Not for
 * texts: in a string that holds such a word after a comma or a colon it is replaced too.
 */
const BARE = /([:,[]\s*)(?:NaN|-?Infinity)(?=\s*[,}\]])/g;
/** Out of range of a double, so that the parser makes it infinite. */
const INFINITE = '$11e999';

/** Null where it is not JSON either way. */
export function looseJson(text: string): { readonly value: unknown } | null {
  for (const candidate of [() => text, () => text.replace(BARE, INFINITE)]) {
    try {
      return { value: JSON.parse(candidate()) };
    } catch {
      // The other way, or not at all.
    }
  }
  return null;
}
