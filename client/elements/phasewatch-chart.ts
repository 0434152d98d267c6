/**
 * `<phasewatch-chart>`: a metric over the steps of a run, and of further runs beside it.
 *
 * Attributes: `metric` (id of the catalogue, of a panel of several, as `loss`, or of the trainer's log, as `trainer:loss`), `axis` (`linear`, `asinh`, `log`; else
 * that of all charts of the feed), `runs` (ids of further runs, `a,b`, or `*` for all), `align` (`step`, `tokens`),
 * `tokens-per-step` (`2097152`, or `a=2097152,b=1048576`). Reflects `data-metric`, `data-points` (samples of its first
 * metric). Events: `phasewatch-select`, `phasewatch-hover`. Parts: `title`, `value`, `plot`, `legend`, `remark`.
 * Pointers: `plot-gestures.ts`; keys: `chart-keys.ts`. What a rewound training left behind is a dashed line. Gaps stay
 * gaps; a failed checkpoint is a tick on the axis. Not shown: anything between two samples but a line.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type uPlot from 'uplot';
import { SightController } from '../controllers/sight-controller.ts';
import { SizeController } from '../controllers/size-controller.ts';
import type { Feed } from '../feed/feed.ts';
import type { Alignment } from '../feed/look.ts';
import type { Range, StepAxis } from '../view/axis.ts';
import { legendText } from '../view/branches.ts';
import { chartTable } from '../view/chart-table.ts';
import type { Line } from '../view/lines.ts';
import { PANELS, type Panel, panelNamed, unknownMetricText } from '../view/panels.ts';
import { summaryOf } from '../view/readings.ts';
import type { Beside } from './chart-beside.ts';
import { ChartPlot } from './chart-plot.ts';
import { ChartScene, type Scene } from './chart-scene.ts';
import { chartStyles } from './chart-styles.ts';
import { ownValues } from './chart-values.ts';
import { hoverEvent } from './events.ts';
import { Palette } from './palette.ts';
import { listenTo } from './plot-gestures.ts';
import { hitAt } from './plot-hit.ts';
import { type About, type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

/** What `chart-keys.ts` knows. */
const CHART_KEYS = /^(Arrow(Left|Right)|Home|End|Enter|[0+=-])$/;

/**
 * One panel of metrics over training steps.
 *
 * @fires phasewatch-select - a checkpoint is to be looked at; cancelable
 * @fires phasewatch-hover - the cursor is at another step
 * @csspart title
 * @csspart value
 * @csspart plot
 */
@customElement('phasewatch-chart')
export class PhasewatchChart extends Widget {
  static override readonly styles = [widgetStyles, chartStyles];

  /** Id of a metric of the catalogue, or of a panel of several. */
  @property() metric = PANELS[0].id;
  /** Null for that of all charts of the feed. */
  @property() axis: StepAxis | null = null;
  /** Ids of further runs, separated by commas; `*` for all. Null for those that all charts of the feed show. */
  @property() runs: string | null = null;
  /** What runs are in line by; null for what all charts of the feed are. */
  @property() align: Alignment | null = null;
  /** Of every run, or `a=2097152,b=1048576`; else as the names of the checkpoints say. */
  @property({ attribute: 'tokens-per-step' }) tokensPerStep: string | null = null;
  /** Whether another chart has the names of the runs and the remarks. */
  @property({ attribute: false }) quiet = false;
  /** What the cursor has been moved to by key. */
  @state() private reading = '';

  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.plot'));
  readonly #sight = new SightController(this);
  readonly #maker = new ChartScene();
  #panel: Panel | null = PANELS[0];
  #scene: Scene | null = null;
  #drawing: ChartPlot | null = null;
  #beside: Beside | 'loading' | null = null;
  /** One after the other: each key sees what the one before it has changed. */
  #keys: Promise<unknown> = Promise.resolve();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#drawing?.discard();
  }

  override get heading(): string {
    return (this.#panel ?? PANELS[0]).label;
  }

  override async about(): Promise<About> {
    const { aboutPanel } = await import('../view/about-panel.ts');
    return aboutPanel(this.#panel ?? PANELS[0]);
  }

  override get table(): Table | null {
    const scene = this.#scene;
    if (scene === null || scene.lines.length === 0) return null;
    const { panel, lines, branches, view } = scene;
    const caption = `${panel.label}${panel.unit ? `, ${panel.unit}` : ''}`;
    return { caption, ...chartTable({ lines, branches, metrics: panel.metrics, range: view.range }) };
  }

  protected override get savedProperties(): readonly string[] {
    return [...super.savedProperties, 'metric', 'axis', 'runs', 'align', 'tokensPerStep'];
  }

  protected override async figure(): Promise<string | null> {
    const scene = this.#scene;
    if (scene === null || scene.lines.length === 0) return null;
    const { chartFigure } = await import('../figure/chart-figure.ts');
    const palette = new Palette(this.renderRoot as ShadowRoot);
    const analysis = this.bound?.state?.run.analysis ?? null;
    return chartFigure(scene, { analysis, colour: (name) => palette.colour(name) });
  }

  protected override follow(feed: Feed): void {
    const panel = this.#panel;
    if (panel === null) {
      this.#scene = null;
      return;
    }
    const { axis, runs, align, tokensPerStep } = this;
    const isWanted = (runs ?? feed.look.runs) !== null || (align ?? feed.look.align) === 'tokens';
    const module = isWanted || this.#beside !== null ? this.#besideLoaded() : null;
    const beside = module && ((own: Line) => module.lines(feed, own, { runs, align, tokensPerStep, panel }));
    this.#scene = this.#maker.of(feed, { panel, axis, beside });
    if (axis === null && runs === null && align === null && tokensPerStep === null)
      this.#tellReach(feed, this.#scene.reach);
  }

  /** Null while it is on its way. */
  #besideLoaded(): Beside | null {
    if (this.#beside === null) {
      this.#beside = 'loading';
      void import('./chart-beside.ts').then(({ Beside }) => {
        this.#beside = new Beside(this);
        this.requestUpdate();
      });
    }
    return this.#beside === 'loading' ? null : this.#beside;
  }

  /** The axis of all that stands in line reaches as far as the runs that all charts show. */
  #tellReach(feed: Feed, reach: Range | null): void {
    const isKnown = () => String(feed.look.reach) === String(reach);
    // Not in the midst of an update, which this would begin anew; of many charts the first one tells.
    if (!isKnown()) queueMicrotask(() => isKnown() || feed.lookAt({ reach }));
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('metric')) this.#panel = panelNamed(this.metric);
    super.willUpdate(changed);
    if (this.bound === null) this.#scene = null;
  }

  protected override render(): TemplateResult {
    const panel = this.#panel;
    if (panel === null)
      return html`<div class="notice" role="status"><p>${unknownMetricText(this.metric)}</p></div>`;
    const scene = this.#scene;
    const lines = scene?.lines ?? [];
    const isBare =
      !scene?.ghosts.length &&
      lines.every(({ columns }) => panel.metrics.every((metric) => columns.column(metric).samples === 0));
    const isAlone = this.feed === null;
    const beside = lines.length > 1 && this.#beside !== 'loading' ? this.#beside : null;
    const isZoomed = isAlone && Boolean(this.bound?.look.zoom);
    return html`
      <header class=${isAlone ? '' : 'among'}>
        <h3 part="title">${panel.label}</h3>
        ${panel.unit ? html`<span class="unit">${panel.unit}</span>` : nothing}
        ${this.tools()}
        ${isZoomed ? html`<button class="reset" title="Show all steps (key 0)" @click=${() => this.#zoom(null)}>all steps</button>` : nothing}
        ${scene && lines.length === 1 ? html`<div class="value" part="value" data-testid="value">${ownValues(scene)}</div>` : nothing}
        ${scene && beside && this.quiet ? beside.values(scene) : nothing}
      </header>
      ${scene && beside && !this.quiet ? beside.legend(scene) : nothing}
      <div class="plot ${isBare ? 'bare' : ''}" part="plot" tabindex="0" role="application" aria-roledescription="chart" aria-label=${this.#label(panel)} @keydown=${this.#keyPressed}>
        ${isBare ? html`<div class="empty">no sample yet</div>` : nothing}
      </div>
      ${this.quiet ? nothing : scene?.remarks.map((remark) => html`<p class="remark" part="remark">${remark}</p>`)}
      <div class="heard" role="status">${this.reading}</div>
      ${isAlone ? this.absence() : nothing}
    `;
  }

  protected override updated(_changed: PropertyValues): void {
    const scene = this.#scene;
    this.setAttribute('data-metric', this.#panel?.id ?? '');
    const own = scene?.lines[0]?.columns.column(scene.panel.metrics[0]);
    this.setAttribute('data-points', String(own?.samples ?? 0));
    const container = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (container === null) this.#drawing?.discard();
    if (container === null || scene === null || scene.lines.length === 0) return;
    if (!this.#size.size || !this.#sight.isInSight) return;
    this.#drawing ??= new ChartPlot({
      palette: new Palette(this.renderRoot as ShadowRoot),
      made: (plot) => this.#listen(plot),
    });
    this.#drawing.draw(scene, container, this.#size.size, this.colours.version);
  }

  #listen(plot: uPlot): void {
    const whole: Range = [0, 1];
    listenTo(plot.over, {
      view: () => this.#scene?.view ?? { range: whole, whole, axis: 'linear' },
      zoom: (range) => this.#zoom(range),
      point: (x) => this.#hover(x === null ? null : (this.#drawing?.stepNear(plot.posToVal(x, 'x')) ?? null)),
      choose: (x, y) => {
        const hit = this.#scene && hitAt(plot, x, y, this.#scene);
        if (hit) this.select(hit.id, hit.branch);
      },
      mark: (left, width) => plot.setSelect({ left, width, top: 0, height: plot.over.clientHeight }, false),
    });
  }

  #zoom(zoom: Range | null): void {
    this.bound?.lookAt({ zoom });
  }

  #hover(step: number | null): void {
    if (step === (this.bound?.look.hoveredStep ?? null)) return;
    this.dispatchEvent(hoverEvent(step));
    this.bound?.lookAt({ hoveredStep: step });
  }

  #label(panel: Panel): string {
    const { lines = [], ghosts = [], branches = [] } = this.#scene ?? {};
    return `${summaryOf(lines, panel)}.${ghosts.length === 0 ? '' : ` Dashed: ${legendText(branches)}.`}`;
  }

  readonly #keyPressed = (event: KeyboardEvent) => {
    const { ctrlKey, metaKey, altKey, key } = event;
    if (ctrlKey || metaKey || altKey || !CHART_KEYS.test(key) || !this.#scene) return;
    event.preventDefault();
    event.stopPropagation();
    this.#keys = this.#keys
      .catch(() => {})
      .then(async () => {
        const { keyPressed } = await import('./chart-keys.ts');
        await this.updateComplete;
        const scene = this.#scene;
        if (scene === null) return;
        keyPressed(event, {
          ...scene,
          steps: this.#drawing?.plot?.data[0] ?? [],
          zoom: (range) => this.#zoom(range),
          move: (step, words) => {
            this.#hover(step);
            this.reading = words;
          },
          choose: (checkpoint) => this.select(checkpoint),
        });
      });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-chart': PhasewatchChart;
  }
}
