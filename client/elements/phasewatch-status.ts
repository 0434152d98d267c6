/**
 * `<phasewatch-status>`: the head of the page: which run, which model, how the connection stands, how far the run is,
 * and which phase it is in.
 *
 * Properties: `state`, `status`, `runs` (all of the server), `run` (id of the one watched), `resyncs`, `announcement` (read out when it changes), `fresh` (id of a change that is
 * news). Reflects `data-connection` (phase) and `data-activity`.
 * Events: `phasewatch-retry`, `phasewatch-run`. Slot: default, at the right end. Parts: `model`, `connection`, `progress`, `now`, `unkept`.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RunSummary } from '../../protocol/messages.ts';
import type { Analysis, RunState } from '../../protocol/state.ts';
import type { ConnectionStatus } from '../connection.ts';
import { ClockController } from '../controllers/clock-controller.ts';
import { forksText } from '../view/branches.ts';
import { connectionWords } from '../view/connection-words.ts';
import { ablationExplanation, methodText } from '../view/method.ts';
import { modelParts } from '../view/model-line.ts';
import { nowLine } from '../view/now-line.ts';
import { progressLine } from '../view/progress.ts';
import { runOptions } from '../view/run-choice.ts';
import { retryEvent, runEvent } from './events.ts';
import { statusStyles } from './status-styles.ts';

@customElement('phasewatch-status')
export class PhasewatchStatus extends LitElement {
  static override readonly styles = statusStyles;

  @property({ attribute: false }) state: RunState | null = null;
  @property({ attribute: false }) status: ConnectionStatus = { phase: 'connecting' };
  @property({ attribute: false }) runs: readonly RunSummary[] = [];
  @property() run: string | null = null;
  @property({ attribute: false }) resyncs = 0;
  @property() announcement = '';
  @property() fresh: string | null = null;

  constructor() {
    super();
    new ClockController(this, () => this.status.phase === 'reconnecting');
  }

  protected override render(): TemplateResult {
    const { state, status } = this;
    const run = state?.run;
    const { words, detail } = connectionWords(status, Date.now());
    const hint = status.phase === 'offline' && status.hint ? ` ${status.hint}` : '';
    return html`
      <div class="line">
        <h1>${this.#name()}</h1>
        ${run ? html`<span class="source">${run.source}</span>` : nothing}
        <div class="right">
          ${this.resyncs > 0 ? html`<span class="source" title="How often the stream was out of step and was begun anew">${this.resyncs} resync${this.resyncs === 1 ? '' : 's'}</span>` : nothing}
          <span part="connection" data-phase=${status.phase} title=${detail + hint} role="status"><span class="dot"></span>${words}</span>
          ${status.phase === 'reconnecting' || status.phase === 'offline' ? html`<button @click=${this.#retry}>connect now</button>` : nothing}
          <slot></slot>
        </div>
      </div>
      <div part="model">
        ${run?.analysis ? this.#model(run.analysis) : html`<span>model, probe and ablation are known from the first checkpoint on</span>`}
      </div>
      <div class="foot">${this.#progress()}${this.#now()}</div>
      ${this.#unkept()}
      <div class="said" aria-live="polite" data-testid="announcement">${this.announcement}</div>
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-connection', this.status.phase);
    this.setAttribute('data-activity', this.state?.progress.activity ?? 'none');
  }

  /** What a person has to know before they rely on what they see. */
  #unkept(): TemplateResult | typeof nothing {
    const unkept = this.runs.find(({ id }) => id === this.run)?.unkept ?? null;
    if (unkept === null) return nothing;
    return html`<p part="unkept" class="unkept" data-testid="unkept" role="status"><b>Results are not being kept.</b> ${unkept}.</p>`;
  }

  /** Its name, or a list to choose from where there are several. */
  #name(): string | TemplateResult {
    const options = runOptions(this.runs, this.run);
    if (options.length === 0) return this.state?.run.name ?? 'phasewatch';
    return html`<span class="run"><select aria-label="Run" data-testid="run" @change=${this.#chosen}>
      ${options.map(({ id, label, isHere }) => html`<option value=${id} ?disabled=${!isHere} .selected=${id === this.run}>${label}</option>`)}
    </select></span>`;
  }

  #model(analysis: Analysis): TemplateResult {
    return html`${modelParts(analysis).map((part) => html`<span>${part}</span>`)}
      <span class="method" data-testid="method" title=${ablationExplanation(analysis.ablation)}>${methodText(analysis)}</span>`;
  }

  #progress(): TemplateResult {
    if (!this.state) return html`<div part="progress"></div>`;
    const { progress, checkpoints, branches } = this.state;
    const forks = forksText(branches);
    const { parts, share } = progressLine(progress);
    const failed = checkpoints.filter(({ status }) => status === 'failed').length;
    return html`
      <div part="progress" class=${progress.activity}>
        ${parts.map((part, index) => html`<span class=${index === 0 ? 'first' : ''}>${part}</span>`)}
        ${failed > 0 ? html`<span><span class="failed" data-testid="failures">${failed} failed</span></span>` : nothing}
        ${forks === null ? nothing : html`<span data-testid="rewound">${forks}</span>`}
      </div>
      ${share === null || progress.activity !== 'analysing' ? nothing : html`<progress max="1" value=${share} aria-label="Checkpoints analysed"></progress>`}
    `;
  }

  #now(): TemplateResult | typeof nothing {
    const now = this.state && nowLine(this.state);
    if (!now) return nothing;
    const isFresh = this.fresh !== null && now.change === this.fresh;
    return html`<div part="now" class=${isFresh ? 'fresh' : ''} data-testid="now">
      <span><i class="swatch" data-phase=${now.phase}></i><b>${now.phase === 'unnamed' ? 'phase without a name' : now.phase}</b> ${now.since}</span>
      ${now.last === null ? nothing : html`<span>${now.last}</span>`}
    </div>`;
  }

  readonly #chosen = (event: Event) =>
    this.dispatchEvent(runEvent((event.target as HTMLSelectElement).value));
  readonly #retry = () => this.dispatchEvent(retryEvent());
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-status': PhasewatchStatus;
  }
}
