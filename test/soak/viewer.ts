/**
 * A viewer: the dashboard's own store and connection over a real socket, in one of the two encodings, that can be made
 * to read nothing for a while or to vanish without a word.
 */
import '../../client/binary.ts';
import * as v from 'valibot';
import { WebSocket } from 'ws';
import { sharedWires } from '../../client/shared-wire.ts';
import type { Frame, OpenSocket } from '../../client/socket.ts';
import { Store } from '../../client/store.ts';
import { wiresOver } from '../../client/wire.ts';
import type { Encoding } from '../../protocol/encoding.ts';
import { Graph } from '../../protocol/state.ts';
import { SUBPROTOCOLS } from '../../protocol/version.ts';
import { Broken } from './broken.ts';
import { ask } from './process.ts';
import { Tap } from './tap.ts';
import type { Witness } from './witness.ts';

const GRAPH_MILLIS_MAX = 10_000;

export type ViewerOptions = {
  readonly name: string;
  readonly port: number;
  readonly encoding: Encoding;
  /** Null: the first one of the server. */
  readonly run: string | null;
  readonly witness: Witness;
  readonly onBroken: (broken: Broken) => void;
};

export class Viewer {
  readonly name: string;
  readonly tap: Tap;
  readonly #options: ViewerOptions;
  readonly #make: (run: string | null) => Store;
  #store: Store;
  #socket: WebSocket | null = null;
  #isStalled = false;

  constructor(options: ViewerOptions) {
    const { name, port, encoding, run, witness } = options;
    this.name = name;
    this.#options = options;
    this.tap = new Tap(name, encoding, witness);
    const openWire = sharedWires(wiresOver((...words) => this.#open(...words)));
    this.#make = (of) =>
      new Store({
        address: `ws://127.0.0.1:${port}/stream`,
        run: of,
        openWire,
        access: { token: null, enter: () => null, refusal: async () => null },
        fetchGraph: (id, checkpoint) => graphOver(port, id, checkpoint.id, checkpoint.branch),
      });
    this.#store = this.#make(run);
    this.#store.open();
  }

  /** Of the run that is watched. */
  get store(): Store {
    return this.#store;
  }

  /** Over the same socket. */
  watch(run: string): void {
    if (run === this.#store.run) return;
    const before = this.#store;
    this.#store = this.#make(run);
    this.#store.open();
    before.close();
  }

  get isStalled(): boolean {
    return this.#isStalled;
  }

  stall(): void {
    this.#isStalled = true;
    this.#socket?.pause();
  }

  read(): void {
    this.#isStalled = false;
    this.#socket?.resume();
  }

  /** As a machine that goes to sleep or a cable that is pulled: the store notices later and comes back by itself. */
  vanish(): void {
    this.read();
    this.#socket?.terminate();
  }

  leave(): void {
    this.store.close();
    this.#socket?.terminate();
  }

  readonly #open: OpenSocket = (address, subprotocols, events) => {
    const { encoding } = this.#options;
    const offered = subprotocols.filter((subprotocol) => subprotocol === SUBPROTOCOLS[encoding]);
    const socket = new WebSocket(address, offered);
    let isLeft = false;
    // What comes after the store has left a socket is nothing to it.
    const isPresent = () => socket === this.#socket && !isLeft;
    this.#socket = socket;
    this.#isStalled = false;
    this.tap.reset();
    socket.on('open', () => events.opened(socket.protocol));
    socket.on('message', (data: Buffer, isBinary) => {
      const frame: Frame = isBinary ? new Uint8Array(data) : data.toString('utf8');
      if (isPresent()) this.#watched(() => this.tap.received(frame));
      events.frame(frame);
      if (isPresent()) this.#watched(() => this.#checkCounts());
    });
    socket.on('close', (code, reason) => {
      if (socket === this.#socket) this.tap.reset();
      events.closed(code, reason.toString('utf8'));
    });
    socket.on('error', () => {});
    return {
      send: (frame) => {
        if (isPresent()) this.#watched(() => this.tap.sent(frame));
        if (socket.readyState === socket.OPEN) socket.send(frame);
      },
      close: (code, reason) => {
        isLeft = true;
        socket.close(code, reason);
      },
    };
  };

  /** A viewer begins anew where the server says so, and never for a reason of its own (S-3). */
  #checkCounts(): void {
    const { resyncs } = this.store;
    const told = this.tap.counts.resyncs;
    if (resyncs !== told)
      throw new Broken(
        'never out of step (S-3)',
        `${this.name} began anew ${resyncs} times, was told to ${told}`,
      );
  }

  #watched(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.#options.onBroken(error);
    }
  }
}

export async function graphOver(
  port: number,
  run: string,
  checkpoint: string,
  branch: number | null,
): Promise<Graph> {
  const query = branch === null ? '' : `?branch=${branch}`;
  const path = `/api/runs/${encodeURIComponent(run)}/checkpoints/${checkpoint}/graph${query}`;
  const { status, body } = await ask(port, path, GRAPH_MILLIS_MAX);
  if (status !== 200) throw new Broken('every graph can be had (H-2)', `${path} answers ${status}: ${body}`);
  return v.parse(Graph, JSON.parse(body));
}
