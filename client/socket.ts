/**
 * A text socket as `connection.ts` needs it, and the browser's WebSocket behind that face. Tests put a scripted
 * one in its place. Binary messages are no part of the protocol and arrive as the text `''`, which is refused.
 */
export type SocketEvents = {
  opened(): void;
  text(data: string): void;
  closed(code: number, reason: string): void;
};

export type Socket = {
  send(text: string): void;
  /** Codes 3000 to 4999 are the application's. */
  close(code: number, reason: string): void;
};

export type OpenSocket = (address: string, subprotocol: string, events: SocketEvents) => Socket;

export const openWebSocket: OpenSocket = (address, subprotocol, events) => {
  const socket = new WebSocket(address, subprotocol);
  socket.onopen = () => events.opened();
  socket.onmessage = (event) => events.text(typeof event.data === 'string' ? event.data : '');
  socket.onclose = (event) => events.closed(event.code, event.reason);
  return socket;
};
