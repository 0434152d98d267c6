/**
 * `<phasewatch-status>`: the head of the page: which run, which model, how the connection stands, how far the run is,
 * and which phase it is in.
 *
 * Reflects `data-connection` (phase) and `data-activity`. Event: `phasewatch-run`. Slot: default, at the right end. Parts: `model`, `connection`, `progress`, `now`, `unkept`, `stale`.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { Analysis } from '../../protocol/state.ts';
import type { ConnectionStatus } from '../connection.ts';
import { LazyController } from '../controllers/lazy-controller.ts';
import { forksText } from '../view/branches.ts';
import { announcementText } from '../view/change-words.ts';
import { connectionWords, cutOffText } from '../view/connection-words.ts';
import { type Fact, factsOf } from '../view/facts.ts';
import { ablationExplanation, methodText } from '../view/method.ts';
import { modelParts } from '../view/model-line.ts';
import { nowLine } from '../view/now-line.ts';
import { progressLine } from '../view/progress.ts';
import { runOptions } from '../view/run-choice.ts';
import { runEvent } from './events.ts';
import { Palette } from './palette.ts';
import { statusStyles } from './status-styles.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

/**
 * Which run and model, how the connection stands, how far the run is, which phase it is in.
 *
 * @fires phasewatch-run - another run is to be watched; cancelable
 * @slot - at the right end
 * @csspart model
 * @csspart connection
 * @csspart progress
 * @csspart now
 * @csspart unkept
 */
@customElement('phasewatch-status')
export class PhasewatchStatus extends Widget {
  static override readonly styles = [widgetStyles, statusStyles];

  readonly #lazy = new LazyController(this);

  override get heading(): string {
    return 'Status';
  }

  override get table(): Table | null {
    const facts = this.#facts();
    return facts.length === 0
      ? null
      : { caption: 'The run and its analysis', head: ['fact', 'value'], rows: facts };
  }

  protected override async figure(): Promise<string | null> {
    const state = this.bound?.state ?? null;
    if (state === null) return null;
    const { statusFigure } = await import('../figure/status-figure.ts');
    const palette = new Palette(this.renderRoot as ShadowRoot);
    return statusFigure({
      title: state.run.name,
      facts: this.#facts(),
      colour: (name) => palette.colour(name),
    });
  }

  #facts(): readonly Fact[] {
    const { state = null, status } = this.bound ?? {};
    return state && status ? factsOf(state, status) : [];
  }

  get #status(): ConnectionStatus {
    return this.bound?.status ?? { phase: 'connecting' };
  }

  protected override render(): TemplateResult {
    const state = this.bound?.state ?? null;
    const resyncs = this.bound?.resyncs ?? 0;
    const status = this.#status;
    const run = state?.run;
    const { words, detail } = connectionWords(status, Date.now());
    const newest = this.bound?.news.newest ?? null;
    return html`
      <div class="line">
        <h1>${this.#name()}</h1>
        ${this.#train()}
        ${run ? html`<span class="source">${run.source}</span>` : nothing}
        <div class="right">
          ${resyncs > 0 ? html`<span class="source" title="How often the stream was out of step and was begun anew">${resyncs} resync${resyncs === 1 ? '' : 's'}</span>` : nothing}
          <span part="connection" data-phase=${status.phase} title=${detail}>${status.phase === 'recorded' ? nothing : html`<span class="dot"></span>`}${words}</span>
          ${status.phase === 'reconnecting' || status.phase === 'offline' ? html`<button @click=${this.#retry}>connect now</button>` : nothing}
          <slot></slot>
          ${this.tools()}
        </div>
      </div>
      <div part="model">
        ${run?.analysis ? this.#model(run.analysis) : html`<span>${this.missing ?? 'model, probe and ablation are known from the first checkpoint on'}</span>`}
      </div>
      <div class="foot">${this.#progress()}${this.#now()}</div>
      ${this.#unkept()}
      <div role="status">${this.#stale()}</div>
      <div class="said" aria-live="polite" data-testid="announcement">${newest ? announcementText(newest) : ''}</div>
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-connection', this.#status.phase);
    this.setAttribute('data-activity', this.bound?.state?.progress.activity ?? 'none');
  }

  /** That what is on show is not how things stand: said once, not with every second of the wait. */
  #stale(): TemplateResult | typeof nothing {
    const status = this.#status;
    const isCutOff = status.phase === 'reconnecting' || status.phase === 'offline';
    if (!isCutOff || !this.bound?.state) return nothing;
    return html`<p part="stale" class="unkept busy" data-testid="stale"><b>This is the last state received.</b> ${cutOffText(status)}</p>`;
  }

  /** What a person has to know before they rely on what they see. */
  #unkept(): TemplateResult | typeof nothing {
    const unkept = this.bound?.runs.find(({ id }) => id === this.bound?.run)?.unkept ?? null;
    if (unkept === null) return nothing;
    return html`<p part="unkept" class="unkept" data-testid="unkept" role="status"><b>Results are not being kept.</b> ${unkept}.</p>`;
  }

  /** Its name, or a list to choose from where there are several. */
  #name(): string | TemplateResult {
    const { runs = [], run = null, state = null } = this.bound ?? {};
    const options = runOptions(runs, run);
    if (options.length === 0) return state?.run.name ?? 'phasewatch';
    return html`<span class="run"><select aria-label="Run" data-testid="run" @change=${this.#chosen}>
      ${guard([runs, run], () => options.map(({ id, label, isHere }) => html`<option value=${id} ?disabled=${!isHere} .selected=${id === run}>${label}</option>`))}
    </select></span>`;
  }

  /** Another training beside those that are there, where the server does that. */
  #train(): TemplateResult | typeof nothing {
    const feed = this.bound;
    if (!feed?.runs.some(({ trainsMore }) => trainsMore)) return nothing;
    const standing = this.#lazy.want('phasewatch-train', () => import('./phasewatch-train.ts'));
    return standing === 'here' ? html`<phasewatch-train .feed=${feed}></phasewatch-train>` : nothing;
  }

  #model(analysis: Analysis): TemplateResult {
    return html`${modelParts(analysis).map((part) => html`<span>${part}</span>`)}
      <span class="method" data-testid="method" title=${ablationExplanation(analysis.ablation)}>${methodText(analysis)}</span>`;
  }

  #progress(): TemplateResult {
    const state = this.bound?.state ?? null;
    if (state === null) return html`<div part="progress"></div>`;
    const { progress, checkpoints, branches } = state;
    const forks = forksText(branches);
    const { parts, share, hint } = progressLine(progress);
    const failed = checkpoints.filter(({ status }) => status === 'failed').length;
    return html`
      <div part="progress" class=${progress.activity}>
        ${parts.map((part, index) => html`<span class=${index === 0 ? 'first' : ''}>${part}</span>`)}
        ${failed > 0 ? html`<span><span class="failed" data-testid="failures">${failed} failed</span></span>` : nothing}
        ${forks === null ? nothing : html`<span data-testid="rewound">${forks}</span>`}
        ${hint === null ? nothing : html`<span class="hint">${hint}</span>`}
      </div>
      ${share === null || progress.activity !== 'analysing' ? nothing : html`<progress max="1" value=${share} aria-label="Checkpoints analysed"></progress>`}
    `;
  }

  #now(): TemplateResult | typeof nothing {
    const { state = null, news } = this.bound ?? {};
    const now = state && nowLine(state);
    if (!now) return nothing;
    const isFresh = now.change !== null && now.change === news?.fresh;
    return html`<div part="now" class=${isFresh ? 'fresh' : ''} data-testid="now">
      <span><i class="swatch" data-phase=${now.phase}></i><b>${now.phase === 'unnamed' ? 'phase without a name' : now.phase}</b> ${now.since}</span>
      ${now.last === null ? nothing : html`<span>${now.last}</span>`}
    </div>`;
  }

  readonly #chosen = (event: Event) => {
    const run = (event.target as HTMLSelectElement).value;
    if (this.dispatchEvent(runEvent(run))) this.bound?.watch(run);
  };
  readonly #retry = () => this.bound?.retryNow();
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-status': PhasewatchStatus;
  }
}
