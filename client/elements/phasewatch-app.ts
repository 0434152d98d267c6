/**
 * `<phasewatch-app>`: the dashboard. It owns the store and says to each element what it shows.
 *
 * Attributes: none; the server is the one that served the page, `?run=` names a run. Keys: L follows the run, left and
 * right look at the checkpoint before and after. Reflects `data-late-results`: graphs that came too late to be shown.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Checkpoint, Graph, RunState } from '../../protocol/state.ts';
import { addressesOf } from '../addresses.ts';
import { FocusController } from '../controllers/focus-controller.ts';
import { SchemeController } from '../controllers/scheme-controller.ts';
import { StoreController } from '../controllers/store-controller.ts';
import { fetchGraph } from '../graphs.ts';
import { openWebSocket } from '../socket.ts';
import { Store } from '../store.ts';
import { liveCheckpoint, neighbourOf } from '../view/focus.ts';
import { type Notice, noticeOf } from '../view/notice.ts';
import { appStyles } from './app-styles.ts';
import type { SelectDetail } from './events.ts';
import './phasewatch-checkpoints.ts';
import './phasewatch-graph.ts';
import './phasewatch-metrics.ts';
import './phasewatch-status.ts';

const NO_CHECKPOINTS: readonly Checkpoint[] = [];

@customElement('phasewatch-app')
export class PhasewatchApp extends LitElement {
  static override readonly styles = appStyles;

  readonly #store: Store;
  readonly #focus: FocusController;
  readonly #scheme = new SchemeController(this);
  /** The graph drawn last stays, dimmed, until the one asked for has come. */
  #lastGraph: Graph | null = null;

  constructor() {
    super();
    const addresses = addressesOf(location.href);
    this.#store = new Store({
      address: addresses.stream,
      run: addresses.run,
      open: openWebSocket,
      fetchGraph: (run, checkpoint) => fetchGraph(addresses.graph(run, checkpoint)),
    });
    new StoreController(this, this.#store);
    this.#focus = new FocusController(this, this.#store);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#keyPressed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#keyPressed);
  }

  protected override render(): TemplateResult {
    const { state, status } = this.#store;
    const checkpoints = state?.checkpoints ?? NO_CHECKPOINTS;
    const shown = this.#shown();
    return html`
      <phasewatch-status .state=${state} .status=${status} .resyncs=${this.#store.resyncs} @phasewatch-retry=${this.#retry}>
        <button class="scheme" data-testid="scheme" title="Colours: as the system says, light, or dark" @click=${() => this.#scheme.next()}>
<svg width="11" height="11" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" stroke-width="1.4" /><path d="M6 1 A5 5 0 0 1 6 11 Z" fill="currentColor" /></svg>
          ${this.#scheme.choice === 'system' ? 'auto' : this.#scheme.choice}
        </button>
      </phasewatch-status>
      <main @phasewatch-select=${this.#select} @phasewatch-live=${this.#follow}>
        ${this.#graph(state)}
        <phasewatch-checkpoints .checkpoints=${checkpoints} .shown=${shown?.id ?? null} ?live=${this.#focus.chosen === null} ?connected=${status.phase === 'live'}></phasewatch-checkpoints>
        <phasewatch-metrics .checkpoints=${checkpoints} .focusStep=${shown?.step ?? null} .scheme=${this.#scheme.scheme}></phasewatch-metrics>
      </main>
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-late-results', String(this.#focus.lateResults));
    const name = this.#store.state?.run.name;
    document.title = name ? `${name} · phasewatch` : 'phasewatch';
  }

  #graph(state: RunState | null): TemplateResult {
    const { focus } = this.#focus;
    const notice = noticeOf({
      state,
      status: this.#store.status,
      focus,
      fetchProblem: this.#focus.problem,
      now: Date.now(),
    });
    if (focus.kind === 'graph') this.#lastGraph = focus.graph;
    else if (notice !== null) this.#lastGraph = null;
    const partial = focus.kind === 'graph' && focus.partial;
    return html`<phasewatch-graph .analysis=${state?.run.analysis ?? null} .graph=${this.#lastGraph} ?partial=${partial}
      .roles=${focus.kind === 'graph' ? focus.checkpoint.roles : null} .undefinedCount=${focus.kind === 'graph' ? focus.checkpoint.undefinedCount : 0} ?busy=${focus.kind === 'absent'}
      .layersReported=${partial ? (state?.progress.layersDone ?? 0) : 0} .scheme=${this.#scheme.scheme}>
      ${state ? this.#banner(state) : nothing}
      ${notice ? this.#notice(notice) : nothing}
    </phasewatch-graph>`;
  }

  #banner(state: RunState): TemplateResult | typeof nothing {
    const { chosen } = this.#focus;
    if (chosen === null) return nothing;
    return html`<div class="banner" slot="banner" data-testid="banner">
      <span>looking at <b>${chosen}</b> · live is at ${liveCheckpoint(state, true) ?? 'no checkpoint'}</span>
      <button class="action" @click=${this.#follow}>Go live</button>
    </div>`;
  }

  #notice(notice: Notice): TemplateResult {
    const action = {
      'retry-connection': { label: 'Connect now', run: this.#retry },
      'retry-graph': { label: 'Try again', run: () => this.#focus.retry() },
      live: { label: 'Go live', run: this.#follow },
    };
    const offered = notice.action === 'live' && this.#focus.chosen === null ? null : notice.action;
    return html`<div class="notice ${notice.tone}" data-testid="notice" role="status">
      <h2>${notice.title}</h2>
      <p class="text">${notice.text}</p>
      <p>${notice.hint}</p>
      ${offered === null ? nothing : html`<button class="action" @click=${action[offered].run}>${action[offered].label}</button>`}
    </div>`;
  }

  #shown() {
    const { focus } = this.#focus;
    return focus.kind === 'nothing' ? null : focus.checkpoint;
  }

  readonly #select = (event: CustomEvent<SelectDetail>) => this.#focus.choose(event.detail.checkpoint);
  readonly #follow = () => this.#focus.choose(null);
  readonly #retry = () => this.#store.retryNow();

  readonly #keyPressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.composedPath()[0] instanceof HTMLInputElement)
      return;
    if (event.key === 'l' || event.key === 'L') this.#follow();
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = by && neighbourOf(this.#store.state?.checkpoints ?? [], this.#shown()?.id ?? null, by);
    if (next) this.#focus.choose(next);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-app': PhasewatchApp;
  }
}
