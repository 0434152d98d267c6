/**
 * `<phasewatch-runs>`: the other runs of a feed's server as a list to tick, to be shown in its charts beside its own, and
 * what they are in line by.
 *
 * Property: `feed`. Parts: `run`.
 */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Feed } from '../feed/feed.ts';
import type { Alignment } from '../feed/look.ts';
import { RUNS_SHOWN_MAX, runsShown } from '../view/runs-shown.ts';

const ALIGNMENTS: readonly { readonly value: Alignment; readonly label: string }[] = [
  { value: 'step', label: 'by step' },
  { value: 'tokens', label: 'by tokens' },
];

@customElement('phasewatch-runs')
export class PhasewatchRuns extends LitElement {
  static override readonly styles = css`
    :host { display: block; font-size: 12px; color: var(--phasewatch-ink-soft); }
    fieldset { border: 0; margin: 0 0 8px; padding: 0; min-width: 0; }
    legend { padding: 0 0 3px; font-size: 11px; font-weight: 600; color: var(--phasewatch-ink-faint); }
    label { display: flex; gap: 7px; align-items: center; padding: 4px 6px; margin: 0 -6px; border-radius: 6px; cursor: pointer; overflow-wrap: anywhere; }
    label:hover { background: var(--phasewatch-hover); }
    input { margin: 0; accent-color: var(--phasewatch-accent); }
    input:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
    .align { display: flex; gap: 12px; }
    p { margin: 0; font-size: 11px; color: var(--phasewatch-ink-faint); text-wrap: pretty; }
  `;

  @property({ attribute: false }) feed: Feed | null = null;
  #leave: (() => void) | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave?.();
    this.#leave = null;
  }

  protected override willUpdate(): void {
    this.#leave?.();
    this.#leave = this.feed?.subscribe(() => this.requestUpdate()) ?? null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { feed } = this;
    if (feed === null) return nothing;
    const { look, runs, run } = feed;
    const { others } = runsShown(look.runs, run, runs);
    return html`<fieldset><legend>Beside this run</legend>${runs
      .filter(({ id }) => id !== run)
      .map(
        ({ id, name }) => html`<label part="run" data-run=${id}>
          <input type="checkbox" .checked=${others.includes(id)} ?disabled=${!others.includes(id) && others.length >= RUNS_SHOWN_MAX - 1} @change=${() => this.#toggle(feed, others, id)} />${name}</label>`,
      )}</fieldset>
    <fieldset><legend>In line</legend><div class="align">${ALIGNMENTS.map(
      ({ value, label }) => html`<label data-align=${value}>
        <input type="radio" name="align" .checked=${look.align === value} @change=${() => feed.lookAt({ align: value })} />${label}</label>`,
    )}</div></fieldset>
    <p>A chart shows up to ${RUNS_SHOWN_MAX} runs.</p>`;
  }

  #toggle(feed: Feed, others: readonly string[], id: string): void {
    const runs = others.includes(id) ? others.filter((other) => other !== id) : [...others, id];
    feed.lookAt({ runs: runs.length > 0 ? runs.join(',') : null });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-runs': PhasewatchRuns;
  }
}
