/**
 * `<phasewatch-status>`: the head of the page: which run, which model, how the connection stands, how far the run is,
 * and which phase it is in.
 *
 * Properties: `state`, `status`, `resyncs`, `announcement` (read out when it changes), `fresh` (id of a change that is
 * news). Reflects `data-connection` (phase) and `data-activity`.
 * Event: `phasewatch-retry`. Slot: default, at the right end. Parts: `model`, `connection`, `progress`, `now`.
 */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Analysis, RunState } from '../../protocol/state.ts';
import type { ConnectionStatus } from '../connection.ts';
import { ClockController } from '../controllers/clock-controller.ts';
import { connectionWords } from '../view/connection-words.ts';
import { ablationExplanation, methodText } from '../view/method.ts';
import { modelParts } from '../view/model-line.ts';
import { nowLine } from '../view/now-line.ts';
import { progressLine } from '../view/progress.ts';
import { retryEvent } from './events.ts';
import { phaseHues } from './phases-styles.ts';

@customElement('phasewatch-status')
export class PhasewatchStatus extends LitElement {
  static override readonly styles = [
    phaseHues,
    css`
    :host { display: block; position: relative; background: var(--phasewatch-panel); border-bottom: 1px solid var(--phasewatch-border); }
    .line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; padding: 9px 16px 0; }
    h1 { margin: 0; font-size: 15px; font-weight: 650; letter-spacing: -0.01em; }
    .source { font: 11.5px var(--phasewatch-mono); color: var(--phasewatch-ink-faint); overflow-wrap: anywhere; }
    .right { margin-left: auto; display: flex; align-items: center; gap: 12px; }
    [part='connection'] { display: inline-flex; align-items: center; gap: 7px; font-weight: 550; }
    .dot { width: 8px; height: 8px; border-radius: 50%; background: var(--phasewatch-ink-faint); flex: none; }
    [data-phase='live'] .dot { background: var(--phasewatch-good); box-shadow: 0 0 0 3px color-mix(in srgb, var(--phasewatch-good) 22%, transparent); }
    [data-phase='connecting'] .dot, [data-phase='reconnecting'] .dot { background: var(--phasewatch-busy); animation: pulse 1.2s infinite alternate; }
    [data-phase='offline'] .dot { background: var(--phasewatch-bad); }
    button { all: unset; cursor: pointer; color: var(--phasewatch-accent); border-radius: 3px; }
    button:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: 2px; }
    [part='model'] { padding: 1px 16px 0; color: var(--phasewatch-ink-soft); display: flex; flex-wrap: wrap; gap: 0 8px; }
    [part='model'] > span:not(:last-child)::after, [part='progress'] > span:not(:last-child)::after { content: '·'; margin-left: 8px; font-weight: 400; color: var(--phasewatch-ink-faint); }
    .method { color: var(--phasewatch-ink); font-weight: 550; }
    [part='progress'] { display: flex; flex-wrap: wrap; gap: 0 8px; color: var(--phasewatch-ink-soft); min-height: 19px; }
    [part='progress'] .first { color: var(--phasewatch-ink); font-weight: 550; }
    [part='progress'].missing .first { color: var(--phasewatch-bad); }
    .failed { color: var(--phasewatch-bad); }
    progress { appearance: none; position: absolute; left: 0; bottom: -1px; width: 100%; height: 2px; border: 0; background: transparent; display: block; }
    progress::-webkit-progress-bar { background: transparent; }
    progress::-webkit-progress-value { background: var(--phasewatch-accent); transition: width 0.2s; }
    progress::-moz-progress-bar { background: var(--phasewatch-accent); }
    @keyframes pulse { to { opacity: 0.35; } }
    @media (prefers-reduced-motion: reduce) { .dot { animation: none !important; } progress::-webkit-progress-value { transition: none; } }
    .foot { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 24px; padding: 5px 16px 8px; }
    [part='now'] { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; margin-left: auto; color: var(--phasewatch-ink-soft); border-radius: 6px; }
    [part='now'] b { font-weight: 600; color: var(--phasewatch-ink); }
    [part='now'] .swatch { display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 6px; background: var(--hue); }
    [part='now'] > span:not(:last-child)::after { content: '·'; margin-left: 8px; color: var(--phasewatch-ink-faint); }
    [part='now'].fresh { animation: news 6s ease-out; }
    .said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @keyframes news { 0%, 60% { background: var(--phasewatch-selected); box-shadow: 0 0 0 5px var(--phasewatch-selected); } }
    @media (max-width: 720px) { [part='now'] { margin-left: 0; } }
    @media (prefers-reduced-motion: reduce) { [part='now'] { animation: none !important; } }
  `,
  ];

  @property({ attribute: false }) state: RunState | null = null;
  @property({ attribute: false }) status: ConnectionStatus = { phase: 'connecting' };
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
    return html`
      <div class="line">
        <h1>${run?.name ?? 'phasewatch'}</h1>
        ${run ? html`<span class="source">${run.source}</span>` : nothing}
        <div class="right">
          ${this.resyncs > 0 ? html`<span class="source" title="How often the stream was out of step and was begun anew">${this.resyncs} resync${this.resyncs === 1 ? '' : 's'}</span>` : nothing}
          <span part="connection" data-phase=${status.phase} title=${detail} role="status"><span class="dot"></span>${words}</span>
          ${status.phase === 'reconnecting' || status.phase === 'offline' ? html`<button @click=${this.#retry}>connect now</button>` : nothing}
          <slot></slot>
        </div>
      </div>
      <div part="model">
        ${run?.analysis ? this.#model(run.analysis) : html`<span>model, probe and ablation are known from the first checkpoint on</span>`}
      </div>
      <div class="foot">${this.#progress()}${this.#now()}</div>
      <div class="said" aria-live="polite" data-testid="announcement">${this.announcement}</div>
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-connection', this.status.phase);
    this.setAttribute('data-activity', this.state?.progress.activity ?? 'none');
  }

  #model(analysis: Analysis): TemplateResult {
    return html`${modelParts(analysis).map((part) => html`<span>${part}</span>`)}
      <span class="method" data-testid="method" title=${ablationExplanation(analysis.ablation)}>${methodText(analysis)}</span>`;
  }

  #progress(): TemplateResult {
    if (!this.state) return html`<div part="progress"></div>`;
    const { progress, checkpoints } = this.state;
    const { parts, share } = progressLine(progress);
    const failed = checkpoints.filter(({ status }) => status === 'failed').length;
    return html`
      <div part="progress" class=${progress.activity}>
        ${parts.map((part, index) => html`<span class=${index === 0 ? 'first' : ''}>${part}</span>`)}
        ${failed > 0 ? html`<span><span class="failed" data-testid="failures">${failed} failed</span></span>` : nothing}
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

  readonly #retry = () => this.dispatchEvent(retryEvent());
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-status': PhasewatchStatus;
  }
}
