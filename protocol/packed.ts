/**
 * MessagePack with arrays of numbers unboxed: an array of at least 4 finite numbers, or of numbers with a −0 among them,
 * is one extension value instead of a value an element. Exact: arrays are decoded bit for bit as they were encoded; of a
 * lone −0 the sign is lost, as in JSON.
 *
 * | extension | holds | bytes |
 * |---|---|---|
 * | 1 | integers: the differences of each from the one before, zigzag, as varints | 1 or 2 an index |
 * | 2 | multiples d · 10ᵉ of 10⁻⁶ with d from 0 to 999 (standard errors): 1000 · e + d in 2 byte planes | 2 an error |
 * | 3 | multiples of 10⁻⁶ that are not negative (weights): a width w of 1 to 4, then the multiples in w byte planes | 3 a weight |
 * | 4 | any numbers: float64, little-endian | 8 |
 *
 * Byte planes: first the lowest byte of every number, then the next of every number, and so on: like stands beside like,
 * which deflates a tenth better. Varint: 7 bits a byte, least first, the top bit set on all but the last.
 * Zigzag: 0, −1, 1, −2 … → 0, 1, 2, 3 …  The arrays' side of it: packed-numbers.ts.
 * MessagePack: https://github.com/msgpack/msgpack/blob/master/spec.md
 */
import { decode, ExtData, type ExtensionCodecType, encode } from '@msgpack/msgpack';
import { Extent, PackedProblem } from './packed-extent.ts';
import { packedNumbers, unpackedNumbers } from './packed-numbers.ts';

/** Two, so that who only reads loads nothing that writes. */
const READING: ExtensionCodecType<undefined> = {
  tryToEncode: () => null,
  decode: (bytes, type) => unpackedNumbers(type, bytes) ?? new ExtData(type, bytes),
};
const WRITING: ExtensionCodecType<undefined> = {
  tryToEncode: (value) => {
    const packed = packedNumbers(value);
    return packed && new ExtData(packed.type, packed.bytes);
  },
  decode: READING.decode,
};

export function encodePacked(value: unknown): Uint8Array {
  return encode(value, { extensionCodec: WRITING, ignoreUndefined: true });
}

/** @throws Error where `bytes` are not exactly one value */
export function decodePacked(bytes: Uint8Array): unknown {
  const end = new Extent(bytes.length).end(bytes);
  if (end !== bytes.length)
    throw new PackedProblem(
      `expected one value in ${bytes.length} bytes, got ${end === null ? 'less' : 'more'}`,
    );
  return decode(bytes, { extensionCodec: READING });
}

/** A stream of values that ends within one. */
export class CutShort extends Error {}

/**
 * The values that follow one another in a stream.
 * @param bytesMax of one value
 * @throws CutShort where the stream ends within a value, Error where one is larger or none
 */
export async function* decodePackedStream(
  stream: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<unknown> {
  let held = new Uint8Array();
  let [from, to] = [0, 0];
  let extent = new Extent(bytesMax);
  for await (const piece of stream) {
    if (to + piece.length > held.length) {
      // Twice as much each time: a large value that comes in small pieces is not copied for every one of them.
      const grown = new Uint8Array(Math.max(2 * (to - from), to - from + piece.length));
      grown.set(held.subarray(from, to));
      [held, from, to] = [grown, 0, to - from];
    }
    held.set(piece, to);
    to += piece.length;
    for (;;) {
      const end = extent.end(held.subarray(from, to));
      if (end === null) break;
      const value = held.subarray(from, from + end);
      from += end;
      extent = new Extent(bytesMax);
      yield decodePacked(value);
    }
  }
  if (from < to) throw new CutShort(`expected the last value to end, found ${to - from} bytes of it`);
}
