/**
 * A server's side of a socket, played by hand: what the client sent, and what it is made to receive.
 */
import type { OpenSocket, SocketEvents } from '../../client/socket.ts';
import { initialState } from '../../protocol/apply.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import type { Delta, RunState } from '../../protocol/state.ts';

export const RUN = { id: 'r', name: 'run', source: '/runs/r', analysis: null } as const;
export const STATE: RunState = initialState(RUN);

export class ScriptedSocket {
  readonly sent: { readonly type: string; readonly [key: string]: unknown }[] = [];
  closedWith: number | null = null;
  readonly #events: SocketEvents;

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(code: number): void {
    this.closedWith = code;
  }

  opens(): void {
    this.#events.opened();
  }

  says(message: ServerMessage): void {
    this.#events.text(JSON.stringify(message));
  }

  saysText(text: string): void {
    this.#events.text(text);
  }

  closes(code: number, reason = ''): void {
    this.#events.closed(code, reason);
  }

  /** Through hello, welcome and subscribe to the snapshot. */
  greets(epoch = 'e', offset = 0, state: RunState = STATE): void {
    this.opens();
    this.welcomes();
    this.snapshots(epoch, offset, state);
  }

  welcomes(run = 'r'): void {
    const runs = [{ id: run, name: run, epoch: 'e', offset: 0 }];
    this.says({ type: 'welcome', protocol: 1, server: 'script', runs });
  }

  snapshots(epoch: string, offset: number, state: RunState = STATE): void {
    this.says({ type: 'snapshot', run: 'r', epoch, offset, state });
  }

  deltas(epoch: string, offset: number, delta: Delta): void {
    this.says({ type: 'delta', run: 'r', epoch, offset, delta });
  }
}

/** Every socket that was opened, oldest first. */
export class ScriptedServer {
  readonly sockets: ScriptedSocket[] = [];
  readonly asked: { readonly address: string; readonly subprotocol: string }[] = [];

  readonly open: OpenSocket = (address, subprotocol, events) => {
    const socket = new ScriptedSocket(events);
    this.sockets.push(socket);
    this.asked.push({ address, subprotocol });
    return socket;
  };

  get last(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket has been opened');
    return socket;
  }
}
