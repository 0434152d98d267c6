/**
 * `<phasewatch-train>`: a button that asks the server for a training with another seed, beside those that it runs. The
 * run that comes of it is shown in the charts beside the one that is watched, where there is room.
 *
 * Property: `feed`. Parts: `said`.
 */
import { css, html, LitElement, type nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import * as v from 'valibot';
import type { Feed } from '../feed/feed.ts';
import { RUNS_SHOWN_MAX, runsShown } from '../view/runs-shown.ts';

/** That a training has begun need not be read for longer: the list of runs has it. */
const SAID_MILLIS = 6000;

const Started = v.object({ run: v.string(), seed: v.number() });

/** A button that asks for a training with another seed. */
@customElement('phasewatch-train')
export class PhasewatchTrain extends LitElement {
  static override readonly styles = css`
    :host { display: inline-flex; flex-wrap: wrap; align-items: baseline; gap: 2px 8px; font-size: 11.5px; color: var(--phasewatch-ink-soft); }
    button {
      all: unset; box-sizing: border-box; min-height: 22px; cursor: pointer; font-weight: 550; line-height: 18px; padding: 2px 8px; border-radius: 5px; white-space: nowrap;
      box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong);
    }
    button:hover { background: var(--phasewatch-hover); }
    button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
    button[aria-disabled='true'] { color: var(--phasewatch-ink-faint); cursor: default; }
    .refused { color: var(--phasewatch-bad); overflow-wrap: anywhere; }
  `;

  @property({ attribute: false }) feed: Feed | null = null;
  @state() private isAsking = false;
  @state() private said: { readonly text: string; readonly isRefused: boolean } | null = null;

  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.said = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { said } = this;
    return html`<button data-testid="train" aria-disabled=${this.isAsking} title="Trains the same model with another seed beside this one, to compare them" @click=${this.#train}>Train another seed</button>
      <span part="said" role="status" class=${said?.isRefused ? 'refused' : ''}>${said?.text ?? ''}</span>`;
  }

  readonly #train = async () => {
    const { feed } = this;
    if (this.isAsking || feed === null) return;
    clearTimeout(this.#timer);
    this.isAsking = true;
    this.said = null;
    try {
      this.said = await this.#ask(feed);
    } catch {
      this.said = { text: 'The server cannot be reached; try again.', isRefused: true };
    }
    this.isAsking = false;
    if (this.said?.isRefused === false)
      this.#timer = setTimeout(() => {
        this.said = null;
      }, SAID_MILLIS);
  };

  async #ask(feed: Feed) {
    const { address, session } = feed.source;
    if (address === null || session === undefined) return null;
    // Rule H-11 of protocol/SPEC.md.
    const response = await session.request(new URL('api/trainings', address).href, 'POST');
    if (!response.ok) return { text: (await response.text()).trim(), isRefused: true };
    const { run, seed } = v.parse(Started, await response.json());
    const { others } = runsShown(feed.look.runs, feed.run, feed.runs);
    if (others.length < RUNS_SHOWN_MAX - 1) feed.lookAt({ runs: [...others, run].join(',') });
    return { text: `Seed ${seed} is being trained.`, isRefused: false };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-train': PhasewatchTrain;
  }
}
