/**
 * Elements that are loaded when they are first looked at, so that what is seen at the start is light.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export type LazyStanding = 'here' | 'loading' | 'failed';

export class LazyController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #standings = new Map<string, LazyStanding>();

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  /** How an element stands; what is not here is loaded by this call. */
  want(element: string, load: () => Promise<unknown>): LazyStanding {
    if (customElements.get(element) !== undefined) return 'here';
    const before = this.#standings.get(element);
    if (before !== undefined) return before;
    const settled = (standing: LazyStanding) => () => {
      this.#standings.set(element, standing);
      this.#host.requestUpdate();
    };
    this.#standings.set(element, 'loading');
    load().then(settled('here'), settled('failed'));
    return 'loading';
  }

  /** Forgets what could not be loaded. */
  retry(element: string): void {
    this.#standings.delete(element);
    this.#host.requestUpdate();
  }
}
