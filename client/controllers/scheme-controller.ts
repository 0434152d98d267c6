/**
 * Light or dark: the system's wish until the person chooses, then theirs, remembered on this machine where it may be.
 *
 * The choice is written to the page's root as `color-scheme`; every colour of theme.css follows by `light-dark()`.
 * Canvases do not follow by themselves: hosts pass `scheme` on to them.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export type Scheme = 'light' | 'dark';
export type SchemeChoice = Scheme | 'system';

const KEY = 'phasewatch-scheme';
const NEXT: Readonly<Record<SchemeChoice, SchemeChoice>> = { system: 'light', light: 'dark', dark: 'system' };

export class SchemeController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  #choice: SchemeChoice = remembered();

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
    this.#show();
  }

  get choice(): SchemeChoice {
    return this.#choice;
  }

  get scheme(): Scheme {
    if (this.#choice !== 'system') return this.#choice;
    return this.#dark.matches ? 'dark' : 'light';
  }

  next(): void {
    this.#choice = NEXT[this.#choice];
    try {
      localStorage.setItem(KEY, this.#choice);
    } catch {
      // Storage may be forbidden, in an embedded page for one; the choice then lasts as long as the page.
    }
    this.#show();
    this.#host.requestUpdate();
  }

  hostConnected(): void {
    this.#dark.addEventListener('change', this.#changed);
  }

  hostDisconnected(): void {
    this.#dark.removeEventListener('change', this.#changed);
  }

  #show(): void {
    document.documentElement.style.colorScheme = this.#choice === 'system' ? 'light dark' : this.#choice;
  }

  readonly #changed = () => this.#host.requestUpdate();
}

function remembered(): SchemeChoice {
  try {
    const choice = localStorage.getItem(KEY);
    return choice === 'light' || choice === 'dark' ? choice : 'system';
  } catch {
    return 'system';
  }
}
