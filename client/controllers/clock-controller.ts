/**
 * Renders its host every half second while `ticking` says so, for words that count down.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const TICK_MILLIS = 500;

export class ClockController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #ticking: () => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, ticking: () => boolean) {
    this.#host = host;
    this.#ticking = ticking;
    host.addController(this);
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    if (this.#ticking()) this.#timer = setTimeout(() => this.#host.requestUpdate(), TICK_MILLIS);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }
}
