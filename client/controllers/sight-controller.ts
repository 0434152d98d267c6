/**
 * Whether its host is in sight, or nearly: what is not need not be drawn. The host is rendered when it comes into sight.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Far enough that what is scrolled into sight is drawn by then. */
const MARGIN = '200px';

export class SightController implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  #isInSight = false;
  #observer: IntersectionObserver | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  get isInSight(): boolean {
    return this.#isInSight;
  }

  hostConnected(): void {
    this.#observer = new IntersectionObserver(
      (entries) => {
        const isInSight = entries.at(-1)?.isIntersecting ?? false;
        if (isInSight && !this.#isInSight) this.#host.requestUpdate();
        this.#isInSight = isInSight;
      },
      { rootMargin: MARGIN },
    );
    this.#observer.observe(this.#host);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#isInSight = false;
  }
}
