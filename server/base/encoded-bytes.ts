/** A message as bytes in either encoding: what goes to many sockets is converted once, and its length is known. */
import { type Encoding, encoded } from '../../protocol/encoding.ts';

export function encodedBytes(value: unknown, encoding: Encoding): Uint8Array {
  const frame = encoded(value, encoding);
  return typeof frame === 'string' ? Buffer.from(frame) : frame;
}
