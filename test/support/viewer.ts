/** A viewer that speaks the protocol over a real socket, and keeps what it was sent until it is asked for. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { parseServerMessage, type ServerMessage } from '../../protocol/messages.ts';
import { SUBPROTOCOL } from '../../protocol/version.ts';

export class TestViewer {
  readonly socket: WebSocket;
  readonly #received: ServerMessage[] = [];
  readonly #waiting: ((message: ServerMessage) => void)[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const parsed = parseServerMessage(String(data));
      if (!parsed.ok) throw new Error(parsed.problem);
      const waiter = this.#waiting.shift();
      if (waiter) waiter(parsed.message);
      else this.#received.push(parsed.message);
    });
    this.closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  }

  static async connect(port: number, options: ClientOptions = {}): Promise<TestViewer> {
    const viewer = new TestViewer(new WebSocket(`ws://127.0.0.1:${port}/stream`, SUBPROTOCOL, options));
    await once(viewer.socket, 'open');
    return viewer;
  }

  /** Connects, says hello and subscribes; the snapshot is the next message. */
  static async watching(port: number, run: string): Promise<TestViewer> {
    const viewer = await TestViewer.connect(port);
    viewer.send({ type: 'hello', protocol: 1, client: 'test' });
    await viewer.next();
    viewer.send({ type: 'subscribe', run });
    return viewer;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  next(): Promise<ServerMessage> {
    const message = this.#received.shift();
    if (message) return Promise.resolve(message);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next message, which has to be of this type. */
  async expect<T extends ServerMessage['type']>(type: T): Promise<Extract<ServerMessage, { type: T }>> {
    const message = await this.next();
    if (!isOf(message, type)) throw new Error(`expected ${type}, got ${message.type}`);
    return message;
  }
}

function isOf<T extends ServerMessage['type']>(
  message: ServerMessage,
  type: T,
): message is Extract<ServerMessage, { type: T }> {
  return message.type === type;
}
