/**
 * Light, dark or forced colours, as CSS decides it for the host: by its `theme`, else by the page's `color-scheme`.
 *
 * Canvases do not follow by themselves: the host is rendered again when the answer may have changed (the system's wish, an
 * attribute of the page's root or body, as theme switches set them), and `version` says that colours are to be read anew.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export type Scheme = 'light' | 'dark';
/** `auto`: as the system says. */
export type Theme = Scheme | 'auto';

type Host = ReactiveControllerHost & HTMLElement & { readonly theme: Theme | null };

export class SchemeController implements ReactiveController {
  readonly #host: Host;
  #version = 0;
  #leave: (() => void) | null = null;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  get scheme(): Scheme {
    const { theme } = this.#host;
    if (theme === 'light' || theme === 'dark') return theme;
    const allowed = theme === 'auto' ? 'light dark' : getComputedStyle(this.#host).colorScheme;
    if (!allowed.includes('dark')) return 'light';
    return allowed.includes('light') && !matchMedia('(prefers-color-scheme: dark)').matches
      ? 'light'
      : 'dark';
  }

  get isForced(): boolean {
    return matchMedia('(forced-colors: active)').matches;
  }

  /** Another one whenever colours may be others. */
  get version(): string {
    return `${this.scheme} ${this.isForced} ${this.#version}`;
  }

  hostConnected(): void {
    const changed = () => {
      this.#version += 1;
      this.#host.requestUpdate();
    };
    const queries = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
      matchMedia(query),
    );
    for (const query of queries) query.addEventListener('change', changed);
    const page = new MutationObserver(changed);
    const { documentElement, body } = this.#host.ownerDocument;
    for (const root of [documentElement, body])
      if (root)
        page.observe(root, { attributeFilter: ['class', 'style', 'data-theme', 'data-bs-theme', 'theme'] });
    this.#leave = () => {
      for (const query of queries) query.removeEventListener('change', changed);
      page.disconnect();
    };
  }

  hostDisconnected(): void {
    this.#leave?.();
    this.#leave = null;
  }
}
