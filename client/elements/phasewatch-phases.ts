/**
 * `<phasewatch-phases>`: the phases of a run as a band over its steps, the changes between them as marks, and all that
 * has been said of changes as a list. A click on a mark looks at the end of its interval, on the band at a checkpoint.
 *
 * Properties: `checkpoints`, `branches`, `segments`, `changes` (the improbable too), `focusStep`, `hoveredStep`, `fresh` (id of a
 * change that is news), `run` (its name). Attribute: `axis`. Reflects `data-segments`, `data-changes` (those that stand).
 * Event: `phasewatch-select`. Parts: `ribbon`, `events`, `legend` (of the dashed lines of the charts). The plot of a `phasewatch-chart` of equal width is in line with it.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PhaseChange, PhaseSegment } from '../../protocol/phases.ts';
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import { SizeController } from '../controllers/size-controller.ts';
import { type Range, type StepAxis, shareOf, stepRange } from '../view/axis.ts';
import { forkText, legendText } from '../view/branches.ts';
import { headline } from '../view/change-words.ts';
import { countText, newestFirst, opacityOf, probableOf } from '../view/changes.ts';
import { stepSpan } from '../view/ghosts.ts';
import { bandsOf, bandText, type PhaseBand } from '../view/phase-bands.ts';
import { selectEvent } from './events.ts';
import { changeCard, changeEntry, segmentCard } from './phase-cards.ts';
import { phasesStyles } from './phases-styles.ts';
import { placePopover } from './place-popover.ts';

/** Long enough to get from a mark to its card. */
const LEAVE_MILLIS = 180;
/** Of a letter of a name, and of the room beside it. */
const LETTER_PIXELS = 6.4;
const NAME_MARGIN_PIXELS = 6;

type Item =
  | { readonly kind: 'band'; readonly key: string; readonly at: number; readonly band: PhaseBand }
  | { readonly kind: 'change'; readonly key: string; readonly at: number; readonly change: PhaseChange };

@customElement('phasewatch-phases')
export class PhasewatchPhases extends LitElement {
  static override readonly styles = phasesStyles;

  @property({ attribute: false }) checkpoints: readonly Checkpoint[] = [];
  @property({ attribute: false }) branches: readonly Branch[] = [];
  @property({ attribute: false }) segments: readonly PhaseSegment[] = [];
  @property({ attribute: false }) changes: readonly PhaseChange[] = [];
  @property({ attribute: false }) focusStep: number | null = null;
  @property({ attribute: false }) hoveredStep: number | null = null;
  @property() fresh: string | null = null;
  @property() run = '';
  @property() axis: StepAxis = 'linear';
  /** Key of the item whose card is open. */
  @state() private pointed: string | null = null;
  @state() private tabStop: string | null = null;

  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.axis'));
  #items: readonly Item[] = [];
  #range: Range = [0, 1];
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.pointed = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const span = stepSpan(this);
    if (span) this.#range = stepRange(...span, this.axis);
    if (!changed.has('segments') && !changed.has('changes') && !changed.has('axis')) return;
    this.#items = itemsOf(this.segments, this.changes, this.axis);
    if (!this.#items.some(({ key }) => key === this.tabStop)) this.tabStop = this.#items[0]?.key ?? null;
    if (!this.#items.some(({ key }) => key === this.pointed)) this.pointed = null;
  }

  protected override render(): TemplateResult {
    return html`
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
    if (!card) return;
    card.togglePopover(anchor !== null);
    if (anchor) placePopover(card, anchor.getBoundingClientRect());
  }

  #band(key: string, band: PhaseBand): TemplateResult {
    const [left, right] = [band.start, band.end].map((step) => shareOf(step, this.#range, this.axis));
    const pixels = this.#size.size?.width ?? 0;
    // The name begins after the mark that may stand on the first checkpoint.
    const margin = (shareOf(band.segment.from, this.#range, this.axis) - left) * pixels + NAME_MARGIN_PIXELS;
    const fits = (right - left) * pixels >= margin + band.name.length * LETTER_PIXELS + NAME_MARGIN_PIXELS;
    return html`<button class="segment ${key === this.pointed ? 'pointed' : ''}" part="segment" data-key=${key} data-phase=${band.name}
      aria-label=${bandText(band)} tabindex=${key === this.tabStop ? 0 : -1} .style=${`left:${percent(left)};width:${percent(right - left)};text-indent:${margin}px`}
      @pointerenter=${() => this.#point(key)} @pointerleave=${this.#leave} @focus=${() => this.#point(key)}
      @click=${(event: MouseEvent) => this.#bandClicked(event, band)}>${fits && band.name !== 'unnamed' ? band.name : nothing}</button>`;
  }

  #mark(key: string, change: PhaseChange): TemplateResult {
    const [from, to] = change.interval.map((step) => shareOf(step, this.#range, this.axis));
    const classes = ['mark', key === this.pointed ? 'pointed' : '', change.id === this.fresh ? 'fresh' : ''];
    return html`<span class="interval-shade" .style=${`left:${percent(from)};width:${percent(to - from)};opacity:${opacityOf(change)}`}></span>
      <button class=${classes.join(' ')} part="mark" data-key=${key} data-change=${change.id} aria-label=${headline(change)}
        tabindex=${key === this.tabStop ? 0 : -1} .style=${`left:${percent(to)};--sure:${opacityOf(change)}`}
        @pointerenter=${() => this.#point(key)} @pointerleave=${this.#leave} @focus=${() => this.#point(key)}
        @click=${() => this.#select(change.interval[1])}></button>`;
  }

  #fork(branch: Branch): TemplateResult {
    const left = percent(shareOf(branch.fromStep, this.#range, this.axis));
    return html`<span class="fork" part="fork" role="img" aria-label=${forkText(branch)} title=${forkText(branch)} .style=${`left:${left}`}></span>`;
  }

  #line(kind: 'focus' | 'hover', step: number | null): TemplateResult | typeof nothing {
    if (step === null) return nothing;
    return html`<span class="line ${kind}" .style=${`left:${percent(shareOf(step, this.#range, this.axis))}`}></span>`;
  }

  #card(): TemplateResult | typeof nothing {
    const item = this.#items.find(({ key }) => key === this.pointed);
    if (item === undefined) return nothing;
    return item.kind === 'band' ? segmentCard(item.band) : changeCard(item.change, this.run);
  }

  #events(): TemplateResult {
    return html`<details part="events">
      <summary data-testid="changes">${countText(this.changes)}</summary>
      <ol>${newestFirst(this.changes).map((change) =>
        changeEntry({
          change,
          run: this.run,
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
    if (checkpoint) this.dispatchEvent(selectEvent(checkpoint.id));
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
    if (event.key === 'Escape') this.pointed = null;
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

/** Bands and the marks that stand, from left to right. */
function itemsOf(
  segments: readonly PhaseSegment[],
  changes: readonly PhaseChange[],
  axis: StepAxis,
): readonly Item[] {
  const bands = bandsOf(segments, axis).map(
    (band): Item => ({ kind: 'band', key: `band-${band.segment.from}`, at: band.start, band }),
  );
  const marks = probableOf(changes).map(
    (change): Item => ({ kind: 'change', key: `change-${change.id}`, at: change.interval[1], change }),
  );
  return [...bands, ...marks].sort((a, b) => a.at - b.at);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(3)}%`;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-phases': PhasewatchPhases;
  }
}
