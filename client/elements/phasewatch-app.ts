/**
 * `<phasewatch-app>`: the dashboard. It owns the store and says to each element what it shows.
 *
 * Attributes: none; the server is the one that served the page, `?run=` names a run, `#token=` shows a token. Keys: L follows the run, left and
 * right look at the checkpoint before and after. Reflects `data-late-results` (graphs that came too late to be shown),
 * `data-resyncs`, `data-resumes` (how often the stream was begun anew, and went on where it had been cut off).
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { PhaseChange, PhaseSegment } from '../../protocol/phases.ts';
import type { Branch, Checkpoint, Graph, RunState } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import { addressesOf, pageWithRun } from '../addresses.ts';
import { ComparisonController } from '../controllers/comparison-controller.ts';
import { FocusController } from '../controllers/focus-controller.ts';
import { MetricChoiceController } from '../controllers/metric-choice-controller.ts';
import { NewsController } from '../controllers/news-controller.ts';
import { SchemeController } from '../controllers/scheme-controller.ts';
import { SessionController } from '../controllers/session-controller.ts';
import { StoreController } from '../controllers/store-controller.ts';
import { fetchGraph } from '../graphs.ts';
import { Session } from '../session.ts';
import { openWebSocket } from '../socket.ts';
import { Store } from '../store.ts';
import type { CheckpointKey } from '../view/branches.ts';
import { liveCheckpoint, neighbourOf } from '../view/focus.ts';
import { type Notice, noticeOf } from '../view/notice.ts';
import { appStyles } from './app-styles.ts';
import type { ChooseDetail, CompareDetail, RunDetail, SelectDetail } from './events.ts';
import { focusBanner } from './focus-banner.ts';
import './phasewatch-checkpoints.ts';
import './phasewatch-diff.ts';
import './phasewatch-graph.ts';
import './phasewatch-metrics.ts';
import './phasewatch-roles.ts';
import './phasewatch-status.ts';

const NO_SEGMENTS: readonly PhaseSegment[] = [];
const NO_CHANGES: readonly PhaseChange[] = [];
const NO_CHECKPOINTS: readonly Checkpoint[] = [];
const NO_BRANCHES: readonly Branch[] = [];

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
    const session = new Session({ ...addresses, fetch: (address, init) => fetch(address, init) });
    this.#store = new Store({
      address: addresses.stream,
      run: addresses.run,
      open: openWebSocket,
      access: session,
      fetchGraph: (run, checkpoint) => fetchGraph(session.request(addresses.graph(run, checkpoint))),
    });
    new SessionController(this, session, this.#store);
    new StoreController(this, this.#store);
    this.#focus = new FocusController(this, this.#store);
    this.#news = new NewsController(this, this.#store);
    this.#comparison = new ComparisonController(this, this.#store, {
      shown: () => this.#shownKey(),
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
    const branches = state?.branches ?? NO_BRANCHES;
    const shown = this.#shown();
    const { choice } = this.#metrics;
    return html`
      <phasewatch-status .state=${state} .status=${status} .runs=${this.#store.runs} .run=${this.#store.run} .resyncs=${this.#store.resyncs} .announcement=${this.#news.announcement} .fresh=${this.#news.fresh} @phasewatch-retry=${this.#retry} @phasewatch-run=${this.#watch}>
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
        <phasewatch-checkpoints .checkpoints=${checkpoints} .branches=${branches} .shown=${this.#shownKey()} .base=${this.#chosenBase()?.key ?? null} ?live=${this.#focus.chosen === null} ?connected=${status.phase === 'live'}></phasewatch-checkpoints>
        <phasewatch-metrics .checkpoints=${checkpoints} .branches=${branches} .segments=${state?.segments ?? NO_SEGMENTS} .changes=${state?.phaseChanges ?? NO_CHANGES} .fresh=${this.#news.fresh}
          .run=${state?.run.name ?? ''} .scope=${choice.scope} .chosen=${choice.chosen} .focusStep=${shown?.step ?? null} .scheme=${this.#scheme.scheme}></phasewatch-metrics>
      </main>
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-late-results', String(this.#focus.lateResults));
    this.setAttribute('data-resyncs', String(this.#store.resyncs));
    this.setAttribute('data-resumes', String(this.#store.resumes));
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
    return html`<phasewatch-graph class="view" id="view-graph" role="tabpanel" ?hidden=${this.view !== 'graph'} .analysis=${state?.run.analysis ?? null} .graph=${this.#lastGraph} .base=${this.#chosenBase() ? this.#comparison.graph : null} ?partial=${partial}
      .roles=${focus.kind === 'graph' ? focus.checkpoint.roles : null} .undefinedCount=${focus.kind === 'graph' ? focus.checkpoint.undefinedCount : 0} ?busy=${focus.kind === 'absent'}
      .layersReported=${partial ? (state?.progress.layersDone ?? 0) : 0} .scheme=${this.#scheme.scheme}>
      ${state ? this.#banner(state) : nothing}
      ${notice ? this.#notice(notice) : nothing}
    </phasewatch-graph>`;
  }

  #tabs(): TemplateResult {
    const base = this.#chosenBase();
    return html`<div role="tablist" aria-label="Views of the run" @keydown=${this.#tabKeyPressed}>
      ${VIEWS.map(
        ({
          view,
          label,
          title,
        }) => html`<button role="tab" id="tab-${view}" data-tab=${view} title=${title} aria-selected=${view === this.view} aria-controls="view-${view}"
          tabindex=${view === this.view ? 0 : -1} @click=${() => this.#open(view)}>${label}${view === 'changes' && base ? html`<span class="comparing">since ${base.checkpoint.step.toLocaleString('en-GB')}</span>` : nothing}</button>`,
      )}
    </div>`;
  }

  /** Views that need no place of their own while they are not looked at. */
  #otherView(state: RunState): TemplateResult | typeof nothing {
    const { checkpoints, branches, run } = state;
    const shown = this.#shown();
    const key = this.#shownKey();
    const { base, graph, problem } = this.#comparison;
    const { focus } = this.#focus;
    switch (this.view) {
      case 'graph':
        return nothing;
      case 'roles':
        return html`<phasewatch-roles class="view" id="view-roles" role="tabpanel" .checkpoints=${checkpoints} .nodes=${run.analysis?.nodes ?? []} .changes=${state.phaseChanges} .shown=${key?.branch === null ? key.id : null}></phasewatch-roles>`;
      case 'changes':
        return html`<phasewatch-diff class="view" id="view-changes" role="tabpanel" .analysis=${run.analysis} .checkpoints=${checkpoints} .branches=${branches}
          .base=${base?.checkpoint ?? null} .baseBranch=${base?.key.branch ?? null} .shown=${shown} .shownBranch=${key?.branch ?? null}
          .baseGraph=${graph} .graph=${focus.kind === 'graph' && !focus.partial ? focus.graph : null} .problem=${problem} .run=${run.name}></phasewatch-diff>`;
      default:
        return unreachable(this.view);
    }
  }

  #banner(state: RunState): TemplateResult | typeof nothing {
    const base = this.#chosenBase();
    return focusBanner({
      chosen: this.#focus.chosen,
      branches: state.branches,
      live: liveCheckpoint(state, true),
      base: base && { checkpoint: base.checkpoint, branch: base.key.branch },
      stopComparing: () => this.#comparison.choose(null),
      follow: this.#follow,
    });
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

  #shownKey(): CheckpointKey | null {
    const { focus } = this.#focus;
    return focus.kind === 'nothing' ? null : { id: focus.checkpoint.id, branch: focus.branch };
  }

  /** What the person compares with, null where nobody asked. */
  #chosenBase() {
    return this.#comparison.isChosen ? this.#comparison.base : null;
  }

  readonly #select = ({ detail: { checkpoint, branch } }: CustomEvent<SelectDetail>) =>
    this.#focus.choose({ id: checkpoint, branch });
  readonly #follow = () => this.#focus.choose(null);
  readonly #choose = (event: CustomEvent<ChooseDetail>) => this.#metrics.choose(event.detail.choice);
  readonly #compare = ({ detail: { checkpoint, branch } }: CustomEvent<CompareDetail>) => {
    this.#comparison.choose(checkpoint === null ? null : { id: checkpoint, branch });
  };
  readonly #watch = ({ detail: { run } }: CustomEvent<RunDetail>) => {
    history.replaceState(history.state, '', pageWithRun(location.href, run));
    this.#store.watch(run);
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
    const { state } = this.#store;
    const next = by && state && neighbourOf(state, this.#shownKey(), by);
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
