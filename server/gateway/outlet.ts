/**
 * What goes out to one viewer: messages as frames of RFC 6455, written to its connection beside ws.
 *
 * ws compresses a message anew for each connection, and hands each message to the kernel by itself: with many viewers that
 * is most of what a server does. Here bytes that many get are compressed once, which gives the same for all since no window
 * is kept between messages (gateway.ts), and all that is sent at once is one write.
 * ws goes on answering pings and closing. It writes whole frames, so the two never mix; it must send no messages itself.
 */
import type { Duplex } from 'node:stream';
import { constants, deflateRaw } from 'node:zlib';
import type { WebSocket } from 'ws';
import type { Encoding } from '../../protocol/encoding.ts';
import {
  DEFLATE_BYTES_MIN,
  DEFLATE_MEMORY_LEVEL,
  DEFLATE_WINDOW_BITS,
  HANDED_BYTES_MAX,
} from '../base/config.ts';

export type OutletOptions = {
  readonly socket: WebSocket;
  /** The connection of `socket`. */
  readonly stream: Duplex;
  readonly encoding: Encoding;
  /** On this machine, where bytes cost nothing and compressing them does. */
  readonly isLocal: boolean;
};

const FIN = 0x80;
/** The message is compressed (RFC 7692, 6). */
const RSV1 = 0x40;
const OPCODE = { json: 1, binary: 2 } as const;
/** What a flush ends in, and a compressed message leaves out (RFC 7692, 7.2.1). */
const FLUSH_END_BYTES = 4;

/** Compressed, or on the way to it, for as long as the bytes themselves are kept; null where that fails. */
const compressed = new WeakMap<Uint8Array, Uint8Array | null | Promise<Uint8Array | null>>();

export class Outlet {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #opcode: number;
  readonly #compresses: boolean;
  /** What comes next must not overtake what is being compressed. */
  #isCompressing = false;

  constructor({ socket, stream, encoding, isLocal }: OutletOptions) {
    this.#socket = socket;
    this.#stream = stream;
    this.#opcode = OPCODE[encoding];
    this.#compresses = !isLocal && socket.extensions.includes('permessage-deflate');
  }

  /** Whether a message may be sent now (SPEC.md, B-1). */
  get hasRoom(): boolean {
    return this.#isOpen && !this.#isCompressing && this.#socket.bufferedAmount <= HANDED_BYTES_MAX;
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN && this.#stream.writable;
  }

  /** What `task` sends goes out as one write. */
  together(task: () => void): void {
    this.#stream.cork();
    try {
      task();
    } finally {
      this.#stream.uncork();
    }
  }

  /**
   * To be called while there is room, or as the first.
   * @param message not changed afterwards
   * @param sent called when it has left: there may be room again
   */
  send(message: Uint8Array, sent: () => void): void {
    if (!this.#compresses || message.length < DEFLATE_BYTES_MIN) {
      this.#write(message, 0, sent);
      return;
    }
    const known = compressed.get(message) ?? compress(message);
    if (known instanceof Promise) {
      this.#isCompressing = true;
      void known.then((bytes) => {
        this.#isCompressing = false;
        this.together(() => {
          if (this.#isOpen) this.#writeEither(bytes, message, sent);
          sent();
        });
      });
    } else this.#writeEither(known, message, sent);
  }

  #writeEither(bytes: Uint8Array | null, message: Uint8Array, sent: () => void): void {
    if (bytes) this.#write(bytes, RSV1, sent);
    else this.#write(message, 0, sent);
  }

  #write(payload: Uint8Array, rsv: number, sent: () => void): void {
    this.#stream.cork();
    this.#stream.write(frameHeader(FIN | rsv | this.#opcode, payload.length));
    this.#stream.write(payload, sent);
    this.#stream.uncork();
  }
}

function compress(message: Uint8Array): Promise<Uint8Array | null> {
  const compressing = new Promise<Uint8Array | null>((resolve) => {
    const options = {
      windowBits: DEFLATE_WINDOW_BITS,
      memLevel: DEFLATE_MEMORY_LEVEL,
      finishFlush: constants.Z_SYNC_FLUSH,
    };
    deflateRaw(message, options, (error, bytes) => {
      const result = error ? null : bytes.subarray(0, -FLUSH_END_BYTES);
      compressed.set(message, result);
      resolve(result);
    });
  });
  compressed.set(message, compressing);
  return compressing;
}

/** Of an unmasked frame (RFC 6455, 5.2). */
function frameHeader(firstByte: number, length: number): Buffer {
  if (length < 126) return Buffer.of(firstByte, length);
  const isShort = length < 65_536;
  const header = Buffer.alloc(isShort ? 4 : 10);
  header[0] = firstByte;
  header[1] = isShort ? 126 : 127;
  if (isShort) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
