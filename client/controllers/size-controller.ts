/**
 * The size of one element of its host, in whole CSS pixels. A size without area (a hidden tab, a folded panel) is not
 * reported: the last real one stays, since neither a canvas nor a chart can be drawn into nothing.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export type Size = { readonly width: number; readonly height: number };

export class SizeController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #select: () => Element | null;
  #observed: Element | null = null;
  #size: Size | null = null;
  readonly #observer = new ResizeObserver((entries) => {
    for (const { contentRect } of entries) this.#measured(contentRect.width, contentRect.height);
  });

  /** `select` finds the element in the rendered host. */
  constructor(host: ReactiveControllerHost, select: () => Element | null) {
    this.#host = host;
    this.#select = select;
    host.addController(this);
  }

  /** `null` until the element has had an area. */
  get size(): Size | null {
    return this.#size;
  }

  hostUpdated(): void {
    const element = this.#select();
    if (element === this.#observed) return;
    this.#observer.disconnect();
    this.#observed = element;
    if (element) this.#observer.observe(element);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
    this.#observed = null;
  }

  #measured(width: number, height: number): void {
    const size = { width: Math.floor(width), height: Math.floor(height) };
    if (size.width === 0 || size.height === 0) return;
    if (size.width === this.#size?.width && size.height === this.#size.height) return;
    this.#size = size;
    this.#host.requestUpdate();
  }
}
