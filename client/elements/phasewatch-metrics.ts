/**
 * `<phasewatch-metrics>`: the charts of a run as small multiples under one step axis.
 *
 * Properties: `checkpoints`, `focusStep`, `scheme`. Attributes: `axis` (`linear`, `asinh`), `scope` (`overview`, `all`).
 * The charts' `phasewatch-select` passes through. Parts: `toolbar`, `grid`.
 */
import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Checkpoint } from '../../protocol/state.ts';
import type { Scheme } from '../controllers/scheme-controller.ts';
import type { StepAxis } from '../view/axis.ts';
import { type Panel, type PanelScope, panelsOf } from '../view/panels.ts';
import type { HoverDetail } from './events.ts';
import './phasewatch-chart.ts';

type Choice<T> = { readonly value: T; readonly label: string; readonly title: string };

const AXES: readonly Choice<StepAxis>[] = [
  { value: 'linear', label: 'linear', title: 'Steps on a linear axis' },
  {
    value: 'asinh',
    label: 'log (asinh)',
    title: 'Steps on an asinh axis: logarithmic, and linear near 0, so that step 0 has a place',
  },
];
const SCOPES: readonly Choice<PanelScope>[] = [
  { value: 'overview', label: 'overview', title: 'The metrics to begin with' },
  { value: 'all', label: 'all', title: 'Every metric of the catalogue that this run has a sample of' },
];

@customElement('phasewatch-metrics')
export class PhasewatchMetrics extends LitElement {
  static override readonly styles = css`
    :host { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
    .toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; padding: 7px 12px 7px 14px; border-bottom: 1px solid var(--phasewatch-border); }
    h2 { margin: 0; font-size: 12px; font-weight: 600; }
    .hint { color: var(--phasewatch-ink-faint); font-size: 12px; margin-right: auto; }
    .switch { display: inline-flex; border-radius: 6px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); overflow: hidden; }
    button { all: unset; cursor: pointer; padding: 2px 9px; font-size: 12px; color: var(--phasewatch-ink-soft); }
    button[aria-pressed='true'] { background: var(--phasewatch-selected); color: var(--phasewatch-accent); font-weight: 550; }
    button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
    .grid {
      flex: 1; display: grid; grid-template-columns: minmax(0, 1fr); grid-auto-rows: minmax(140px, 1fr); gap: 1px;
      background: var(--phasewatch-border); min-height: 0; overflow-y: auto; scrollbar-width: thin;
      scrollbar-color: var(--phasewatch-border-strong) transparent;
    }
    /* The last cell of an odd number of panels. */
    .grid::after { content: ''; background: var(--phasewatch-panel); }
    .grid.even::after { content: none; }
    @media (min-width: 620px) { .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); } .wide { grid-column: 1 / -1; } }
    @media (max-width: 619px) { .grid::after { content: none; } }
    @media (min-width: 1100px) { .grid { grid-auto-rows: minmax(118px, 1fr); } }
  `;

  @property({ attribute: false }) checkpoints: readonly Checkpoint[] = [];
  @property({ attribute: false }) focusStep: number | null = null;
  @property({ attribute: false }) scheme: Scheme = 'light';
  @property() axis: StepAxis = 'linear';
  @property() scope: PanelScope = 'overview';
  /** Step under the cursor of the charts. */
  @state() private hoveredStep: number | null = null;

  protected override render(): TemplateResult {
    const panels = panelsOf(this.scope, this.checkpoints);
    const step = this.hoveredStep;
    const cells = panels.filter((panel) => !isWide(panel)).length;
    return html`
      <div class="toolbar" part="toolbar">
        <h2>Metrics</h2>
        <span class="hint">${step === null ? 'over training steps' : `at step ${step.toLocaleString('en-GB')}`}</span>
        <span class="switch" role="group" aria-label="Which metrics">
          ${SCOPES.map(({ value, label, title }) => this.#button(label, title, value === this.scope, () => this.#show(value)))}
        </span>
        <span class="switch" role="group" aria-label="Step axis">
          ${AXES.map(({ value, label, title }) => this.#button(label, title, value === this.axis, () => this.#scale(value)))}
        </span>
      </div>
      <div class="grid ${cells % 2 === 0 ? 'even' : ''}" part="grid" @phasewatch-hover=${this.#hovered}>
        ${repeat(
          panels,
          ({ id }) => id,
          (
            panel,
          ) => html`<phasewatch-chart class=${isWide(panel) ? 'wide' : ''} .panel=${panel} .axis=${this.axis}
            .checkpoints=${this.checkpoints} .focusStep=${this.focusStep} .scheme=${this.scheme}></phasewatch-chart>`,
        )}
      </div>
    `;
  }

  #button(label: string, title: string, pressed: boolean, press: () => void): TemplateResult {
    return html`<button data-choice=${label} aria-pressed=${pressed} title=${title} @click=${press}>${label}</button>`;
  }

  #show(scope: PanelScope): void {
    this.scope = scope;
  }

  #scale(axis: StepAxis): void {
    this.axis = axis;
  }

  readonly #hovered = (event: CustomEvent<HoverDetail>) => {
    this.hoveredStep = event.detail.step;
  };
}

/** Several metrics in one panel want room for their labels. */
function isWide(panel: Panel): boolean {
  return panel.metrics.length > 1;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-metrics': PhasewatchMetrics;
  }
}
