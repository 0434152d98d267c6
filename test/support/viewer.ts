/** A viewer that speaks the protocol over a real socket, and keeps what it was sent until it is asked for. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { decoded, type Encoding, encoded } from '../../protocol/encoding.ts';
import { type Place, type ServerMessage, serverMessageFrom } from '../../protocol/messages.ts';
import { PROTOCOL_VERSION, SUBPROTOCOLS } from '../../protocol/version.ts';

export type TestViewerOptions = ClientOptions & {
  readonly encoding?: Encoding;
  /** Further sub-protocols to offer. */
  readonly offers?: readonly string[];
};

export class TestViewer {
  readonly socket: WebSocket;
  readonly #received: ServerMessage[] = [];
  readonly #waiting: ((message: ServerMessage) => void)[] = [];
  #taker: ((message: ServerMessage) => void) | null = null;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  readonly #encoding: Encoding;

  private constructor(socket: WebSocket, encoding: Encoding) {
    this.socket = socket;
    this.#encoding = encoding;
    socket.on('message', (data: Buffer, isBinary) => {
      const frame = decoded(isBinary ? data : data.toString('utf8'), encoding);
      const parsed = frame.ok ? serverMessageFrom(frame.value) : frame;
      if (!parsed.ok) throw new Error(parsed.problem);
      const waiter = this.#taker ?? this.#waiting.shift();
      if (waiter) waiter(parsed.message);
      else this.#received.push(parsed.message);
    });
    this.closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  }

  static async connect(port: number, options: TestViewerOptions = {}): Promise<TestViewer> {
    const { encoding = 'json', offers = [], ...rest } = options;
    const protocols = [SUBPROTOCOLS[encoding], ...offers];
    const viewer = new TestViewer(new WebSocket(`ws://127.0.0.1:${port}/stream`, protocols, rest), encoding);
    await once(viewer.socket, 'open');
    return viewer;
  }

  /** Connects and says hello; the welcome is the next message. */
  static async greeted(port: number, options: TestViewerOptions = {}): Promise<TestViewer> {
    const viewer = await TestViewer.connect(port, options);
    viewer.send({ type: 'hello', protocol: PROTOCOL_VERSION, client: 'test' });
    return viewer;
  }

  /** And subscribes; the snapshot, or `resumed` after a place, is the next message. */
  static async watching(
    port: number,
    run: string,
    { after, ...options }: TestViewerOptions & { readonly after?: Place } = {},
  ): Promise<TestViewer> {
    const viewer = await TestViewer.greeted(port, options);
    await viewer.expect('welcome');
    viewer.send({ type: 'subscribe', run, ...(after && { after }) });
    return viewer;
  }

  send(message: unknown): void {
    this.socket.send(encoded(message, this.#encoding));
  }

  /** Hands over what has come, and all that comes, instead of keeping it. */
  forward(taker: (message: ServerMessage) => void): void {
    this.#taker = taker;
    for (const message of this.#received.splice(0)) taker(message);
  }

  next(): Promise<ServerMessage> {
    const message = this.#received.shift();
    if (message) return Promise.resolve(message);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next message that is not about progress, unless that is asked for; it has to be of this type. */
  async expect<T extends ServerMessage['type']>(type: T): Promise<Extract<ServerMessage, { type: T }>> {
    let message = await this.next();
    while (message.type === 'progress' && type !== 'progress') message = await this.next();
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
