/** An HTTP server that takes webhooks, and answers each request as the test says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A status, with headers. */
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();
/** The connection is closed without a word. */
export const drop: Answer = (response) => {
  response.socket?.destroy();
};
/** Nothing ever comes. */
export const hang: Answer = () => {};

export class TestHook {
  readonly #server = createServer((request, response) => void this.#take(request, response));
  readonly #answers: Answer[] = [];
  /** What was posted, parsed, in the order in which it came. */
  readonly bodies: Record<string, unknown>[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  #port = 0;

  /** @param answers to the first requests; what comes after is taken */
  static async open(...answers: Answer[]): Promise<TestHook> {
    const hook = new TestHook();
    hook.#answers.push(...answers);
    await new Promise<void>((resolve) => hook.#server.listen(0, '127.0.0.1', resolve));
    hook.#port = (hook.#server.address() as AddressInfo).port;
    return hook;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/services/T0/s3cret`;
  }

  get texts(): unknown[] {
    return this.bodies.map(({ text }) => text);
  }

  /** Waits until so many have come. */
  async until(count: number): Promise<void> {
    await vi.waitFor(
      () => {
        if (this.bodies.length < count) throw new Error(`expected ${count} posts, got ${this.bodies.length}`);
      },
      { interval: 5, timeout: 20_000 },
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    this.bodies.push(JSON.parse(text));
    this.headers.push(request.headers);
    (this.#answers.shift() ?? status(200))(response, request);
  }
}
