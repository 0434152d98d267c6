/**
 * A message that many viewers get: encoded once for each encoding, when the first of them wants it.
 */
import type { Encoding } from '../../protocol/encoding.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import { encodedBytes } from '../base/encoded-bytes.ts';

export class SharedMessage {
  readonly #message: ServerMessage;
  readonly #frames = new Map<Encoding, Uint8Array>();

  constructor(message: ServerMessage) {
    this.#message = message;
  }

  frame(encoding: Encoding): Uint8Array {
    const known = this.#frames.get(encoding);
    if (known) return known;
    const bytes = encodedBytes(this.#message, encoding);
    this.#frames.set(encoding, bytes);
    return bytes;
  }
}
