/**
 * What a dashboard remembers on this machine. Storage may be forbidden or full; what is to be remembered then lasts as
 * long as the page.
 */

export function remember(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // It lasts as long as the page.
  }
}

/** Null where nothing is remembered. */
export function recalled(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
