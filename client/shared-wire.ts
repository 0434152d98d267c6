/**
 * One wire for all who watch runs of one server: each opens, greets and closes what looks like a wire of its own.
 *
 * The first hello goes out, the others are answered with the welcome that came back, its runs as they are now. What the
 * server says goes to everybody, who know which run is theirs. Who closes leaves the runs that nobody else follows; the
 * last one ends the wire, which is kept for LINGER_MILLIS for one who comes at once: elements that move in a page leave
 * and come back.
 */
import type { ClientMessage, Parsed, ServerMessage } from '../protocol/messages.ts';
import { CLOSE_BROKEN, type OpenWire, type Wire, type WireEvents, type WireOptions } from './wire.ts';

const LINGER_MILLIS = 1000;

type Welcome = Extract<ServerMessage, { type: 'welcome' }>;
type User = { readonly events: WireEvents; readonly runs: Set<string> };

/** @param address of the one server that is spoken to */
export function sharedWires(openWire: OpenWire): OpenWire {
  let shared: SharedWire | null = null;
  return (options) => {
    if (shared === null || !shared.takes(options.token)) {
      const opened: SharedWire = new SharedWire(openWire, options, () => {
        if (shared === opened) shared = null;
      });
      shared = opened;
    }
    return shared.join(options.events);
  };
}

class SharedWire {
  readonly #wire: Wire;
  readonly #token: string | null;
  readonly #ended: () => void;
  readonly #users = new Set<User>();
  #stand: 'opening' | 'open' | 'closed' = 'opening';
  #hasGreeted = false;
  #welcome: Welcome | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(openWire: OpenWire, { address, token }: WireOptions, ended: () => void) {
    this.#token = token;
    this.#ended = ended;
    this.#wire = openWire({
      address,
      token,
      events: {
        opened: () => {
          this.#stand = 'open';
          for (const { events } of [...this.#users]) events.opened();
        },
        message: (parsed) => this.#message(parsed),
        closed: (code, reason) => this.#closed(code, reason),
      },
    });
  }

  takes(token: string | null): boolean {
    return this.#stand !== 'closed' && token === this.#token;
  }

  join(events: WireEvents): Wire {
    clearTimeout(this.#timer);
    const user: User = { events, runs: new Set() };
    this.#users.add(user);
    // As a wire of one's own would, it opens after this call.
    if (this.#stand === 'open')
      queueMicrotask(() => {
        if (this.#users.has(user)) events.opened();
      });
    return {
      send: (message) => this.#send(user, message),
      close: (code, reason) => this.#leave(user, code, reason),
    };
  }

  #send(user: User, message: ClientMessage): void {
    switch (message.type) {
      case 'hello':
        this.#greet(user, message);
        return;
      case 'subscribe':
        user.runs.add(message.run);
        break;
      case 'unsubscribe':
        user.runs.delete(message.run);
        if (this.#isFollowed(message.run)) return;
        break;
      default:
    }
    this.#wire.send(message);
  }

  #greet(user: User, hello: ClientMessage): void {
    if (!this.#hasGreeted) {
      this.#hasGreeted = true;
      this.#wire.send(hello);
    } else if (this.#welcome !== null) user.events.message({ ok: true, message: this.#welcome });
  }

  #message(parsed: Parsed<ServerMessage>): void {
    if (parsed.ok && parsed.message.type === 'welcome') this.#welcome = parsed.message;
    if (parsed.ok && parsed.message.type === 'runs' && this.#welcome !== null)
      this.#welcome = { ...this.#welcome, runs: parsed.message.runs };
    for (const { events } of [...this.#users]) events.message(parsed);
  }

  #closed(code: number, reason: string): void {
    this.#end();
    for (const { events } of [...this.#users]) events.closed(code, reason);
    this.#users.clear();
  }

  #leave(user: User, code: number, reason: string): void {
    if (!this.#users.delete(user) || this.#stand === 'closed') return;
    if (this.#stand === 'open')
      for (const run of user.runs) if (!this.#isFollowed(run)) this.#wire.send({ type: 'unsubscribe', run });
    if (code === CLOSE_BROKEN) {
      this.#wire.close(code, reason);
      this.#closed(CLOSE_BROKEN, reason);
    } else if (this.#users.size === 0) {
      this.#timer = setTimeout(() => this.#close(code, reason), this.#welcome === null ? 0 : LINGER_MILLIS);
    }
  }

  #close(code: number, reason: string): void {
    this.#end();
    this.#wire.close(code, reason);
  }

  #isFollowed(run: string): boolean {
    return [...this.#users].some(({ runs }) => runs.has(run));
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#stand = 'closed';
    this.#ended();
  }
}
