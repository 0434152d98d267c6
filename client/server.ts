/**
 * A server as a source of runs: one wire, one session, and a store for each run that somebody looks at. A store is open
 * while it is acquired; what it holds of a run that nobody looks at any more is forgotten.
 */
import { addressesOf } from './addresses.ts';
import { fetchGraph } from './graphs.ts';
import { Session } from './session.ts';
import { sharedWires } from './shared-wire.ts';
import { type OpenSocket, openWebSocket } from './socket.ts';
import { Store } from './store.ts';
import type { RunSource, WatchedRun } from './watched-run.ts';
import { wiresOver } from './wire.ts';

export type ServerOptions = {
  /** Address of its dashboard. */
  readonly site: string;
  /** Whether the page that this runs in is the server's own. */
  readonly isOwnPage: boolean;
  readonly fetch?: (address: string, init: RequestInit) => Promise<Response>;
  readonly open?: OpenSocket;
};

type Held = { readonly store: Store; readonly asked: string | null; users: number };

export class Server implements RunSource {
  readonly address: string;
  readonly session: Session;
  readonly #make: (run: string | null) => Store;
  readonly #held = new Set<Held>();

  constructor({
    site,
    isOwnPage,
    fetch: ask = (address, init) => fetch(address, init),
    open,
  }: ServerOptions) {
    const addresses = addressesOf(site);
    const session = new Session({
      session: isOwnPage ? addresses.session : null,
      runs: addresses.runs,
      fetch: ask,
    });
    const openWire = sharedWires(wiresOver(open ?? openWebSocket));
    this.address = addresses.site;
    this.session = session;
    this.#make = (run) =>
      new Store({
        address: addresses.stream,
        run,
        openWire,
        access: session,
        fetchGraph: (id, checkpoint) => fetchGraph(session.request(addresses.graph(id, checkpoint))),
      });
  }

  acquire(run: string | null): WatchedRun {
    const found = [...this.#held].find(
      ({ asked, store }) => asked === run || (run !== null && store.run === run),
    );
    if (found !== undefined) {
      found.users += 1;
      return found.store;
    }
    const store = this.#make(run);
    this.#held.add({ store, asked: run, users: 1 });
    store.open();
    return store;
  }

  release(run: WatchedRun): void {
    const held = [...this.#held].find(({ store }) => store === run);
    if (held === undefined) return;
    held.users -= 1;
    if (held.users > 0) return;
    this.#held.delete(held);
    held.store.close();
  }

  /** Where it waits to try again, it does so now. */
  retryNow(): void {
    for (const { store } of this.#held) store.retryNow();
  }

  /** The stream is opened again with it. */
  enter(token: string): void {
    if (token === this.session.token) return;
    this.session.take(token);
    for (const { store } of this.#held) store.open();
  }
}
