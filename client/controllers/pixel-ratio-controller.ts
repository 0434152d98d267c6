/**
 * Device pixels per CSS pixel, and the host rendered again when that changes: another zoom, another screen. A media query
 * says only that one ratio has ended, so each has its own.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class PixelRatioController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #query: MediaQueryList | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get ratio(): number {
    return window.devicePixelRatio || 1;
  }

  hostConnected(): void {
    this.#query = matchMedia(`(resolution: ${this.ratio}dppx)`);
    this.#query.addEventListener('change', this.#changed);
  }

  hostDisconnected(): void {
    this.#query?.removeEventListener('change', this.#changed);
    this.#query = null;
  }

  readonly #changed = () => {
    this.hostDisconnected();
    this.hostConnected();
    this.#host.requestUpdate();
  };
}
