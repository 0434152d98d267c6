/**
 * A socket of frames as `wire.ts` needs it, and the browser's WebSocket behind that face. Tests put a scripted one in
 * its place.
 */
export type Frame = string | Uint8Array;

export type SocketEvents = {
  /** With the sub-protocol that the server chose, `''` where it chose none. */
  opened(subprotocol: string): void;
  frame(frame: Frame): void;
  closed(code: number, reason: string): void;
};

export type Socket = {
  send(text: string): void;
  /** Codes 3000 to 4999 are the application's. */
  close(code: number, reason: string): void;
};

export type OpenSocket = (address: string, subprotocols: readonly string[], events: SocketEvents) => Socket;

export const openWebSocket: OpenSocket = (address, subprotocols, events) => {
  const socket = new WebSocket(address, [...subprotocols]);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => events.opened(socket.protocol);
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
    events.frame(typeof data === 'string' ? data : new Uint8Array(data));
  socket.onclose = (event) => events.closed(event.code, event.reason);
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
  };
};
