/**
 * Takes a token out of the address as soon as it stands there, so that it is neither on show nor in the history, and
 * hands it to the session. In an open page, to which a person has pasted the address with a token, it opens the stream
 * again with it.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type Session, tokenInHash } from '../session.ts';
import type { Store } from '../store.ts';

export class SessionController implements ReactiveController {
  readonly #session: Session;
  readonly #store: Store;

  /** To be made before what opens the store, which needs the token. */
  constructor(host: ReactiveControllerHost, session: Session, store: Store) {
    this.#session = session;
    this.#store = store;
    this.#take();
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('hashchange', this.#followAddress);
  }

  hostDisconnected(): void {
    window.removeEventListener('hashchange', this.#followAddress);
  }

  readonly #followAddress = () => {
    if (this.#take()) this.#store.open();
  };

  #take(): boolean {
    const { token, rest } = tokenInHash(location.hash);
    if (token === null) return false;
    history.replaceState(history.state, '', rest === '' ? location.pathname + location.search : `#${rest}`);
    this.#session.take(token);
    return true;
  }
}
