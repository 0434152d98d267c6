/**
 * Messages as JSON text: what everybody can read and write (rules N-1 and N-2 of SPEC.md).
 */
export type Decoded =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/** A text frame; anything else is a problem in words. */
export function decodedText(frame: string | Uint8Array): Decoded {
  if (typeof frame !== 'string') return { ok: false, problem: 'expected text, got binary' };
  try {
    return { ok: true, value: JSON.parse(frame) };
  } catch {
    return { ok: false, problem: 'expected JSON' };
  }
}
