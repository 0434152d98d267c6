/** A peer that writes bytes as it likes: for requests and frames that no well-behaved client sends. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SUBPROTOCOLS } from '../../protocol/version.ts';

/** Bits of a frame's first byte beside the opcode (RFC 6455, 5.2). */
export type FrameBits = { readonly fin?: boolean; readonly rsv?: number; readonly masked?: boolean };
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A client's frame; the mask is zero, so that the payload stands in it as it is. */
export function frame(
  opcode: number,
  payload: Uint8Array | string,
  { fin = true, rsv = 0, masked = true }: FrameBits = {},
): Buffer {
  const body = Buffer.from(payload);
  const size =
    body.length < 126
      ? [body.length]
      : body.length < 65_536
        ? [126, ...bytesOf(body.length, 2)]
        : [127, ...bytesOf(body.length, 8)];
  size[0] |= masked ? 0x80 : 0;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode, ...size, ...(masked ? [0, 0, 0, 0] : [])];
  return Buffer.concat([Buffer.from(head), body]);
}

function bytesOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.floor(value / 256 ** (count - 1 - index)) % 256);
}

export class RawPeer {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  received = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
    });
    this.closed = new Promise((resolve) => socket.on('close', resolve));
  }

  static async connect(port: number): Promise<RawPeer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  /** Connects and shakes hands as a viewer does; `lines` are further headers. */
  static async opened(port: number, lines: readonly string[] = []): Promise<RawPeer> {
    const peer = await RawPeer.connect(port);
    peer.write(handshake(lines));
    await peer.until((text) => text.includes('\r\n\r\n'));
    if (peer.status !== 101) throw new Error(`expected 101, got ${peer.text}`);
    return peer;
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  /** Of the first answer; 0 where there is none yet. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.text)?.[1] ?? 0);
  }

  async until(holds: (text: string) => boolean): Promise<void> {
    while (!holds(this.text)) {
      if (this.socket.destroyed) throw new Error(`closed too early, after "${this.text}"`);
      await Promise.race([once(this.socket, 'data'), this.closed]);
    }
  }

  /** Waits for the server's close frame, and for nothing else. */
  async closeCode(): Promise<number> {
    await this.until(() => this.#closeFrame() !== null);
    return this.#closeFrame()?.readUInt16BE(0) ?? 0;
  }

  /** The code that the server closed with, null where it did not say one. */
  lastCloseCode(): number | null {
    const payload = this.#closeFrame();
    return payload && payload.length >= 2 ? payload.readUInt16BE(0) : null;
  }

  /** Payload of the close frame. */
  #closeFrame(): Buffer | null {
    let at = this.received.indexOf('\r\n\r\n') + 4;
    while (at + 2 <= this.received.length) {
      const [first, length] = this.received.subarray(at, at + 2);
      const extended = length === 126 ? 2 : length === 127 ? 8 : 0;
      if (at + 2 + extended > this.received.length) return null;
      const size =
        extended === 0
          ? length
          : this.received.readUIntBE(at + 2 + extended - Math.min(extended, 6), Math.min(extended, 6));
      const begin = at + 2 + extended;
      const payload = this.received.subarray(begin, begin + size);
      if (payload.length === size && (first & 0x0f) === OPCODE.close) return payload;
      at = begin + size;
    }
    return null;
  }
}

export function handshake(lines: readonly string[] = [], protocols: string = SUBPROTOCOLS.json): string {
  return [
    'GET /stream HTTP/1.1',
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${protocols}`,
    ...lines,
    '\r\n',
  ].join('\r\n');
}
