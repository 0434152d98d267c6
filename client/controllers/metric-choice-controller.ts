/**
 * Which metrics are shown: as the address says, else as this machine remembers, else the overview. A choice is written
 * to both, so that an address can be passed on; a change of the address (back, a pasted one) is followed.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { choiceFrom, choiceInHash, choiceText, hashWith, type MetricChoice } from '../view/metric-choice.ts';

const KEY = 'phasewatch-metrics';
const OVERVIEW: MetricChoice = { scope: 'overview', chosen: new Set() };

export class MetricChoiceController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #choice: MetricChoice = choiceInHash(location.hash) ?? choiceFrom(remembered()) ?? OVERVIEW;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get choice(): MetricChoice {
    return this.#choice;
  }

  choose(choice: MetricChoice): void {
    this.#choice = choice;
    try {
      localStorage.setItem(KEY, choiceText(choice));
    } catch {
      // Storage may be forbidden or full; the choice then lasts as long as the page.
    }
    const hash = hashWith(location.hash, choice);
    history.replaceState(history.state, '', hash === '' ? location.pathname + location.search : `#${hash}`);
    this.#host.requestUpdate();
  }

  hostConnected(): void {
    window.addEventListener('hashchange', this.#followAddress);
  }

  hostDisconnected(): void {
    window.removeEventListener('hashchange', this.#followAddress);
  }

  readonly #followAddress = () => {
    this.#choice = choiceInHash(location.hash) ?? OVERVIEW;
    this.#host.requestUpdate();
  };
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
