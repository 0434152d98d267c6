/**
 * Which metrics are shown: what a person chose, as this machine remembers it, else the overview. What a link says
 * (`address-controller.ts`) is taken over without being remembered; a dashboard in a page of somebody else remembers nothing.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { recalled, remember } from '../memory.ts';
import { choiceFrom, choiceText, type MetricChoice } from '../view/metric-choice.ts';

const KEY = 'phasewatch-metrics';
const OVERVIEW: MetricChoice = { scope: 'overview', chosen: new Set() };

type Host = ReactiveControllerHost & { readonly page: boolean };

export class MetricChoiceController implements ReactiveController {
  readonly #host: Host;
  #choice: MetricChoice = OVERVIEW;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  get choice(): MetricChoice {
    return this.#choice;
  }

  choose(choice: MetricChoice): void {
    this.take(choice);
    if (this.#host.page) remember(KEY, choiceText(choice));
  }

  /** For as long as the page is open. */
  take(choice: MetricChoice): void {
    this.#choice = choice;
    this.#host.requestUpdate();
  }

  hostConnected(): void {
    if (this.#host.page) this.#choice = choiceFrom(recalled(KEY)) ?? OVERVIEW;
  }
}
