/**
 * The body of a request, read only where a route asks for it, and never faster than the route takes it.
 *
 * A body has until `millis` to come whole, and its connection is cut off then (408 where nothing was answered yet);
 * one that is read piece by piece may take as long as it likes, as long as something comes: the socket's own time limit
 * ends a silence. A client that waits for `100 Continue` is told to go on when its body is first asked for.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UploadRefusal } from '../base/upload-refusal.ts';

export type RequestBody = {
  /** As the sender says, null where it does not. */
  readonly bytes: number | null;
  /** All of it; null where it is longer, or was broken off. */
  whole(bytesMax: number): Promise<Buffer | null>;
  /** As it comes, for as long as it comes. @throws UploadRefusal where it is broken off */
  pieces(): AsyncIterable<Uint8Array>;
};

export const NO_BODY: RequestBody = {
  bytes: 0,
  whole: async () => Buffer.alloc(0),
  async *pieces() {},
};

/** What is left of a body that nobody wants is read for so long, so that the answer arrives before the end does. */
const LINGER_MILLIS = 2_000;

const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

export class IncomingBody implements RequestBody {
  readonly bytes: number | null;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #late: NodeJS.Timeout;
  #isAwaited: boolean;

  /** @param millis until it has to be there, from now on */
  constructor(request: IncomingMessage, response: ServerResponse, millis: number) {
    this.#request = request;
    this.#response = response;
    const { 'content-length': length, 'transfer-encoding': coding, expect } = request.headers;
    this.bytes = length === undefined ? (coding === undefined ? 0 : null) : Number(length);
    this.#isAwaited = /100-continue/i.test(expect ?? '');
    this.#late = setTimeout(() => this.#cutOff(), millis).unref();
    response.on('close', () => {
      if (request.complete) clearTimeout(this.#late);
    });
  }

  /** True while the sender waits to be told to send it. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /** What is too much is read and forgotten, so that the answer arrives. */
  whole(bytesMax: number): Promise<Buffer | null> {
    this.#continue();
    const request = this.#request;
    return new Promise((resolve) => {
      let bytes = 0;
      let chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= bytesMax) chunks.push(chunk);
        else {
          chunks = [];
          resolve(null);
        }
      });
      request.on('end', () => resolve(Buffer.concat(chunks)));
      request.on('close', () => resolve(null));
      request.on('error', () => resolve(null));
    });
  }

  async *pieces(): AsyncIterable<Uint8Array> {
    this.#continue();
    clearTimeout(this.#late);
    const request = this.#request;
    try {
      // Who stops reading still answers, so the connection has to outlive the loop.
      for await (const piece of request.iterator({ destroyOnReturn: false })) yield piece;
    } catch (cause) {
      throw new UploadRefusal(400, 'expected the whole body, the connection ended before', { cause });
    }
    // What follows (a large file on its way to a slow disk) is not the sender's silence.
    request.socket.setTimeout(0);
  }

  /** To be called when the answer has been sent: lets go of what nobody has read. */
  forget(): void {
    const { complete, socket } = this.#request;
    if (complete || this.#isAwaited) return;
    this.#request.resume();
    const linger = setTimeout(() => socket.destroy(), LINGER_MILLIS).unref();
    this.#request.on('end', () => clearTimeout(linger));
  }

  #continue(): void {
    if (this.#isAwaited) this.#response.writeContinue();
    this.#isAwaited = false;
  }

  #cutOff(): void {
    const { complete, socket } = this.#request;
    if (complete || socket.destroyed) return;
    if (!this.#response.headersSent) socket.write(TIMED_OUT);
    socket.destroySoon();
  }
}
