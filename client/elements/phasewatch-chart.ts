/**
 * `<phasewatch-chart>`: one panel of metrics over steps. A click selects the nearest checkpoint.
 *
 * Properties: `panel`, `checkpoints`, `branches`, `bands`, `changes`, `focusStep`, `axis`, `scheme`. Reflects `data-metric`, `data-points` (samples of
 * its first metric). Events: `phasewatch-select`, `phasewatch-hover`. Parts: `title`, `value`, `plot`.
 * What a rewound training left behind is a dashed line. Gaps stay gaps; a failed checkpoint is a tick on the axis. Not shown: anything between two samples but a line.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import type { Scheme } from '../controllers/scheme-controller.ts';
import { SizeController } from '../controllers/size-controller.ts';
import type { StepAxis } from '../view/axis.ts';
import { legendText } from '../view/branches.ts';
import { type Columns, columnsOf, lastRowOf, noiseOf } from '../view/columns.ts';
import { type Ghost, ghostsOf, ghostValueAt, stepSpan } from '../view/ghosts.ts';
import { numberText } from '../view/number.ts';
import { PANELS, type Panel } from '../view/panels.ts';
import type { PhaseBand } from '../view/phase-bands.ts';
import { chartStyles } from './chart-styles.ts';
import { hoverEvent, selectEvent } from './events.ts';
import { Palette } from './palette.ts';
import { plotData, plotOptions } from './plot.ts';

const POPOVER_WIDTH = 260;
/** Room for the longest explanation; with less below the button, it opens above. */
const POPOVER_HEIGHT = 140;
const POPOVER_GAP = 6;

/** What is drawn besides the data, and needs no path anew. */
const MARKED_BY = ['focusStep', 'bands', 'changes'] as const;
const NO_BRANCHES: readonly Branch[] = [];
const NO_BANDS: readonly PhaseBand[] = [];
const NO_CHANGES: readonly PhaseChange[] = [];

@customElement('phasewatch-chart')
export class PhasewatchChart extends LitElement {
  static override readonly styles = chartStyles;

  @property({ attribute: false }) panel: Panel = PANELS[0];
  @property({ attribute: false }) checkpoints: readonly Checkpoint[] = [];
  @property({ attribute: false }) branches: readonly Branch[] = NO_BRANCHES;
  @property({ attribute: false }) bands: readonly PhaseBand[] = NO_BANDS;
  /** Phase changes that stand. */
  @property({ attribute: false }) changes: readonly PhaseChange[] = NO_CHANGES;
  @property({ attribute: false }) focusStep: number | null = null;
  @property() axis: StepAxis = 'linear';
  @property({ attribute: false }) scheme: Scheme = 'light';
  @state() private hoveredRow: number | null = null;

  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.plot'));
  #palette: Palette | null = null;
  #columns: Columns = columnsOf([], []);
  #ghosts: readonly Ghost[] = [];
  #plot: uPlot | null = null;
  #plotted: { readonly axis: StepAxis; readonly panel: Panel } | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#discard();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const isOther = changed.has('checkpoints') || changed.has('panel');
    if (!isOther && !changed.has('branches')) return;
    const metrics = this.panel.metrics.map(({ id }) => id);
    if (isOther) this.#columns = columnsOf(this.checkpoints, metrics, this.panel.floor);
    this.#ghosts = ghostsOf(this, metrics);
  }

  protected override render(): TemplateResult {
    const { panel } = this;
    const isBare = this.#columns.series.every(({ samples }) => samples === 0) && this.#ghosts.length === 0;
    return html`
      <header>
        <h3 part="title">${panel.label}</h3>
        ${panel.unit ? html`<span class="unit">${panel.unit}</span>` : nothing}
        <button class="info" aria-label="What ${panel.label} means" popovertarget="explanation" title=${panel.explanation}>i</button>
        <div id="explanation" popover @beforetoggle=${this.#placePopover}>${panel.explanation}<small>${panel.source}</small></div>
        <div class="value" part="value" data-testid="value">${this.#values()}</div>
      </header>
      <div class="plot ${isBare ? 'bare' : ''}" part="plot" role="img" aria-label=${this.#summary()} @click=${this.#clicked}>
        ${isBare ? html`<div class="empty">no sample yet</div>` : nothing}
      </div>
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.setAttribute('data-metric', this.panel.id);
    this.setAttribute('data-points', String(this.#columns.series[0]?.samples ?? 0));
    const size = this.#size.size;
    if (!size) return;
    this.#palette ??= new Palette(this.renderRoot as ShadowRoot);
    const recoloured = this.#palette.follow(this.scheme);
    if (this.#plotted?.axis !== this.axis || this.#plotted.panel !== this.panel) {
      this.#create(size.width, size.height, this.#palette);
      return;
    }
    const plot = this.#plot;
    if (!plot) return;
    if (plot.width !== size.width || plot.height !== size.height) plot.setSize(size);
    if (changed.has('checkpoints') || changed.has('branches'))
      plot.setData(plotData(this.#columns, this.panel));
    else if (recoloured || MARKED_BY.some((name) => changed.has(name))) plot.redraw(false, true);
  }

  #create(width: number, height: number, palette: Palette): void {
    this.#discard();
    const container = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!container) return;
    const options = plotOptions({
      width,
      height,
      panel: this.panel,
      axis: this.axis,
      colour: (name) => palette.colour(name),
      marks: () => ({
        focusStep: this.focusStep,
        failedSteps: this.#columns.failedSteps,
        bands: this.bands,
        changes: this.changes,
        noise: noiseOf(this.#columns),
        forkSteps: this.branches.map(({ fromStep }) => fromStep),
        ghosts: this.#ghosts,
      }),
      span: () => stepSpan(this),
      hovered: (row) => {
        this.hoveredRow = row;
        this.dispatchEvent(hoverEvent(row === null ? null : (this.#columns.steps[row] ?? null)));
      },
    });
    this.#plot = new uPlot(options, plotData(this.#columns, this.panel), container);
    this.#plotted = { axis: this.axis, panel: this.panel };
  }

  #discard(): void {
    this.#plot?.destroy();
    this.#plot = null;
    this.#plotted = null;
  }

  /** At the cursor while there is one, else the latest; what was left behind only at the cursor. */
  #values(): TemplateResult[] {
    const leftBehind = this.#leftBehind();
    // There is no room for the key of the floor as well.
    return leftBehind.length > 0
      ? [...leftBehind, ...this.#ownValues()]
      : [...this.#floorKey(), ...this.#ownValues()];
  }

  #leftBehind(): TemplateResult[] {
    const step = this.hoveredRow === null ? undefined : this.#columns.steps[this.hoveredRow];
    if (step === undefined) return [];
    const values = this.panel.metrics.map((_, series) => ghostValueAt(this.#ghosts, series, step));
    const texts = values.flatMap((value) => (value === null ? [] : [numberText(value)]));
    return texts.length === 0
      ? []
      : [
          html`<small class="left" title=${legendText(this.branches)}><span class="key-ghost"></span> ${texts.join(' / ')}</small>`,
        ];
  }

  #ownValues(): TemplateResult[] {
    const several = this.#columns.series.length > 1;
    const hovered = this.hoveredRow;
    return this.#columns.series.map(({ values }, index) => {
      const value = values[hovered ?? lastRowOf(values)] ?? null;
      const name = several ? (['first', 'second'][index] ?? '') : '';
      const label = several
        ? html`<small>${this.panel.metrics[index].label.split(', ').at(-1)}</small> `
        : nothing;
      return html`<span>${label}<span class=${name}>${value === null ? '–' : numberText(value)}</span></span>`;
    });
  }

  #floorKey(): TemplateResult[] {
    if (this.#columns.floor === null) return [];
    return [
      html`<small title="Between two halves of the prompts at one checkpoint">below <span class="key-noise"></span> noise</small>`,
    ];
  }

  #summary(): string {
    const latest = this.#columns.series.map(({ values }, index) => {
      const row = lastRowOf(values);
      const value = values[row] ?? null;
      const { label } = this.panel.metrics[index];
      return value === null
        ? `${label}: no sample yet`
        : `${label} ${numberText(value)} at step ${this.#columns.steps[row]}`;
    });
    const ghosts = this.#ghosts.length === 0 ? '' : ` Dashed: ${legendText(this.branches)}.`;
    return `${latest.join('; ')}. ${this.#columns.series[0]?.samples ?? 0} samples.${ghosts}`;
  }

  readonly #clicked = (event: MouseEvent) => {
    const plot = this.#plot;
    if (!plot) return;
    const x = event.clientX - plot.over.getBoundingClientRect().left;
    const row = nearestRow(
      this.#columns.steps.map((step) => plot.valToPos(step, 'x')),
      x,
    );
    if (row >= 0) this.dispatchEvent(selectEvent(this.#columns.checkpoints[row]));
  };

  /** The top layer knows nothing of its button: the popover is put below it, inside the window. */
  readonly #placePopover = (event: ToggleEvent) => {
    const button = this.renderRoot.querySelector('.info');
    if (event.newState !== 'open' || !button) return;
    const box = button.getBoundingClientRect();
    const left = Math.max(POPOVER_GAP, Math.min(box.left, window.innerWidth - POPOVER_WIDTH - 40));
    const popover = event.target as HTMLElement;
    popover.style.left = `${left}px`;
    const below = box.bottom + POPOVER_GAP;
    const above = below + POPOVER_HEIGHT > window.innerHeight;
    popover.style.top = above ? 'auto' : `${below}px`;
    popover.style.bottom = above ? `${window.innerHeight - box.top + POPOVER_GAP}px` : 'auto';
  };
}

/** Index of the position nearest to `x`, -1 of none. */
function nearestRow(positions: readonly number[], x: number): number {
  let nearest = -1;
  positions.forEach((position, row) => {
    if (nearest < 0 || Math.abs(position - x) < Math.abs(positions[nearest] - x)) nearest = row;
  });
  return nearest;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-chart': PhasewatchChart;
  }
}
