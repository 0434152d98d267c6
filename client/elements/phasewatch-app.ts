/**
 * `<phasewatch-app>`: the dashboard. It owns the store and says to each element what it shows.
 *
 * Attributes: none; the server is the one that served the page, `?run=` names a run. Keys: L follows the run, left and
 * right look at the checkpoint before and after. Reflects `data-late-results`: graphs that came too late to be shown.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { PhaseChange, PhaseSegment } from '../../protocol/phases.ts';
import type { Checkpoint, Graph, RunState } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import { addressesOf } from '../addresses.ts';
import { ComparisonController } from '../controllers/comparison-controller.ts';
import { FocusController } from '../controllers/focus-controller.ts';
import { MetricChoiceController } from '../controllers/metric-choice-controller.ts';
import { NewsController } from '../controllers/news-controller.ts';
import { SchemeController } from '../controllers/scheme-controller.ts';
import { StoreController } from '../controllers/store-controller.ts';
import { fetchGraph } from '../graphs.ts';
import { openWebSocket } from '../socket.ts';
import { Store } from '../store.ts';
import { liveCheckpoint, neighbourOf } from '../view/focus.ts';
import { type Notice, noticeOf } from '../view/notice.ts';
import { appStyles } from './app-styles.ts';
import type { ChooseDetail, CompareDetail, SelectDetail } from './events.ts';
import './phasewatch-checkpoints.ts';
import './phasewatch-diff.ts';
import './phasewatch-graph.ts';
import './phasewatch-metrics.ts';
import './phasewatch-roles.ts';
import './phasewatch-status.ts';

const NO_SEGMENTS: readonly PhaseSegment[] = [];
const NO_CHANGES: readonly PhaseChange[] = [];
const NO_CHECKPOINTS: readonly Checkpoint[] = [];

type View = 'graph' | 'roles' | 'changes';

const VIEWS: readonly { readonly view: View; readonly label: string; readonly title: string }[] = [
  { view: 'graph', label: 'Graph', title: 'The component graph of the checkpoint looked at' },
  { view: 'roles', label: 'Roles', title: 'Which node held which role when' },
  { view: 'changes', label: 'Changes', title: 'What changed between two checkpoints' },
];

@customElement('phasewatch-app')
export class PhasewatchApp extends LitElement {
  static override readonly styles = appStyles;

  readonly #store: Store;
  readonly #focus: FocusController;
  readonly #comparison: ComparisonController;
  readonly #news: NewsController;
  readonly #scheme = new SchemeController(this);
  readonly #metrics = new MetricChoiceController(this);
  @state() private view: View = 'graph';
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
    this.#news = new NewsController(this, this.#store);
    this.#comparison = new ComparisonController(this, this.#store, {
      shown: () => this.#shown()?.id ?? null,
      wanted: () => this.view === 'changes',
    });
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
    const { choice } = this.#metrics;
    return html`
      <phasewatch-status .state=${state} .status=${status} .resyncs=${this.#store.resyncs} .announcement=${this.#news.announcement} .fresh=${this.#news.fresh} @phasewatch-retry=${this.#retry}>
        <button class="scheme" data-testid="scheme" title="Colours: as the system says, light, or dark" @click=${() => this.#scheme.next()}>
<svg width="11" height="11" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" stroke-width="1.4" /><path d="M6 1 A5 5 0 0 1 6 11 Z" fill="currentColor" /></svg>
          ${this.#scheme.choice === 'system' ? 'auto' : this.#scheme.choice}
        </button>
      </phasewatch-status>
      <main @phasewatch-select=${this.#select} @phasewatch-compare=${this.#compare} @phasewatch-choose=${this.#choose} @phasewatch-live=${this.#follow}>
        <section class="centre">
          ${this.#tabs()}
          ${this.#graph(state)}
          ${state ? this.#otherView(state) : nothing}
        </section>
        <phasewatch-checkpoints .checkpoints=${checkpoints} .shown=${shown?.id ?? null} .base=${this.#comparison.isChosen ? (this.#comparison.base?.id ?? null) : null} ?live=${this.#focus.chosen === null} ?connected=${status.phase === 'live'}></phasewatch-checkpoints>
        <phasewatch-metrics .checkpoints=${checkpoints} .segments=${state?.segments ?? NO_SEGMENTS} .changes=${state?.phaseChanges ?? NO_CHANGES} .fresh=${this.#news.fresh}
          .run=${state?.run.name ?? ''} .scope=${choice.scope} .chosen=${choice.chosen} .focusStep=${shown?.step ?? null} .scheme=${this.#scheme.scheme}></phasewatch-metrics>
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
    return html`<phasewatch-graph class="view" id="view-graph" role="tabpanel" ?hidden=${this.view !== 'graph'} .analysis=${state?.run.analysis ?? null} .graph=${this.#lastGraph} .base=${this.#comparison.isChosen ? this.#comparison.graph : null} ?partial=${partial}
      .roles=${focus.kind === 'graph' ? focus.checkpoint.roles : null} .undefinedCount=${focus.kind === 'graph' ? focus.checkpoint.undefinedCount : 0} ?busy=${focus.kind === 'absent'}
      .layersReported=${partial ? (state?.progress.layersDone ?? 0) : 0} .scheme=${this.#scheme.scheme}>
      ${state ? this.#banner(state) : nothing}
      ${notice ? this.#notice(notice) : nothing}
    </phasewatch-graph>`;
  }

  #tabs(): TemplateResult {
    const { base, isChosen } = this.#comparison;
    return html`<div role="tablist" aria-label="Views of the run" @keydown=${this.#tabKeyPressed}>
      ${VIEWS.map(
        ({
          view,
          label,
          title,
        }) => html`<button role="tab" id="tab-${view}" data-tab=${view} title=${title} aria-selected=${view === this.view} aria-controls="view-${view}"
          tabindex=${view === this.view ? 0 : -1} @click=${() => this.#open(view)}>${label}${view === 'changes' && isChosen && base ? html`<span class="comparing">since ${base.step.toLocaleString('en-GB')}</span>` : nothing}</button>`,
      )}
    </div>`;
  }

  /** Views that need no place of their own while they are not looked at. */
  #otherView(state: RunState): TemplateResult | typeof nothing {
    const { checkpoints, run } = state;
    const shown = this.#shown();
    const { base, graph, problem } = this.#comparison;
    const { focus } = this.#focus;
    switch (this.view) {
      case 'graph':
        return nothing;
      case 'roles':
        return html`<phasewatch-roles class="view" id="view-roles" role="tabpanel" .checkpoints=${checkpoints} .nodes=${run.analysis?.nodes ?? []} .changes=${state.phaseChanges} .shown=${shown?.id ?? null}></phasewatch-roles>`;
      case 'changes':
        return html`<phasewatch-diff class="view" id="view-changes" role="tabpanel" .analysis=${run.analysis} .checkpoints=${checkpoints} .base=${base} .shown=${shown}
          .baseGraph=${graph} .graph=${focus.kind === 'graph' && !focus.partial ? focus.graph : null} .problem=${problem} .run=${run.name}></phasewatch-diff>`;
      default:
        return unreachable(this.view);
    }
  }

  #banner(state: RunState): TemplateResult | typeof nothing {
    const { chosen } = this.#focus;
    const { base, isChosen } = this.#comparison;
    if (chosen === null && !isChosen) return nothing;
    return html`<div class="banner" slot="banner" data-testid="banner">
      ${chosen === null ? nothing : html`<span>looking at <b>${chosen}</b> · live is at ${liveCheckpoint(state, true) ?? 'no checkpoint'}</span>`}
      ${isChosen && base ? html`<span>edges show what changed since <b>step ${base.step.toLocaleString('en-GB')}</b></span>` : nothing}
      ${isChosen ? html`<button class="action" data-testid="stop-comparing" @click=${() => this.#comparison.choose(null)}>Show weights</button>` : nothing}
      ${chosen === null ? nothing : html`<button class="action" @click=${this.#follow}>Go live</button>`}
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
  readonly #choose = (event: CustomEvent<ChooseDetail>) => this.#metrics.choose(event.detail.choice);
  readonly #compare = (event: CustomEvent<CompareDetail>) => {
    this.#comparison.choose(event.detail.checkpoint);
  };
  readonly #retry = () => this.#store.retryNow();

  #open(view: View): void {
    this.view = view;
  }

  readonly #tabKeyPressed = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.stopPropagation();
    const at = VIEWS.findIndex(({ view }) => view === this.view);
    const next = VIEWS[(at + by + VIEWS.length) % VIEWS.length];
    this.#open(next.view);
    this.renderRoot.querySelector<HTMLElement>(`#tab-${next.view}`)?.focus();
  };

  readonly #keyPressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.composedPath()[0])) return;
    if (event.key === 'l' || event.key === 'L') this.#follow();
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = by && neighbourOf(this.#store.state?.checkpoints ?? [], this.#shown()?.id ?? null, by);
    if (next) this.#focus.choose(next);
  };
}

function isField(target: EventTarget): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-app': PhasewatchApp;
  }
}
