/**
 * `<phasewatch-metrics>`: the charts of a run as small multiples under one step axis, and its phases above them all.
 *
 * Properties: `checkpoints`, `branches`, `segments`, `changes`, `fresh`, `run`, `focusStep`, `scheme`, `chosen` (ids of panels).
 * Attributes: `axis` (`linear`, `asinh`), `scope` (`overview`, `all`, `chosen`). Event: `phasewatch-choose`;
 * `phasewatch-select` of what is inside passes through. Parts: `toolbar`, `grid`.
 */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PhaseChange, PhaseSegment } from '../../protocol/phases.ts';
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import type { Scheme } from '../controllers/scheme-controller.ts';
import type { StepAxis } from '../view/axis.ts';
import { probableOf } from '../view/changes.ts';
import { type Panel, type PanelScope, panelsOf, panelsWithSample } from '../view/panels.ts';
import { bandsOf, type PhaseBand } from '../view/phase-bands.ts';
import { type ChooseDetail, chooseEvent, type HoverDetail } from './events.ts';
import './phasewatch-chart.ts';
import './phasewatch-chooser.ts';
import './phasewatch-phases.ts';
import { placePopover } from './place-popover.ts';

type Choice<T> = { readonly value: T; readonly label: string; readonly title: string };

const AXES: readonly Choice<StepAxis>[] = [
  { value: 'linear', label: 'linear', title: 'Steps on a linear axis' },
  {
    value: 'asinh',
    label: 'log (asinh)',
    title: 'Steps on an asinh axis: logarithmic, and linear near 0, so that step 0 has a place',
  },
];
const SCOPES: readonly Choice<'overview' | 'all'>[] = [
  { value: 'overview', label: 'overview', title: 'The metrics to begin with' },
  { value: 'all', label: 'all', title: 'Every metric of the catalogue that this run has a sample of' },
];

/** As few panels as this are as wide as they can be; so is one of several metrics, for their labels. */
const WIDE_MAX = 4;

@customElement('phasewatch-metrics')
export class PhasewatchMetrics extends LitElement {
  static override readonly styles = css`
    :host { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
    .toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; padding: 7px 12px 7px 14px; border-bottom: 1px solid var(--phasewatch-border); }
    h2 { margin: 0; font-size: 12px; font-weight: 600; }
    .hint { color: var(--phasewatch-ink-faint); font-size: 12px; flex: 1; min-width: 70px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .switch { display: inline-flex; border-radius: 6px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); overflow: hidden; }
    button { all: unset; cursor: pointer; padding: 2px 8px; white-space: nowrap; font-size: 12px; color: var(--phasewatch-ink-soft); }
    button[aria-pressed='true'] { background: var(--phasewatch-selected); color: var(--phasewatch-accent); font-weight: 550; }
    button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
    .grid {
      flex: 1; display: grid; grid-template-columns: minmax(0, 1fr); grid-template-rows: auto; grid-auto-rows: minmax(140px, 1fr); gap: 1px;
      background: var(--phasewatch-border); min-height: 0; overflow-y: auto; scrollbar-width: thin;
      scrollbar-color: var(--phasewatch-border-strong) transparent;
    }
    /* In the grid, so that a scroll bar narrows it as it narrows the charts; on top of them as they scroll. */
    phasewatch-phases { position: sticky; top: 0; z-index: 1; grid-column: 1 / -1; box-shadow: 0 1px var(--phasewatch-border); }
    [popover] {
      position: fixed; inset: auto; margin: 0; width: min(430px, calc(100vw - 40px)); max-height: min(560px, calc(100vh - 140px)); overflow-y: auto; padding: 12px 14px;
      border-radius: 9px; background: var(--phasewatch-raised); border: 1px solid var(--phasewatch-border-strong); box-shadow: 0 8px 28px var(--phasewatch-shadow);
      box-sizing: border-box; scrollbar-width: thin;
    }
    .none { padding: 24px; text-align: center; color: var(--phasewatch-ink-faint); background: var(--phasewatch-panel); grid-column: 1 / -1; }
    /* The last cell of an odd number of panels. */
    .grid::after { content: ''; background: var(--phasewatch-panel); }
    .grid.even::after { content: none; }
    @media (min-width: 620px) { .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); } .wide { grid-column: 1 / -1; } }
    @media (max-width: 619px) { .grid::after { content: none; } }
    @media (min-width: 1100px) { .grid { grid-auto-rows: minmax(118px, 1fr); } }
  `;

  @property({ attribute: false }) checkpoints: readonly Checkpoint[] = [];
  @property({ attribute: false }) branches: readonly Branch[] = [];
  @property({ attribute: false }) segments: readonly PhaseSegment[] = [];
  /** The improbable ones too. */
  @property({ attribute: false }) changes: readonly PhaseChange[] = [];
  @property() fresh: string | null = null;
  @property() run = '';
  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set();
  @property({ attribute: false }) focusStep: number | null = null;
  @property({ attribute: false }) scheme: Scheme = 'light';
  @property() axis: StepAxis = 'linear';
  @property() scope: PanelScope = 'overview';
  /** Step under the cursor of the charts. */
  @state() private hoveredStep: number | null = null;
  #bands: readonly PhaseBand[] = [];
  #standing: readonly PhaseChange[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('segments') || changed.has('axis')) this.#bands = bandsOf(this.segments, this.axis);
    if (changed.has('changes')) this.#standing = probableOf(this.changes);
  }

  protected override render(): TemplateResult {
    const panels = panelsOf(this.scope, this.checkpoints, this.chosen);
    const step = this.hoveredStep;
    const isWide = (panel: Panel) => panels.length <= WIDE_MAX || panel.metrics.length > 1;
    const cells = panels.filter((panel) => !isWide(panel)).length;
    return html`
      <div class="toolbar" part="toolbar">
        <h2>Metrics</h2>
        <span class="hint">${step === null ? 'over training steps' : `at step ${step.toLocaleString('en-GB')}`}</span>
        <span class="switch" role="group" aria-label="Which metrics">
          ${SCOPES.map(({ value, label, title }) => this.#button(label, title, value === this.scope, () => this.#choose(value, this.chosen)))}
          <button data-choice="chosen" aria-pressed=${this.scope === 'chosen'} popovertarget="chooser" title="Choose the metrics, with what each of them says">${this.scope === 'chosen' ? `chosen ${this.chosen.size}` : 'choose'}</button>
        </span>
        <span class="switch" role="group" aria-label="Step axis">
          ${AXES.map(({ value, label, title }) => this.#button(label, title, value === this.axis, () => this.#scale(value)))}
        </span>
      </div>
      <div popover id="chooser" @beforetoggle=${this.#placeChooser}>
        <phasewatch-chooser .chosen=${new Set(panels.map(({ id }) => id))} .available=${panelsWithSample(this.checkpoints)} @phasewatch-choose=${this.#chosenAnew}></phasewatch-chooser>
      </div>
      <div class="grid ${cells % 2 === 0 ? 'even' : ''}" part="grid" @phasewatch-hover=${this.#hovered}>
        <phasewatch-phases .checkpoints=${this.checkpoints} .branches=${this.branches} .segments=${this.segments} .changes=${this.changes} .fresh=${this.fresh} .run=${this.run}
          .axis=${this.axis} .focusStep=${this.focusStep} .hoveredStep=${step}></phasewatch-phases>
        ${panels.length === 0 ? html`<div class="none">No metric is chosen.</div>` : nothing}
        ${repeat(
          panels,
          ({ id }) => id,
          (
            panel,
          ) => html`<phasewatch-chart class=${isWide(panel) ? 'wide' : ''} .panel=${panel} .axis=${this.axis}
            .checkpoints=${this.checkpoints} .branches=${this.branches} .bands=${this.#bands} .changes=${this.#standing} .focusStep=${this.focusStep} .scheme=${this.scheme}></phasewatch-chart>`,
        )}
      </div>
    `;
  }

  #button(label: string, title: string, pressed: boolean, press: () => void): TemplateResult {
    return html`<button data-choice=${label} aria-pressed=${pressed} title=${title} @click=${press}>${label}</button>`;
  }

  #choose(scope: PanelScope, chosen: ReadonlySet<string>): void {
    this.scope = scope;
    this.chosen = chosen;
    this.dispatchEvent(chooseEvent({ scope, chosen }));
  }

  #scale(axis: StepAxis): void {
    this.axis = axis;
  }

  /** Told to the page by this element, which has taken the choice over. */
  readonly #chosenAnew = (event: CustomEvent<ChooseDetail>) => {
    event.stopPropagation();
    this.#choose(event.detail.choice.scope, event.detail.choice.chosen);
  };

  readonly #placeChooser = (event: ToggleEvent) => {
    const button = this.renderRoot.querySelector('[popovertarget]');
    if (event.newState !== 'open' || !button) return;
    const popover = event.target as HTMLElement;
    // It has no size before it is shown.
    requestAnimationFrame(() => placePopover(popover, button.getBoundingClientRect()));
  };

  readonly #hovered = (event: CustomEvent<HoverDetail>) => {
    this.hoveredStep = event.detail.step;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-metrics': PhasewatchMetrics;
  }
}
