/**
 * `<phasewatch-scrubber>`: all checkpoints of a run as a strip over its steps. A click, a drag or the keys look at one;
 * it plays the run back, and L follows it again. Over the strip: ticks (done below; failed, left out and under way
 * above), marks of the phase changes; under it: the phases.
 *
 * Attribute: `speed` (1, 2, 4, 8 or 16 checkpoints a second). Methods: `step`, `toggle`. Reflects `checkpoint`,
 * `data-playing`. Events: `phasewatch-select`, `phasewatch-live`, `phasewatch-hover`. Parts: `controls`, `strip`.
 */
import { html, nothing, type PropertyValues, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { PhaseChange, PhaseSegment } from '../../protocol/phases.ts';
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import type { Feed } from '../feed/feed.ts';
import { Playback, SPEEDS, type Speed } from '../feed/playback.ts';
import { type StepAxis, shareOf, stepRange } from '../view/axis.ts';
import { type CheckpointKey, forkText, isSameKey, lineOf } from '../view/branches.ts';
import { headline } from '../view/change-words.ts';
import { opacityOf, probableOf } from '../view/changes.ts';
import { connectionWords } from '../view/connection-words.ts';
import { stepSpan } from '../view/ghosts.ts';
import { wholeText } from '../view/number.ts';
import { bandsOf, bandText } from '../view/phase-bands.ts';
import {
  nearestStop,
  STRIP_UNITS,
  type Strip,
  speedText,
  stopText,
  stripAxis,
  tickPath,
} from '../view/scrubber.ts';
import { hoverEvent } from './events.ts';
import { controlIcon, type IconName } from './scrubber-icons.ts';
import { scrubberStyles } from './scrubber-styles.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

const SPEED_DEFAULT: Speed = 4;
/** Passed over faster than this, a checkpoint whose graph is not here is not asked for. */
const REST_MILLIS = 80;
const PAGE = 10;
const NOTHING: Strip = { stops: [], range: [0, 1], axis: 'linear' };
const KEY = {
  hasChanged: (value: CheckpointKey | null, old: CheckpointKey | null | undefined) =>
    !isSameKey(value, old ?? null),
} as const;

/**
 * All checkpoints of a run in time: to drag along, and to play.
 *
 * @fires phasewatch-select - a checkpoint is to be looked at; cancelable
 * @fires phasewatch-live - the run is to be followed; cancelable
 * @csspart controls
 * @csspart strip
 */
@customElement('phasewatch-scrubber')
export class PhasewatchScrubber extends Widget {
  static override readonly styles = [widgetStyles, scrubberStyles];

  /** Checkpoints a second. */
  @property({ type: Number }) speed: number = SPEED_DEFAULT;
  @state() private checkpoints: readonly Checkpoint[] = [];
  @state() private branches: readonly Branch[] = [];
  @state() private segments: readonly PhaseSegment[] = [];
  @state() private changes: readonly PhaseChange[] = [];
  @state() private axis: StepAxis = 'linear';
  @state(KEY) private shown: CheckpointKey | null = null;
  @state() private live = true;
  @state() private recorded = false;
  /** Why there is no run to be shown, null where there is one. */
  @state() private lack: string | null = null;
  @state() private hoveredStep: number | null = null;
  /** Where the handle is while it is on its way: what is looked at follows when it rests. */
  @state(KEY) private aimed: CheckpointKey | null = null;
  @state() private playing = false;
  #strip = NOTHING;
  /** That the strip leads to. */
  #branch: number | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;
  readonly #playback = new Playback({
    speed: () => SPEEDS.find((speed) => speed === this.speed) ?? SPEED_DEFAULT,
    choose: (key) => (key === null ? this.goLive() : this.select(key.id, key.branch)),
    changed: () => {
      this.playing = this.#playback.isPlaying;
    },
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#rest);
    this.aimed = null;
    this.#playback.stop();
  }

  override get heading(): string {
    return 'Time';
  }

  override get table(): Table | null {
    return null;
  }

  /** Looks at the checkpoint `by` places later, earlier where negative. */
  step(by: number): void {
    const last = this.#strip.stops.length - 1;
    const at = this.#at();
    this.#aim(Math.max(0, Math.min(last, (at < 0 ? last : at) + by)));
  }

  /** Plays, or pauses. */
  toggle(): void {
    if (this.#playback.isPlaying) this.#playback.stop();
    else if (this.bound) this.#playback.start(this.bound);
  }

  protected override get savedProperties(): readonly string[] {
    return [...super.savedProperties, 'speed'];
  }

  protected override follow({ state, look, shownKey, chosen, status }: Feed): void {
    this.checkpoints = state?.checkpoints ?? NOTHING_YET.checkpoints;
    this.branches = state?.branches ?? NOTHING_YET.branches;
    this.segments = state?.segments ?? NOTHING_YET.segments;
    this.changes = state?.phaseChanges ?? NOTHING_YET.changes;
    this.axis = look.axis;
    this.hoveredStep = look.hoveredStep;
    this.shown = shownKey;
    this.live = chosen === null;
    this.recorded = status.phase === 'recorded';
    this.lack = state === null ? connectionWords(status, Date.now()).words : null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const branch = this.shown?.branch ?? null;
    const isSame = ['checkpoints', 'branches', 'axis'].every((name) => !changed.has(name));
    if (isSame && branch === this.#branch) return;
    this.#branch = branch;
    const { checkpoints, branches } = this;
    const span = stepSpan({ checkpoints, branches });
    const axis = stripAxis(this.axis, span);
    this.#strip = span
      ? { stops: lineOf({ checkpoints, branches }, branch), range: stepRange(...span, axis), axis }
      : NOTHING;
  }

  protected override render(): TemplateResult {
    const at = this.#at();
    const word = this.recorded ? 'newest' : 'live';
    const isEmpty = this.#strip.stops.length === 0;
    const isPlayable = this.#strip.stops.some(({ checkpoint }) => checkpoint.status === 'done');
    return html`
      <div class="controls" part="controls">
        <div class="buttons" role="group" aria-label="Time">
          ${this.#button('first', 'The first checkpoint (Home)', isEmpty, () => this.step(-Infinity))}
          ${this.#button('previous', 'The checkpoint before (left arrow)', isEmpty, () => this.step(-1))}
          ${this.#button(this.playing ? 'pause' : 'play', this.playing ? 'Pause (Space)' : 'Play the run back (Space)', !isPlayable, () => this.toggle())}
          ${this.#button('next', 'The checkpoint after (right arrow)', isEmpty, () => this.step(1))}
          <button class="live" data-control="live" aria-pressed=${this.live} ?disabled=${isEmpty} title="Follow the run (key L)" @click=${() => this.#follow()}>${word}</button>
        </div>
        <select aria-label=${`Speed: ${speedText(this.speed)}`} data-testid="speed" title=${`It plays ${speedText(this.speed)}`} @change=${this.#speedChosen}>
          ${SPEEDS.map((speed) => html`<option value=${speed} .selected=${speed === this.speed}>${speed} a second</option>`)}
        </select>
        <span class="where" data-testid="where">${this.#where(at)}</span>
        ${this.tools()}
      </div>
      <div class="strip" part="strip" role="slider" tabindex="0" aria-label="Checkpoint looked at" aria-orientation="horizontal"
        aria-valuemin="1" aria-valuemax=${Math.max(1, this.#strip.stops.length)} aria-valuenow=${Math.max(1, at + 1)} aria-valuetext=${stopText(this.#strip, at)}
        aria-disabled=${isEmpty} @keydown=${this.#keyPressed} @pointerdown=${this.#pressed} @pointermove=${this.#moved} @pointerup=${this.#released}
        @pointercancel=${this.#released} @pointerleave=${this.#left}>
        ${guard([this.#strip, this.segments, this.changes], () => this.#ground())}
        ${this.hoveredStep === null ? nothing : html`<i class="hover" .style=${`left:${this.#percent(this.hoveredStep)}`}></i>`}
        ${at < 0 ? html`<span class="none">${this.missing ?? this.lack ?? 'no checkpoint yet'}</span>` : html`<i class="handle" .style=${`left:${this.#percent(this.#strip.stops[at].checkpoint.step)}`}></i>`}
      </div>
    `;
  }

  protected override updated(): void {
    this.toggleAttribute('data-playing', this.playing);
    if (this.shown === null) this.removeAttribute('checkpoint');
    else this.setAttribute('checkpoint', this.shown.id);
  }

  #button(icon: IconName, title: string, isDisabled: boolean, press: () => void): TemplateResult {
    return html`<button data-control=${icon} title=${title} aria-label=${title} ?disabled=${isDisabled} @click=${press}>${controlIcon(icon)}</button>`;
  }

  #where(at: number): TemplateResult | typeof nothing {
    const stop = this.#strip.stops[at];
    if (stop === undefined) return nothing;
    const count = wholeText(this.#strip.stops.length);
    return html`<b>step ${wholeText(stop.checkpoint.step)}</b> · ${wholeText(at + 1)} of ${count}`;
  }

  /** All that stands still while the handle moves. */
  #ground(): TemplateResult {
    const strip = this.#strip;
    const steps = strip.stops.map(({ checkpoint }) => checkpoint.step);
    return html`
      ${bandsOf(this.segments, strip.axis).map((band) => {
        const [left, right] = [band.start, band.end].map((step) => shareOf(step, strip.range, strip.axis));
        return html`<i class="band" data-phase=${band.name} title=${bandText(band)} .style=${`left:${100 * left}%;width:${100 * (right - left)}%`}></i>`;
      })}
      <svg viewBox="0 0 ${STRIP_UNITS} 20" preserveAspectRatio="none" aria-hidden="true">
        ${svg`<path class="done" d=${tickPath(strip, 'done', 8, 14)}></path><path class="failed" d=${tickPath(strip, 'failed', 1, 8)}></path>
          <path class="skipped" d=${tickPath(strip, 'skipped', 5, 8)}></path><path class="computing" d=${tickPath(strip, 'computing', 1, 14)}></path>`}
      </svg>
      ${probableOf(this.changes).map((change) => html`<i class="change" title=${headline(change)} .style=${`left:${this.#percent(change.interval[1])};opacity:${opacityOf(change)}`}></i>`)}
      ${this.branches.map((branch) => html`<i class="fork" title=${forkText(branch)} .style=${`left:${this.#percent(branch.fromStep)}`}></i>`)}
      <span class="end" aria-hidden="true">${steps.at(0)?.toLocaleString('en-GB')}</span>
      <span class="end last" aria-hidden="true">${steps.length > 1 ? steps.at(-1)?.toLocaleString('en-GB') : nothing}</span>
    `;
  }

  #percent(step: number): string {
    return `${(100 * shareOf(step, this.#strip.range, this.#strip.axis)).toFixed(3)}%`;
  }

  /** Index of the checkpoint that the handle is at; -1 where there is none. */
  #at(): number {
    const key = this.aimed ?? this.shown;
    return this.#strip.stops.findIndex((stop) => isSameKey(stop.key, key));
  }

  #aim(index: number): void {
    const key = this.#strip.stops[index]?.key;
    if (key === undefined) return;
    this.#playback.stop();
    this.aimed = key;
    clearTimeout(this.#rest);
    if (this.bound?.holds(key)) this.#look();
    else this.#rest = setTimeout(() => this.#look(), REST_MILLIS);
  }

  #look(): void {
    clearTimeout(this.#rest);
    const key = this.aimed;
    this.aimed = null;
    if (key !== null && !isSameKey(key, this.bound?.chosen ?? null)) this.select(key.id, key.branch);
  }

  #follow(): void {
    clearTimeout(this.#rest);
    this.aimed = null;
    this.#playback.stop();
    this.goLive();
  }

  #nearest(event: PointerEvent): number {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return nearestStop(this.#strip, (event.clientX - box.left) / box.width);
  }

  readonly #pressed = (event: PointerEvent) => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#aim(this.#nearest(event));
  };

  readonly #moved = (event: PointerEvent) => {
    const index = this.#nearest(event);
    const step = this.#strip.stops[index]?.checkpoint.step ?? null;
    if (step !== this.hoveredStep) this.#hover(step);
    if ((event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) this.#aim(index);
  };

  readonly #released = () => this.#look();
  readonly #left = () => this.#hover(null);

  #hover(step: number | null): void {
    this.bound?.lookAt({ hoveredStep: step });
    this.dispatchEvent(hoverEvent(step));
  }

  readonly #speedChosen = (event: Event) => {
    this.speed = Number((event.target as HTMLSelectElement).value);
  };

  readonly #keyPressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = STEPS[event.key];
    if (by !== undefined) this.step(by);
    else if (event.key === ' ') this.toggle();
    else if (event.key === 'l' || event.key === 'L') this.#follow();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

const NOTHING_YET = { checkpoints: [], branches: [], segments: [], changes: [] } as const;

/** As a slider has them. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -PAGE,
  PageUp: PAGE,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-scrubber': PhasewatchScrubber;
  }
}
