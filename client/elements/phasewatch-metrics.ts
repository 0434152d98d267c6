/**
 * `<phasewatch-metrics>`: the charts of a run as small multiples under one step axis, and its phases above them all.
 *
 * Property: `chosen` (ids of panels). Attributes: `scope` (`overview`, `all`, `chosen`), `tokens-per-step` (as of a
 * `phasewatch-chart`, for all charts of the feed). Event: `phasewatch-choose`; `phasewatch-select` of what is inside passes
 * through. Parts: `toolbar`, `grid`.
 */
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Feed } from '../feed/feed.ts';
import { FIRST_LOOK } from '../feed/look.ts';
import type { StepAxis } from '../view/axis.ts';
import {
  isTrainers,
  type Panel,
  type PanelScope,
  panelsOf,
  panelsWithSample,
  type Shown,
} from '../view/panels.ts';
import { runsShown } from '../view/runs-shown.ts';
import { type ChooseDetail, chooseEvent } from './events.ts';
import type { PhasewatchChart } from './phasewatch-chart.ts';
import './phasewatch-chart.ts';
import './phasewatch-phases.ts';
import { wholeText } from '../view/number.ts';
import { placePopover } from './place-popover.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

type Choice<T> = { readonly value: T; readonly label: string; readonly title: string };

const AXES: readonly Choice<StepAxis>[] = [
  { value: 'linear', label: 'linear', title: 'Steps on a linear axis' },
  {
    value: 'asinh',
    label: 'asinh',
    title: 'Steps on an asinh axis: logarithmic, and linear near 0, so that step 0 has a place',
  },
  { value: 'log', label: 'log', title: 'Steps on a logarithmic axis, on which step 0 has no place' },
];
const SCOPES: readonly Choice<'overview' | 'all'>[] = [
  { value: 'overview', label: 'overview', title: 'The metrics to begin with' },
  { value: 'all', label: 'all', title: 'Every metric of the catalogue that this run has a sample of' },
];

const NOTHING_YET: Shown = { checkpoints: [], trainer: [] };

/** As few panels as this are as wide as they can be; so is one of several metrics, for their labels, and the loss below it. */
const WIDE_MAX = 4;

/**
 * The charts of a run under one step axis, and its phases above them.
 *
 * @fires phasewatch-choose - other metrics are to be shown; cancelable
 * @csspart toolbar
 * @csspart grid
 */
@customElement('phasewatch-metrics')
export class PhasewatchMetrics extends Widget {
  static override readonly styles = [
    widgetStyles,
    css`
    :host { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
    .toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; padding: 7px 12px 7px 14px; border-bottom: 1px solid var(--phasewatch-border); }
    h2 { margin: 0; font-size: 12px; font-weight: 600; }
    .hint { color: var(--phasewatch-ink-faint); font-size: 12px; flex: 1; min-width: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .switch { display: inline-flex; border-radius: 6px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); overflow: hidden; }
    button { all: unset; cursor: pointer; padding: 2px 8px; white-space: nowrap; font-size: 12px; color: var(--phasewatch-ink-soft); }
    button[aria-pressed='true'] { background: var(--phasewatch-selected); color: var(--phasewatch-accent); font-weight: 550; }
    .tool { border-radius: 6px; box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); }
    .tool.on { color: var(--phasewatch-accent); background: var(--phasewatch-selected); }
    phasewatch-chart { height: auto; }
    /* Its first chart names the runs and what is left out. */
    .grid.speaks { grid-template-rows: auto minmax(170px, 1.4fr); }
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
    @media (min-width: 1100px) { .grid { grid-auto-rows: minmax(104px, 1fr); } }
  `,
  ];

  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set();
  @property() scope: PanelScope = 'overview';
  /** Of every run, or `a=2097152,b=1048576`. */
  @property({ attribute: 'tokens-per-step' }) tokensPerStep: string | null = null;
  /** Which popover is open; what is in it is loaded then. */
  @state() private open: 'chooser' | 'runs' | null = null;

  override get heading(): string {
    return 'Metrics';
  }

  /** One of several metrics has a table of its own. */
  override get table(): Table | null {
    return null;
  }

  protected override get savedProperties(): readonly string[] {
    return [...super.savedProperties, 'scope', 'tokensPerStep'];
  }

  /** The charts, one below the other. */
  protected override async figure(): Promise<string | null> {
    const charts = [...this.renderRoot.querySelectorAll<PhasewatchChart>('phasewatch-chart')];
    const { sheetOf } = await import('../figure/sheet.ts');
    return sheetOf(
      await Promise.all(charts.map((chart) => chart.exportImage('svg').then((blob) => blob.text()))),
    );
  }

  protected override follow(feed: Feed): void {
    if (this.tokensPerStep !== null && feed.look.tokensPerStep !== this.tokensPerStep)
      queueMicrotask(() => feed.lookAt({ tokensPerStep: this.tokensPerStep }));
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('open')) return;
    if (this.open === 'chooser') void import('./phasewatch-chooser.ts');
    if (this.open === 'runs') void import('./phasewatch-runs.ts');
  }

  protected override render(): TemplateResult {
    const feed = this.bound;
    const shown = feed?.state ?? NOTHING_YET;
    const panels = panelsOf(this.scope, shown, this.chosen);
    const { hoveredStep, axis, zoom, runs } = feed?.look ?? FIRST_LOOK;
    const step = hoveredStep === null ? null : Math.round(hoveredStep);
    const isWide = (panel: Panel) =>
      panels.length <= WIDE_MAX ||
      panel.metrics.length > 1 ||
      (this.scope === 'overview' && isTrainers(panel.id));
    const cells = panels.filter((panel) => !isWide(panel)).length;
    return html`
      <div class="toolbar" part="toolbar">
        <h2>Metrics</h2>
        <span class="hint">${step === null ? 'over training steps' : `at step ${wholeText(step)}`}</span>
        <span class="switch" role="group" aria-label="Which metrics">
          ${SCOPES.map(({ value, label, title }) => this.#button(label, title, value === this.scope, () => this.#choose(value, this.chosen)))}
          <button data-choice="chosen" aria-pressed=${this.scope === 'chosen'} popovertarget="chooser" title="Choose the metrics, with what each of them says">${this.scope === 'chosen' ? `chosen ${this.chosen.size}` : 'choose'}</button>
        </span>
        ${zoom === null ? nothing : html`<button class="tool on" data-choice="all-steps" title="Show all steps (key 0 in a chart)" @click=${() => feed?.lookAt({ zoom: null })}>all steps</button>`}
        ${(feed?.runs.length ?? 0) > 1 ? html`<button class="tool ${runs === null ? '' : 'on'}" data-choice="runs" popovertarget="runs" title="Show other runs of this server in the charts">${runs === null ? 'runs' : `${runsShown(runs, feed?.run ?? null, feed?.runs ?? []).others.length + 1} runs`}</button>` : nothing}
        <span class="switch" role="group" aria-label="Step axis">
          ${AXES.map(({ value, label, title }) => this.#button(label, title, value === axis, () => feed?.lookAt({ axis: value })))}
        </span>
      </div>
      <div popover id="chooser" @beforetoggle=${this.#toggled}>
        ${this.open === 'chooser' ? html`<phasewatch-chooser .chosen=${new Set(panels.map(({ id }) => id))} .available=${panelsWithSample(shown)} @phasewatch-choose=${this.#chosenAnew}></phasewatch-chooser>` : nothing}
      </div>
      <div popover id="runs" @beforetoggle=${this.#toggled}>
        ${this.open === 'runs' ? html`<phasewatch-runs .feed=${feed}></phasewatch-runs>` : nothing}
      </div>
      <div class="grid ${cells % 2 === 0 ? 'even' : ''} ${runs !== null || axis === 'log' ? 'speaks' : ''}" part="grid">
        <phasewatch-phases bare .feed=${feed}></phasewatch-phases>
        ${panels.length === 0 ? html`<div class="none">No metric is chosen.</div>` : nothing}
        ${repeat(
          panels,
          ({ id }) => id,
          (panel, index) =>
            html`<phasewatch-chart class=${isWide(panel) ? 'wide' : ''} .quiet=${index > 0} .metric=${panel.id} .feed=${feed}></phasewatch-chart>`,
        )}
      </div>
      ${this.feed === null ? this.absence() : nothing}
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

  /** Told to the page by this element, which has taken the choice over. */
  readonly #chosenAnew = (event: CustomEvent<ChooseDetail>) => {
    event.stopPropagation();
    this.#choose(event.detail.choice.scope, event.detail.choice.chosen);
  };

  readonly #toggled = (event: ToggleEvent) => {
    const popover = event.target as HTMLElement;
    const isOpen = event.newState === 'open';
    if (isOpen) this.open = popover.id === 'runs' ? 'runs' : 'chooser';
    else if (this.open === popover.id) this.open = null;
    const button = this.renderRoot.querySelector(`[popovertarget=${popover.id}]`);
    // It has no size before it is shown and what is in it is here.
    if (isOpen && button)
      new ResizeObserver((_, observer) => {
        if (popover.matches(':popover-open')) placePopover(popover, button.getBoundingClientRect());
        else observer.disconnect();
      }).observe(popover);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-metrics': PhasewatchMetrics;
  }
}
