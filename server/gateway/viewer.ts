/**
 * One connection to a viewer, from handshake to close: awaits `hello`, then serves subscriptions.
 * Rules V-1, V-3, M-1, R-1 to R-3 and B-1 of SPEC.md.
 */
import type { WebSocket } from 'ws';
import {
  CLOSE,
  type ClientMessage,
  parseClientMessage,
  type ServerMessage,
} from '../../protocol/messages.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { OUTBOX_BYTES_MAX } from '../base/config.ts';
import type { RunStream } from './run-stream.ts';

export type ViewerOptions = {
  readonly socket: WebSocket;
  readonly runs: readonly RunStream[];
  readonly serverVersion: string;
};

type CloseReason = (typeof CLOSE)[keyof typeof CLOSE];

/** A close frame carries at most 123 bytes of reason (RFC 6455, 5.5). */
const REASON_BYTES_MAX = 123;

export function serveViewer({ socket, runs, serverVersion }: ViewerOptions): void {
  let greeted = false;
  const subscriptions = new Map<string, () => void>();

  const close = (reason: CloseReason, detail: string) => {
    const text = Buffer.from(`${reason.reason}: ${detail}`).subarray(0, REASON_BYTES_MAX);
    socket.close(reason.code, text.toString('utf8').replace(/\uFFFD+$/, ''));
  };
  const send = (message: ServerMessage) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > OUTBOX_BYTES_MAX) {
      // Nothing is added after this. Who does not read up to the close frame within 30 s is cut off by ws.
      return close(CLOSE.tooSlow, `${socket.bufferedAmount} bytes are waiting`);
    }
    socket.send(JSON.stringify(message));
  };
  const subscribe = (run: RunStream) => {
    subscriptions.get(run.id)?.();
    send({ type: 'snapshot', run: run.id, epoch: run.epoch, offset: run.offset, state: run.state });
    subscriptions.set(
      run.id,
      run.listen(({ offset, delta }) =>
        send({ type: 'delta', run: run.id, epoch: run.epoch, offset, delta }),
      ),
    );
  };
  const receive = (message: ClientMessage) => {
    switch (message.type) {
      case 'hello': {
        if (greeted) return close(CLOSE.badMessage, 'expected one hello, got a second');
        if (message.protocol !== PROTOCOL_VERSION)
          return close(CLOSE.badVersion, `expected ${PROTOCOL_VERSION}, got ${message.protocol}`);
        greeted = true;
        return send({
          type: 'welcome',
          protocol: PROTOCOL_VERSION,
          server: serverVersion,
          runs: runs.map((run) => ({
            id: run.id,
            name: run.state.run.name,
            epoch: run.epoch,
            offset: run.offset,
          })),
        });
      }
      case 'subscribe': {
        if (!greeted) return close(CLOSE.badMessage, 'expected hello first, got subscribe');
        const run = runs.find((candidate) => candidate.id === message.run);
        if (!run) return close(CLOSE.unknownRun, message.run);
        return subscribe(run);
      }
      default:
        return unreachable(message);
    }
  };

  socket.on('message', (data, isBinary) => {
    if (isBinary) return close(CLOSE.badMessage, 'expected text, got binary');
    const parsed = parseClientMessage(String(data));
    if (parsed.ok) receive(parsed.message);
    else close(CLOSE.badMessage, parsed.problem);
  });
  socket.on('close', () => {
    for (const unsubscribe of subscriptions.values()) unsubscribe();
    subscriptions.clear();
  });
  // ws closes the connection by itself after an error; it only has to be heard.
  socket.on('error', () => {});
}
