/**
 * A viewer that follows one run by the rules: a snapshot, or its own state and `resumed`, then each delta once, in
 * order and in one epoch. Anything else it is told throws. It keeps its state from one connection to the next.
 */
import { apply } from '../../protocol/apply.ts';
import type { Encoding } from '../../protocol/encoding.ts';
import type { Place, ServerMessage } from '../../protocol/messages.ts';
import type { RunState } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import { TestViewer } from './viewer.ts';

export class Follower {
  readonly run: string;
  readonly encoding: Encoding;
  state: RunState | null = null;
  place: Place | null = null;
  /** How often it was told what, and the code of the last close. */
  readonly told = { snapshot: 0, resumed: 0, delta: 0, progress: 0, resync: 0 };
  closeCode: number | null = null;
  /** Called after each message. */
  heard: (message: ServerMessage) => void = () => {};
  #viewer: TestViewer | null = null;
  #stand: 'none' | 'asked' | 'following' = 'none';

  constructor(run: string, encoding: Encoding) {
    this.run = run;
    this.encoding = encoding;
  }

  get isConnected(): boolean {
    return this.#viewer !== null;
  }

  /** Connects, and subscribes once it is welcomed. */
  async connect(port: number): Promise<void> {
    const viewer = await TestViewer.greeted(port, { encoding: this.encoding });
    await viewer.expect('welcome');
    this.#viewer = viewer;
    void viewer.closed.then(({ code }) => {
      if (this.#viewer !== viewer) return;
      this.#viewer = null;
      this.#stand = 'none';
      this.closeCode = code;
    });
    viewer.forward((message) => {
      if (this.#viewer === viewer) this.#take(message);
    });
    this.subscribe();
  }

  /**
   * After its place, or from the beginning; also where an answer is still awaited, since that of the first would be taken
   * for that of the second.
   */
  subscribe(isAnew = false): void {
    if (isAnew) this.#drop();
    else this.#dropIfAsked();
    this.#stand = 'asked';
    this.#viewer?.send({ type: 'subscribe', run: this.run, ...(this.place && { after: this.place }) });
  }

  unsubscribe(): void {
    this.#dropIfAsked();
    this.#stand = 'none';
    this.#viewer?.send({ type: 'unsubscribe', run: this.run });
  }

  /** Reads nothing more. */
  stall(): void {
    this.#viewer?.socket.pause();
  }

  resume(): void {
    this.#viewer?.socket.resume();
  }

  /** Cuts the connection. */
  async terminate(): Promise<void> {
    const viewer = this.#viewer;
    if (!viewer) return;
    viewer.socket.terminate();
    await viewer.closed;
  }

  #dropIfAsked(): void {
    if (this.#stand === 'asked') this.#drop();
  }

  #drop(): void {
    this.place = null;
    this.state = null;
  }

  #take(message: ServerMessage): void {
    if (message.type !== 'welcome' && message.type !== 'runs') this.#takeOfRun(message);
    this.heard(message);
  }

  #takeOfRun(message: Exclude<ServerMessage, { type: 'welcome' | 'runs' }>): void {
    if (message.run !== this.run) throw new Error(`expected run ${this.run}, got ${message.run}`);
    if (message.type === 'resync') this.told.resync += 1;
    // It was under way when this ended or began anew.
    if (this.#stand === 'none') return;
    switch (message.type) {
      case 'snapshot':
        this.told.snapshot += 1;
        this.state = message.state;
        this.place = { epoch: message.epoch, offset: message.offset };
        this.#stand = 'following';
        break;
      case 'resumed':
        // To a subscribe before this began anew.
        if (this.place === null) break;
        if (this.#stand !== 'asked') throw new Error('resumed without having been asked');
        this.#expectEpoch(message);
        if (message.offset !== this.place?.offset)
          throw new Error(`expected to resume at ${this.place?.offset}, got ${message.offset}`);
        this.told.resumed += 1;
        this.#stand = 'following';
        break;
      case 'delta':
        if (this.#stand === 'asked') break;
        this.#expectEpoch(message);
        if (!this.state || !this.place || message.offset !== this.place.offset + 1)
          throw new Error(`expected a delta after ${this.place?.offset}, got ${message.offset}`);
        this.told.delta += 1;
        this.state = apply(this.state, message.delta);
        this.place = { epoch: message.epoch, offset: message.offset };
        break;
      case 'progress':
        if (this.#stand === 'asked' || !this.state) break;
        this.told.progress += 1;
        this.state = apply(this.state, message);
        break;
      case 'resync':
        // While an answer is awaited it is about the subscription before.
        if (this.#stand === 'following') this.subscribe();
        break;
      default:
        unreachable(message);
    }
  }

  #expectEpoch({ epoch }: Place): void {
    if (epoch !== this.place?.epoch) throw new Error(`expected epoch ${this.place?.epoch}, got ${epoch}`);
  }
}
