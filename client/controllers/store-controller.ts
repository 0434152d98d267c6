/**
 * Renders its host after changes of a store, at most once a frame: a run that is caught up with sends hundreds of
 * deltas a second, and a page in the background gets no frames and does no work.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Store } from '../store.ts';

export class StoreController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #store: Store;
  #frame: number | null = null;
  #unsubscribe: (() => void) | null = null;

  constructor(host: ReactiveControllerHost, store: Store) {
    this.#host = host;
    this.#store = store;
    host.addController(this);
  }

  hostConnected(): void {
    this.#unsubscribe = this.#store.subscribe(() => {
      this.#frame ??= requestAnimationFrame(() => {
        this.#frame = null;
        this.#host.requestUpdate();
      });
    });
    this.#store.open();
    window.addEventListener('online', this.#online);
  }

  hostDisconnected(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#store.close();
    window.removeEventListener('online', this.#online);
  }

  readonly #online = () => this.#store.retryNow();
}
