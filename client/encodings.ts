/**
 * The encodings of the stream that this page can read. JSON it always can; what reads MessagePack is loaded with the
 * widgets that draw whole graphs (`binary.ts`), since a chart alone is lighter without it.
 */
import type { Encoding } from '../protocol/encoding.ts';
import { type Decoded, decodedText } from '../protocol/text-encoding.ts';
import type { Frame } from './socket.ts';

export type Decode = (frame: Frame) => Decoded;

const decoders = new Map<Encoding, Decode>([['json', decodedText]]);

/** From the next connection on. */
export function addDecoder(encoding: Encoding, decode: Decode): void {
  decoders.set(encoding, decode);
}

/** Null where it cannot be read. */
export function decoderOf(encoding: Encoding): Decode | null {
  return decoders.get(encoding) ?? null;
}
