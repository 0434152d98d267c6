/**
 * `<phasewatch-phases>`: the phases of a run as a band over its steps, the changes between them as marks, and all that
 * has been said of changes as a list. A click on a mark looks at the end of its interval, on the band at a checkpoint.
 *
 * Attribute: `bare` (without title and steps, as above charts that have both). Reflects `data-segments`, `data-changes`
 * (those that stand). Event: `phasewatch-select`. Parts: `title`, `ribbon`, `steps`, `events`, `legend` (of the dashed lines
 * of the charts). The plot of a `phasewatch-chart` of equal width is in line with it.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PhaseChange, PhaseSegment } from '../../protocol/phases.ts';
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import { SizeController } from '../controllers/size-controller.ts';
import type { Feed } from '../feed/feed.ts';
import { type Range, type StepAxis, shareOf, shownRange, stepText, widerOf } from '../view/axis.ts';
import { forkText, legendText } from '../view/branches.ts';
import { headline } from '../view/change-words.ts';
import { countText, newestFirst, opacityOf, probableOf } from '../view/changes.ts';
import { stepSpan } from '../view/ghosts.ts';
import { bandText, type PhaseBand } from '../view/phase-bands.ts';
import { insideOf, itemsOf, PHASE_HEAD, type PhaseItem, phaseRows } from '../view/phase-items.ts';
import { labelledColumns } from '../view/role-columns.ts';
import { changeCard, changeEntry, segmentCard } from './phase-cards.ts';
import { phasesStyles } from './phases-styles.ts';
import { placePopover } from './place-popover.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

const NO_CHECKPOINTS: readonly Checkpoint[] = [];
const NO_BRANCHES: readonly Branch[] = [];
const NO_SEGMENTS: readonly PhaseSegment[] = [];
const NO_CHANGES: readonly PhaseChange[] = [];
/** Long enough to get from a mark to its card. */
const LEAVE_MILLIS = 180;
/** Of a letter of a name, and of the room beside it. */
const LETTER_PIXELS = 6.4;
const NAME_MARGIN_PIXELS = 6;

/** Steps under the ribbon do not touch. */
const LABEL_APART_PIXELS = 46;

/**
 * The phases of a run over its steps, and the changes between them.
 *
 * @fires phasewatch-select - a checkpoint is to be looked at; cancelable
 * @csspart title
 * @csspart ribbon
 * @csspart segment
 * @csspart mark
 * @csspart steps
 * @csspart events
 * @csspart legend
 */
@customElement('phasewatch-phases')
export class PhasewatchPhases extends Widget {
  static override readonly styles = [widgetStyles, phasesStyles];

  @property({ type: Boolean, reflect: true }) bare = false;
  @state() private checkpoints: readonly Checkpoint[] = [];
  @state() private branches: readonly Branch[] = [];
  @state() private segments: readonly PhaseSegment[] = [];
  @state() private changes: readonly PhaseChange[] = [];
  @state() private focusStep: number | null = null;
  @state() private hoveredStep: number | null = null;
  @state() private fresh: string | null = null;
  @state() private name = '';
  @state() private axis: StepAxis = 'linear';
  @state() private zoom: Range | null = null;
  /** Steps that other runs in the charts reach. */
  @state() private reach: Range | null = null;
  /** Key of the item whose card is open. */
  @state() private pointed: string | null = null;
  @state() private tabStop: string | null = null;

  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.axis'));
  #items: readonly PhaseItem[] = [];
  #range: Range = [0, 1];
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.pointed = null;
  }

  override get heading(): string {
    return 'Phases';
  }

  override get table(): Table | null {
    if (this.segments.length === 0 && this.changes.length === 0) return null;
    return {
      caption: `Phases of ${this.name} and the changes between them`,
      head: PHASE_HEAD,
      rows: phaseRows(this.segments, this.changes),
    };
  }

  protected override get savedProperties(): readonly string[] {
    return [...super.savedProperties, 'bare'];
  }

  protected override follow({ state, look, shown, news }: Feed): void {
    this.checkpoints = state?.checkpoints ?? NO_CHECKPOINTS;
    this.branches = state?.branches ?? NO_BRANCHES;
    this.segments = state?.segments ?? NO_SEGMENTS;
    this.changes = state?.phaseChanges ?? NO_CHANGES;
    this.focusStep = shown?.step ?? null;
    this.hoveredStep = look.hoveredStep;
    this.fresh = news.fresh;
    this.name = state?.run.name ?? '';
    this.axis = look.axis;
    this.zoom = look.zoom;
    this.reach = look.reach;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const { checkpoints, branches } = this;
    const span = widerOf(stepSpan({ checkpoints, branches }, this.axis), this.reach);
    const range = shownRange({ span, zoom: this.zoom, axis: this.axis });
    const isMoved = range.some((end, index) => end !== this.#range[index]);
    if (isMoved) this.#range = range;
    if (!isMoved && !['segments', 'changes', 'axis'].some((name) => changed.has(name))) return;
    this.#items = itemsOf(this.segments, this.changes, this.axis, range);
    if (!this.#items.some(({ key }) => key === this.tabStop)) this.tabStop = this.#items[0]?.key ?? null;
    if (!this.#items.some(({ key }) => key === this.pointed)) this.pointed = null;
  }

  protected override render(): TemplateResult {
    if (!this.bare && (this.missing !== null || this.bound?.state === null))
      return html`${this.#title()}<div class="lacking">${this.absence()}</div>`;
    return html`
      ${this.bare ? nothing : this.#title()}
      <div class="ribbon" part="ribbon">
        <span class="label" aria-hidden="true">phases</span>
        <div class="axis" role="toolbar" aria-label="Phases and phase changes; arrow keys move between them"
          @keydown=${this.#keyPressed} @focusout=${this.#focusLeft}>
          ${this.segments.length === 0 ? html`<span class="nothing">none named yet</span>` : nothing}
          ${repeat(
            this.#items,
            ({ key }) => key,
            (item) =>
              item.kind === 'band' ? this.#band(item.key, item.band) : this.#mark(item.key, item.change),
          )}
          ${this.branches.map((branch) => this.#fork(branch))}
          ${this.#line('focus', this.focusStep)}${this.#line('hover', this.hoveredStep)}
        </div>
 <div popover="manual" id="card" data-testid="phase-card" @pointerenter=${this.#stay} @pointerleave=${this.#leave} @focusout=${this.#focusLeft}>${this.#card()}</div>
      </div>
      ${this.bare ? nothing : this.#steps()}
      <div class="below">
        ${this.changes.length === 0 ? nothing : this.#events()}
        ${this.branches.length === 0 ? nothing : html`<span class="legend" part="legend"><i></i>${legendText(this.branches)}</span>`}
      </div>
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-segments', String(this.segments.length));
    this.setAttribute('data-changes', String(probableOf(this.changes).length));
    const card = this.renderRoot.querySelector<HTMLElement>('#card');
    const anchor = this.pointed === null ? null : this.#element(this.pointed);
    // What is not on a page, or in a browser without popovers, has none to show.
    if (!card?.isConnected || card.togglePopover === undefined) return;
    card.togglePopover(anchor !== null);
    if (anchor) placePopover(card, anchor.getBoundingClientRect());
  }

  #title(): TemplateResult {
    return html`<div class="title" part="title"><h2>Phases</h2>${this.tools()}</div>`;
  }

  protected override async figure(): Promise<string | null> {
    const analysis = this.bound?.state?.run.analysis;
    if (!analysis || this.checkpoints.length === 0) return null;
    const [{ phasesFigure }, { coloursOf }] = await Promise.all([
      import('../figure/phases-figure.ts'),
      import('./heat-colours.ts'),
    ]);
    const { segments, changes, checkpoints, axis, name: run } = this;
    const colour = coloursOf(this.renderRoot as ShadowRoot);
    return phasesFigure({ segments, changes, checkpoints, axis, run, analysis, colour, range: this.#range });
  }

  /** Steps of checkpoints under the ribbon. */
  #steps(): TemplateResult | typeof nothing {
    const pixels = this.#size.size?.width ?? 0;
    if (pixels === 0) return nothing;
    const places = this.checkpoints.flatMap(({ step }) => {
      const share = shareOf(step, this.#range, this.axis);
      return share >= 0 && share <= 1 ? [{ step, share }] : [];
    });
    const labelled = labelledColumns(
      places.map(({ share }): Range => [share, share]),
      LABEL_APART_PIXELS / pixels,
    );
    return html`<div class="steps" part="steps" aria-hidden="true">
      ${labelled.map((index) => html`<span .style=${`left:${percent(places[index].share)}`}>${stepText(places[index].step)}</span>`)}
    </div>`;
  }

  #band(key: string, band: PhaseBand): TemplateResult {
    const [left, right] = [band.start, band.end].map((step) => insideOf(step, this.#range, this.axis));
    const pixels = this.#size.size?.width ?? 0;
    // The name begins after the mark that may stand on the first checkpoint.
    const margin = (insideOf(band.segment.from, this.#range, this.axis) - left) * pixels + NAME_MARGIN_PIXELS;
    const fits = (right - left) * pixels >= margin + band.name.length * LETTER_PIXELS + NAME_MARGIN_PIXELS;
    return html`<button class="segment ${key === this.pointed ? 'pointed' : ''}" part="segment" data-key=${key} data-phase=${band.name}
      aria-label=${bandText(band)} tabindex=${key === this.tabStop ? 0 : -1} .style=${`left:${percent(left)};width:${percent(right - left)};text-indent:${margin}px`}
      @pointerenter=${() => this.#point(key)} @pointerleave=${this.#leave} @focus=${() => this.#point(key)}
      @click=${(event: MouseEvent) => this.#bandClicked(event, band)}>${fits && band.name !== 'unnamed' ? band.name : nothing}</button>`;
  }

  #mark(key: string, change: PhaseChange): TemplateResult {
    const [from, to] = change.interval.map((step) => insideOf(step, this.#range, this.axis));
    const classes = ['mark', key === this.pointed ? 'pointed' : '', change.id === this.fresh ? 'fresh' : ''];
    return html`<span class="interval-shade" .style=${`left:${percent(from)};width:${percent(to - from)};opacity:${opacityOf(change)}`}></span>
      <button class=${classes.join(' ')} part="mark" data-key=${key} data-change=${change.id} aria-label=${headline(change)}
        tabindex=${key === this.tabStop ? 0 : -1} .style=${`left:${percent(to)};--sure:${opacityOf(change)}`}
        @pointerenter=${() => this.#point(key)} @pointerleave=${this.#leave} @focus=${() => this.#point(key)}
        @click=${() => this.#select(change.interval[1])}></button>`;
  }

  #fork(branch: Branch): TemplateResult | typeof nothing {
    const share = shareOf(branch.fromStep, this.#range, this.axis);
    if (!(share >= 0 && share <= 1)) return nothing;
    const left = percent(share);
    return html`<span class="fork" part="fork" role="img" aria-label=${forkText(branch)} title=${forkText(branch)} .style=${`left:${left}`}></span>`;
  }

  #line(kind: 'focus' | 'hover', step: number | null): TemplateResult | typeof nothing {
    const share = step === null ? Number.NaN : shareOf(step, this.#range, this.axis);
    if (!(share >= 0 && share <= 1)) return nothing;
    return html`<span class="line ${kind}" .style=${`left:${percent(share)}`}></span>`;
  }

  #card(): TemplateResult | typeof nothing {
    const item = this.#items.find(({ key }) => key === this.pointed);
    if (item === undefined) return nothing;
    return item.kind === 'band' ? segmentCard(item.band) : changeCard(item.change, this.name);
  }

  #events(): TemplateResult {
    return html`<details part="events">
      <summary data-testid="changes">${countText(this.changes)}</summary>
      <ol>${newestFirst(this.changes).map((change) =>
        changeEntry({
          change,
          run: this.name,
          isFresh: change.id === this.fresh,
          choose: () => this.#select(change.interval[1]),
        }),
      )}</ol>
    </details>`;
  }

  #element(key: string): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  }

  #select(step: number): void {
    const checkpoint = this.checkpoints.find((candidate) => candidate.step === step);
    if (checkpoint) this.select(checkpoint.id);
  }

  /** A key press has no place, and means the beginning of the phase. */
  #bandClicked(event: MouseEvent, { segment }: PhaseBand): void {
    const box = this.renderRoot.querySelector('.axis')?.getBoundingClientRect();
    if (event.detail === 0 || !box) {
      this.#select(segment.from);
      return;
    }
    const at = (event.clientX - box.left) / box.width;
    const distance = (step: number) => Math.abs(shareOf(step, this.#range, this.axis) - at);
    const steps = this.checkpoints.map(({ step }) => step);
    this.#select(steps.reduce((near, step) => (distance(step) < distance(near) ? step : near), segment.from));
  }

  #point(key: string): void {
    clearTimeout(this.#timer);
    this.pointed = key;
  }

  readonly #stay = () => clearTimeout(this.#timer);

  readonly #leave = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.pointed = null;
    }, LEAVE_MILLIS);
  };

  readonly #focusLeft = (event: FocusEvent) => {
    const next = event.relatedTarget;
    const card = this.renderRoot.querySelector('#card');
    if (!(next instanceof Node && card?.contains(next))) this.pointed = null;
  };

  readonly #keyPressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && this.pointed !== null) {
      this.pointed = null;
      // The dialog that this may stand in stays open: one key closes one thing.
      event.preventDefault();
      event.stopPropagation();
    }
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.#items.findIndex(({ key }) => key === this.tabStop);
    const next = this.#items[at + by];
    if (next === undefined) return;
    this.tabStop = next.key;
    this.#element(next.key)?.focus();
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(3)}%`;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-phases': PhasewatchPhases;
  }
}
