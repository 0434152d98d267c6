/**
 * How messages become bytes: JSON text for everybody, MessagePack for who asks for it (rules N-1 to N-3 of SPEC.md).
 * The log on disk and recordings are written in the same MessagePack.
 */
import { decodePacked, encodePacked } from './packed.ts';

export type Encoding = 'json' | 'binary';
export type Decoded =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/** Text for JSON, bytes for MessagePack: as they go into a WebSocket frame of either kind. */
export function encoded(value: unknown, encoding: Encoding): string | Uint8Array {
  return encoding === 'json' ? JSON.stringify(value) : encodePacked(value);
}

/** A frame of the kind that `encoding` uses; anything else is a problem in words. */
export function decoded(frame: string | Uint8Array, encoding: Encoding): Decoded {
  if ((typeof frame === 'string') !== (encoding === 'json'))
    return {
      ok: false,
      problem: encoding === 'json' ? 'expected text, got binary' : 'expected binary, got text',
    };
  try {
    return { ok: true, value: typeof frame === 'string' ? JSON.parse(frame) : decodePacked(frame) };
  } catch {
    return { ok: false, problem: encoding === 'json' ? 'expected JSON' : 'expected one MessagePack value' };
  }
}
