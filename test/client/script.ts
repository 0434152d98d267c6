/**
 * A server's side of a socket, played by hand: what the client sent, and what it is made to receive.
 */
import '../../client/binary.ts';
import type { Access } from '../../client/session.ts';
import type { Frame, OpenSocket, SocketEvents } from '../../client/socket.ts';
import { initialState } from '../../protocol/apply.ts';
import { decoded, type Encoding, encoded } from '../../protocol/encoding.ts';
import type { RunSummary, ServerMessage } from '../../protocol/messages.ts';
import type { Delta, RunState } from '../../protocol/state.ts';
import { SUBPROTOCOLS } from '../../protocol/version.ts';

export const RUN = { id: 'r', name: 'run', source: '/runs/r', analysis: null } as const;
export const STATE: RunState = initialState(RUN);
/** A server that asks for no token. */
export const OPEN_ACCESS: Access = { token: null, enter: () => null, refusal: () => Promise.resolve(null) };

export function summaries(...runs: string[]): RunSummary[] {
  return runs.map((id) => ({ id, name: id, epoch: 'e', offset: 0, unkept: null }));
}

export class ScriptedSocket {
  readonly sent: { readonly type: string; readonly [key: string]: unknown }[] = [];
  readonly frames: Frame[] = [];
  closedWith: number | null = null;
  #encoding: Encoding = 'binary';
  readonly #events: SocketEvents;

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  send(frame: Frame): void {
    this.frames.push(frame);
    const message = decoded(frame, 'json');
    if (!message.ok) throw new Error(message.problem);
    this.sent.push(message.value as { readonly type: string });
  }

  close(code: number): void {
    this.closedWith = code;
  }

  opens(encoding: Encoding = 'binary'): void {
    this.#encoding = encoding;
    this.opensWith(SUBPROTOCOLS[encoding]);
  }

  opensWith(subprotocol: string): void {
    this.#events.opened(subprotocol);
  }

  says(message: ServerMessage): void {
    this.#events.frame(encoded(message, this.#encoding));
  }

  saysFrame(frame: Frame): void {
    this.#events.frame(frame);
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

  welcomes(...runs: string[]): void {
    const named = runs.length === 0 ? ['r'] : runs;
    this.says({ type: 'welcome', protocol: 2, server: 'script', runs: summaries(...named) });
  }

  snapshots(epoch: string, offset: number, state: RunState = STATE, run = 'r'): void {
    this.says({ type: 'snapshot', run, epoch, offset, state });
  }

  resumes(epoch: string, offset: number, run = 'r'): void {
    this.says({ type: 'resumed', run, epoch, offset });
  }

  deltas(epoch: string, offset: number, delta: Delta, run = 'r'): void {
    this.says({ type: 'delta', run, epoch, offset, delta });
  }
}

/** Every socket that was opened, oldest first. */
export class ScriptedServer {
  readonly sockets: ScriptedSocket[] = [];
  readonly asked: { readonly address: string; readonly subprotocols: readonly string[] }[] = [];

  readonly open: OpenSocket = (address, subprotocols, events) => {
    const socket = new ScriptedSocket(events);
    this.sockets.push(socket);
    this.asked.push({ address, subprotocols });
    return socket;
  };

  get last(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket has been opened');
    return socket;
  }
}
