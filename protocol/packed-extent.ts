/**
 * Where a MessagePack value ends, from its heads alone and without decoding it.
 *
 * Decoders allocate an array when they read its length: nested lengths that lie cost a multiple of the square of their
 * bytes. Here every value that is still owed takes a byte at least, so what owes more than may come is refused first.
 * Resumable: work is linear in the bytes, in however many pieces they come.
 */
const UINT8 = 1;
const UINT16 = 2;
const UINT32 = 4;

/** A value that owes more bytes than there may be, or begins with a byte that is none's. */
export class PackedProblem extends Error {}

export class Extent {
  readonly #bytesMax: number;
  /** Bytes that are known to belong to the value, and values in it of which no byte is. */
  #bytes = 0;
  #owed = 1;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * @param value its bytes as far as they are there, at each call from the first one on
   * @returns its length, null where more has to come
   * @throws PackedProblem
   */
  end(value: Uint8Array): number | null {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    while (this.#owed > 0) {
      if (this.#bytes >= value.length) return null;
      const head = value[this.#bytes];
      const size = SIZES.get(head) ?? 0;
      if (this.#bytes + 1 + size > value.length) return null;
      const count = size === 0 ? head : uint(view, this.#bytes + 1, size);
      this.#bytes += 1 + size + payloadOf(head, count);
      this.#owed += childrenOf(head, count) - 1;
      if (this.#bytes + this.#owed > this.#bytesMax)
        throw new PackedProblem(
          `expected a value of at most ${this.#bytesMax} bytes, got one of ${this.#bytes + this.#owed} or more`,
        );
    }
    return this.#bytes <= value.length ? this.#bytes : null;
  }
}

/** Bytes of the length that follows a head; the others have none. */
const SIZES: ReadonlyMap<number, number> = new Map([
  // Binary, extensions, strings: of 8, 16 and 32 bits; arrays and maps: of 16 and 32.
  [0xc4, UINT8],
  [0xc5, UINT16],
  [0xc6, UINT32],
  [0xc7, UINT8],
  [0xc8, UINT16],
  [0xc9, UINT32],
  [0xd9, UINT8],
  [0xda, UINT16],
  [0xdb, UINT32],
  [0xdc, UINT16],
  [0xdd, UINT32],
  [0xde, UINT16],
  [0xdf, UINT32],
]);

/** Bytes of the numbers and extensions from 0xca to 0xd8, whose head says their length; extensions have a type. */
const FIXED = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17];

/** @param count what the head says, or for a head that holds its count the head itself */
function payloadOf(head: number, count: number): number {
  if (head === 0xc1) throw new PackedProblem('expected a MessagePack value, got the byte 0xc1');
  if (head >= 0xa0 && head < 0xc0) return head & 31;
  if (head >= 0xc7 && head <= 0xc9) return count + 1;
  if ((head >= 0xc4 && head <= 0xc6) || (head >= 0xd9 && head <= 0xdb)) return count;
  return FIXED[head - 0xca] ?? 0;
}

function childrenOf(head: number, count: number): number {
  if (head >= 0x80 && head < 0x90) return 2 * (head & 15);
  if (head >= 0x90 && head < 0xa0) return head & 15;
  if (head === 0xdc || head === 0xdd) return count;
  return head === 0xde || head === 0xdf ? 2 * count : 0;
}

function uint(view: DataView, at: number, size: number): number {
  if (size === UINT8) return view.getUint8(at);
  return size === UINT16 ? view.getUint16(at) : view.getUint32(at);
}
