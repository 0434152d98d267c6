/**
 * `<phasewatch-chooser>`: the catalogue of metrics as a list to tick, each with what it says and where it comes from.
 *
 * Properties: `chosen` (ids of the panels that are ticked), `available` (those that have a sample).
 * Event: `phasewatch-choose`. Parts: `group`, `metric`.
 */
import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { aboutPanel } from '../view/about-panel.ts';
import { isTrainers, PANEL_GROUPS, type Panel, panelNamed } from '../view/panels.ts';
import { chooseEvent } from './events.ts';

const NONE: ReadonlySet<string> = new Set();

/**
 * The catalogue of metrics as a list to tick.
 *
 * @fires phasewatch-choose - other metrics are to be shown; cancelable
 * @csspart group
 * @csspart metric
 */
@customElement('phasewatch-chooser')
export class PhasewatchChooser extends LitElement {
  static override readonly styles = css`
    :host { display: block; font-size: 12px; color: var(--phasewatch-ink-soft); }
    fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
    legend { padding: 8px 0 3px; font-size: 11px; font-weight: 600; color: var(--phasewatch-ink-faint); }
    fieldset:first-child legend { padding-top: 0; }
    label { display: grid; grid-template-columns: 18px 1fr; gap: 0 5px; padding: 4px 6px; margin: 0 -6px; border-radius: 6px; cursor: pointer; align-items: baseline; }
    label:hover { background: var(--phasewatch-hover); }
    input { margin: 0; accent-color: var(--phasewatch-accent); align-self: center; }
    input:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 1px; }
    b { font-weight: 600; color: var(--phasewatch-ink); }
    .none { font-weight: 400; color: var(--phasewatch-ink-faint); margin-left: 6px; }
    .words { grid-column: 2; text-wrap: pretty; line-height: 1.4; }
    .source { grid-column: 2; font-size: 11px; color: var(--phasewatch-ink-faint); }
  `;

  @property({ attribute: false }) chosen: ReadonlySet<string> = NONE;
  @property({ attribute: false }) available: ReadonlySet<string> = NONE;

  protected override render(): TemplateResult {
    const logged = [...this.available].filter(isTrainers).flatMap((id) => panelNamed(id) ?? []);
    const groups = [
      ...PANEL_GROUPS,
      ...(logged.length > 0 ? [{ label: 'What the trainer logged', panels: logged }] : []),
    ];
    return html`${groups.map(
      ({ label, panels }) =>
        html`<fieldset part="group"><legend>${label}</legend>${panels.map((panel) => this.#metric(panel))}</fieldset>`,
    )}`;
  }

  #metric(panel: Panel): TemplateResult {
    const { id, label } = panel;
    const { text, source } = aboutPanel(panel);
    return html`<label part="metric" data-metric=${id}>
      <input type="checkbox" .checked=${this.chosen.has(id)} @change=${() => this.#toggle(id)} />
      <span><b>${label}</b>${this.available.has(id) ? '' : html`<span class="none">no sample yet</span>`}</span>
      <span class="words">${text}</span>
      <span class="source">${source}</span>
    </label>`;
  }

  #toggle(id: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    this.dispatchEvent(chooseEvent({ scope: 'chosen', chosen }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-chooser': PhasewatchChooser;
  }
}
