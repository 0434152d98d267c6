/**
 * The viewers of the benchmark, all in one process that is not the server's: they decode on one core what in earnest as
 * many machines would, which is part of the times. Out-of-turn deltas end the benchmark.
 */
import process from 'node:process';
import { WebSocket } from 'ws';
import { apply } from '../../protocol/apply.ts';
import { decoded, encoded } from '../../protocol/encoding.ts';
import { type ClientMessage, type ServerMessage, serverMessageFrom } from '../../protocol/messages.ts';
import type { RunState } from '../../protocol/state.ts';
import { PROTOCOL_VERSION, SUBPROTOCOLS } from '../../protocol/version.ts';
import { RUN } from './bench-run.ts';
import { clockMillis, type JoinRequest, type ViewersReply, type ViewersRequest } from './viewers-talk.ts';

/** When the last viewer so far had a delta, and how many have it. */
type Arrival = { viewers: number; receivedMillis: number; decodedMillis: number };

let staying: BenchViewer[] = [];
/** Of the last snapshot that was applied, for viewers who resume from there. */
let known: { readonly offset: number; readonly state: RunState } | null = null;
const arrivals = new Map<number, Arrival>();
let bytesReceived = 0;
let cpuBefore = process.cpuUsage();

class BenchViewer {
  readonly #request: JoinRequest;
  readonly #socket: WebSocket;
  readonly #begun = clockMillis();
  readonly #joined: (millis: number) => void;
  #offset: number;
  #state: RunState | null = null;
  isResumed = false;

  constructor(request: JoinRequest, joined: (millis: number) => void) {
    const { host, port, encoding, after } = request;
    this.#request = request;
    this.#joined = joined;
    this.#offset = after?.offset ?? 0;
    if (after && after.offset === known?.offset) this.#state = known.state;
    this.#socket = new WebSocket(`ws://${host}:${port}/stream`, [SUBPROTOCOLS[encoding]]);
    this.#socket.on('open', () => this.#send({ type: 'hello', protocol: PROTOCOL_VERSION, client: 'bench' }));
    this.#socket.on('message', (data: Buffer) => this.#receive(data));
    this.#socket.on('error', (error) => {
      throw error;
    });
  }

  leave(): void {
    this.#socket.terminate();
  }

  #receive(data: Buffer): void {
    const receivedMillis = clockMillis();
    bytesReceived += data.length;
    const { encoding, applies, after } = this.#request;
    const frame = decoded(encoding === 'json' ? data.toString('utf8') : data, encoding);
    if (!frame.ok) throw new Error(frame.problem);
    const message = applies ? validated(frame.value) : (frame.value as ServerMessage);
    switch (message.type) {
      case 'welcome':
        this.#send({ type: 'subscribe', run: RUN.id, ...(after && { after }) });
        break;
      case 'snapshot':
        if (applies) {
          this.#state = message.state;
          known = message;
        }
        this.#reach(message.offset);
        break;
      case 'resumed':
        this.isResumed = true;
        this.#reach(message.offset);
        break;
      case 'delta': {
        if (message.offset !== this.#offset + 1)
          throw new Error(`expected offset ${this.#offset + 1}, got ${message.offset}`);
        if (applies && this.#state) this.#state = apply(this.#state, message.delta);
        arrived(message.offset, receivedMillis);
        this.#reach(message.offset);
        break;
      }
      case 'progress':
      case 'runs':
        break;
      case 'resync':
        throw new Error(`expected no resync, got one: ${message.reason}`);
    }
  }

  #reach(offset: number): void {
    this.#offset = offset;
    if (offset === this.#request.until) this.#joined(clockMillis() - this.#begun);
  }

  #send(message: ClientMessage): void {
    this.#socket.send(encoded(message, this.#request.encoding));
  }
}

function validated(value: unknown): ServerMessage {
  const parsed = serverMessageFrom(value);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.message;
}

function arrived(offset: number, receivedMillis: number): void {
  const arrival = arrivals.get(offset) ?? { viewers: 0, receivedMillis, decodedMillis: 0 };
  arrival.viewers += 1;
  arrival.receivedMillis = receivedMillis;
  arrival.decodedMillis = clockMillis();
  arrivals.set(offset, arrival);
}

async function join(request: JoinRequest): Promise<void> {
  const joining: Promise<number>[] = [];
  const viewers: BenchViewer[] = [];
  for (let index = 0; index < request.count; index += 1) {
    const joined = new Promise<number>((resolve) => viewers.push(new BenchViewer(request, resolve)));
    joining.push(joined);
    if (request.together) continue;
    await joined;
    if (!request.stay) viewers[index].leave();
  }
  const millis = await Promise.all(joining);
  const resumed = viewers.filter(({ isResumed }) => isResumed).length;
  if (request.stay) {
    staying = [...staying, ...viewers];
    cpuBefore = process.cpuUsage();
  } else for (const viewer of viewers) viewer.leave();
  say({ type: 'joined', millis, snapshots: viewers.length - resumed, resumed });
}

function report(offsets: readonly number[]): void {
  const all = offsets.map((offset) => arrivals.get(offset));
  if (!all.every((arrival) => arrival?.viewers === staying.length)) {
    setImmediate(report, offsets);
    return;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  say({
    type: 'report',
    cpuSeconds: (user + system) / 1e6,
    receivedMillis: all.map((arrival) => arrival?.receivedMillis ?? 0),
    decodedMillis: all.map((arrival) => arrival?.decodedMillis ?? 0),
    bytesReceived,
  });
  arrivals.clear();
  bytesReceived = 0;
}

process.on('message', (request: ViewersRequest) => {
  if (request.type === 'join') void join(request);
  else if (request.type === 'report') report(request.offsets);
  else {
    for (const viewer of staying) viewer.leave();
    staying = [];
    say({ type: 'left' });
  }
});
process.on('disconnect', () => process.exit());

function say(reply: ViewersReply): void {
  process.send?.(reply);
}
