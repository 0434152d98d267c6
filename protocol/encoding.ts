/**
 * How messages become bytes: JSON text for everybody, MessagePack for who asks for it (rules N-1 to N-3 of SPEC.md). What a
 * client says is short, and may be text in either, so that it needs no encoder.
 * The log on disk and recordings are written in the same MessagePack.
 */
import { decodePacked, encodePacked } from './packed.ts';
import { type Decoded, decodedText } from './text-encoding.ts';

export type Encoding = 'json' | 'binary';

export type { Decoded };

/** Text for JSON, bytes for MessagePack: as they go into a WebSocket frame of either kind. */
export function encoded(value: unknown, encoding: Encoding): string | Uint8Array {
  return encoding === 'json' ? JSON.stringify(value) : encodePacked(value);
}

/** A frame of the kind that `encoding` uses; anything else is a problem in words. */
export function decoded(frame: string | Uint8Array, encoding: Encoding): Decoded {
  return encoding === 'json' ? decodedText(frame) : decodedBytes(frame);
}

function decodedBytes(frame: string | Uint8Array): Decoded {
  if (typeof frame === 'string') return { ok: false, problem: 'expected binary, got text' };
  try {
    return { ok: true, value: decodePacked(frame) };
  } catch {
    return { ok: false, problem: 'expected one MessagePack value' };
  }
}
