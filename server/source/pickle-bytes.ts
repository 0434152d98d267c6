/**
 * The bytes of a pickle, read from the front: numbers of fixed sizes (little-endian but for floats), texts and lines,
 * and the plain values that an opcode says to follow. Never reads beyond the end.
 */
import { unreachable } from '../../protocol/unreachable.ts';
import type { PlainOpcode } from './torch-opcodes.ts';
import type { Opaque, Value } from './torch-values.ts';

/** A pickle that ends within a value, or says that one is longer than any. */
export class PickleEnd extends Error {
  override readonly name = 'PickleEnd';
}

const UTF8 = new TextDecoder();
const LATIN1 = new TextDecoder('latin1');
/** Integers of more bytes stand for themselves only: seeds, states of generators. */
const INTEGER_BYTES_MAX = 8;
const NEW_LINE = 10;
const EMPTY_TUPLE: Value = { kind: 'tuple', items: [] };

export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next byte is. */
  get at(): number {
    return this.#at;
  }

  uint8(): number {
    return this.#view.getUint8(this.#passed(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#passed(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#passed(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#passed(8), true));
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(NEW_LINE, this.#at);
    if (end < 0) throw new PickleEnd();
    const text = UTF8.decode(this.#taken(end - this.#at));
    this.#at += 1;
    return text;
  }

  /** The value of an opcode that pushes one. */
  plain(opcode: PlainOpcode): Value {
    switch (opcode) {
      case 'NONE':
        return null;
      case 'NEWTRUE':
        return true;
      case 'NEWFALSE':
        return false;
      case 'BININT':
        return this.#view.getInt32(this.#passed(4), true);
      case 'BININT1':
        return this.uint8();
      case 'BININT2':
        return this.uint16();
      case 'LONG1':
        return integer(this.#taken(this.uint8()));
      case 'LONG4':
        return integer(this.#taken(this.uint32()));
      case 'BINFLOAT':
        return this.#view.getFloat64(this.#passed(8));
      case 'BINUNICODE':
        return UTF8.decode(this.#taken(this.uint32()));
      case 'SHORT_BINUNICODE':
        return UTF8.decode(this.#taken(this.uint8()));
      case 'BINUNICODE8':
        return UTF8.decode(this.#taken(this.uint64()));
      case 'BINSTRING':
        return LATIN1.decode(this.#taken(this.uint32()));
      case 'SHORT_BINSTRING':
        return LATIN1.decode(this.#taken(this.uint8()));
      case 'BINBYTES':
        return this.#opaqueBytes(this.uint32());
      case 'SHORT_BINBYTES':
        return this.#opaqueBytes(this.uint8());
      case 'BINBYTES8':
      case 'BYTEARRAY8':
        return this.#opaqueBytes(this.uint64());
      case 'EMPTY_TUPLE':
        return EMPTY_TUPLE;
      case 'EMPTY_LIST':
        return { kind: 'list', items: [] };
      case 'EMPTY_DICT':
        return { kind: 'dict', entries: new Map() };
      case 'EMPTY_SET':
        return { kind: 'opaque', of: 'builtins.set' };
      default:
        return unreachable(opcode);
    }
  }

  #opaqueBytes(length: number): Opaque {
    this.#passed(length);
    return { kind: 'opaque', of: 'builtins.bytes' };
  }

  #taken(length: number): Uint8Array {
    const begin = this.#passed(length);
    return this.#bytes.subarray(begin, begin + length);
  }

  /** Where the next `length` bytes begin, which are then behind. */
  #passed(length: number): number {
    const begin = this.#at;
    if (length > this.#bytes.length - begin) throw new PickleEnd();
    this.#at += length;
    return begin;
  }
}

/** Little-endian, in two's complement. */
function integer(bytes: Uint8Array): Value {
  if (bytes.length > INTEGER_BYTES_MAX) return { kind: 'opaque', of: 'builtins.int' };
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes[at]);
  return Number(BigInt.asIntN(8 * bytes.length, value));
}
