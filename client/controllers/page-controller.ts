/**
 * What a dashboard does that owns its page: the address names its run (`?run=`) and carries a token (`#token=`), the
 * choice of colours is remembered on this machine, the window is named after the run.
 *
 * A token is taken out of the address as soon as it stands there, so that it is neither on show nor in the history; in an
 * open page a person may paste an address with another one.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { tokenInHash } from '../addresses.ts';
import { recalled, remember } from '../memory.ts';
import { setHomeServer } from '../servers.ts';
import type { Theme } from './scheme-controller.ts';

const THEME_KEY = 'phasewatch-scheme';

type Host = ReactiveControllerHost & {
  readonly page: boolean;
  run: string | null;
  token: string | null;
  theme: Theme | null;
};

export class PageController implements ReactiveController {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    if (!this.#host.page) return;
    setHomeServer(location.href);
    this.#host.run = new URL(location.href).searchParams.get('run');
    this.#host.theme = rememberedTheme();
    this.#takeToken();
    this.#paint();
    window.addEventListener('hashchange', this.#takeToken);
  }

  hostDisconnected(): void {
    window.removeEventListener('hashchange', this.#takeToken);
  }

  chooseTheme(theme: Theme): void {
    this.#host.theme = theme;
    if (!this.#host.page) return;
    this.#paint();
    remember(THEME_KEY, theme);
  }

  /** For as long as the page is open. */
  takeTheme(theme: Theme): void {
    this.#host.theme = theme;
    if (this.#host.page) this.#paint();
  }

  /** The address of the page says which run is watched. */
  showRun(run: string): void {
    if (!this.#host.page) return;
    const address = new URL(location.href);
    address.searchParams.set('run', run);
    history.replaceState(history.state, '', address.href);
  }

  /** @param name of the run, null while none is known */
  title(name: string | null): void {
    if (this.#host.page) document.title = name === null ? 'phasewatch' : `${name} · phasewatch`;
  }

  #paint(): void {
    const { theme } = this.#host;
    document.documentElement.style.colorScheme = theme === 'light' || theme === 'dark' ? theme : 'light dark';
  }

  readonly #takeToken = () => {
    const { token, rest } = tokenInHash(location.hash);
    if (token === null) return;
    history.replaceState(history.state, '', rest === '' ? location.pathname + location.search : `#${rest}`);
    this.#host.token = token;
  };
}

function rememberedTheme(): Theme {
  const theme = recalled(THEME_KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}
