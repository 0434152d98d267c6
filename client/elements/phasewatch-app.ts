/**
 * `<phasewatch-app>`: the dashboard, all widgets of one feed.
 *
 * Attribute: `page` (it owns its page: takes run, token and view from the address, keeps what is looked at there and what
 * is chosen on this machine). Keys: `view/keys.ts`; in a page of somebody else only while the focus is inside of it.
 * Reflects `data-late-results` (graphs that came too late to be shown), `data-resyncs`, `data-resumes` (how often the
 * stream was begun anew, and went on where it had been cut off).
 */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { unreachable } from '../../protocol/unreachable.ts';
import { AddressController } from '../controllers/address-controller.ts';
import { LazyController } from '../controllers/lazy-controller.ts';
import { MetricChoiceController } from '../controllers/metric-choice-controller.ts';
import { NotificationController } from '../controllers/notification-controller.ts';
import { PageController } from '../controllers/page-controller.ts';
import type { Theme } from '../controllers/scheme-controller.ts';
import { SizeController } from '../controllers/size-controller.ts';
import type { Feed } from '../feed/feed.ts';
import { actionOf, type KeyAction } from '../view/keys.ts';
import { VIEWS, type View } from '../view/view-address.ts';
import { appControls } from './app-controls.ts';
import { appStyles } from './app-styles.ts';
import type { ChooseDetail, RunDetail } from './events.ts';
import { isKeyTaken } from './key-target.ts';
import './phasewatch-checkpoints.ts';
import './phasewatch-graph.ts';
import './phasewatch-metrics.ts';
import './phasewatch-scrubber.ts';
import './phasewatch-status.ts';
import { wholeText } from '../view/number.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

const TABS: Readonly<Record<View, { readonly label: string; readonly title: string }>> = {
  graph: { label: 'Graph', title: 'The component graph of the checkpoint looked at (key 1)' },
  matrix: { label: 'Matrix', title: 'All edges of that graph as a matrix (key 2)' },
  roles: { label: 'Roles', title: 'Which node held which role when (key 3)' },
  changes: { label: 'Changes', title: 'What changed between two checkpoints (key 4)' },
};
const NEXT_THEME: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
/** In less there is no room for the list beside anything: it is folded, and the strip stands for it. */
const NARROW_PIXELS = 620;
const BLOCKED =
  'This browser blocks notifications of this page. Allow them in its settings for the site, then press the bell again.';

/** The dashboard: all widgets of one run. */
@customElement('phasewatch-app')
export class PhasewatchApp extends Widget {
  static override readonly styles = [widgetStyles, appStyles];

  @property({ type: Boolean }) page = false;
  @state() private view: View = 'graph';
  /** Whether the folded list of checkpoints is open. */
  @state() private isListOpen = false;
  @state() private message: string | null = null;
  readonly #page = new PageController(this);
  readonly #metrics = new MetricChoiceController(this);
  readonly #address = new AddressController(this, {
    feed: () => this.bound,
    own: () => ({ view: this.view, metrics: this.#metrics.choice, theme: this.theme ?? 'auto' }),
    take: ({ view, metrics, theme }) => {
      if (view !== undefined) this.view = view;
      if (metrics !== undefined) this.#metrics.take(metrics);
      if (theme !== undefined) this.#page.takeTheme(theme);
    },
  });
  readonly #notifications = new NotificationController(this, () => this.bound);
  readonly #lazy = new LazyController(this);
  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.frame'));
  /** Whether the help of the keys has been asked for. */
  #hasHelp = false;

  override get heading(): string {
    return 'Phasewatch';
  }

  override get table(): Table | null {
    return null;
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
    const feed = this.bound;
    const { choice } = this.#metrics;
    return html`<div class="frame">
      <phasewatch-status role="region" aria-label="Run and connection" .feed=${feed} @phasewatch-run=${this.#watched}>
        ${appControls({
          theme: this.theme ?? 'auto',
          nextTheme: this.#nextTheme,
          link: this.page ? this.#address.link : null,
          notifications: this.#notifications.standing,
          toggleNotifications: this.#toggleNotifications,
          help: this.#help,
        })}
      </phasewatch-status>
      ${this.#said(this.#address.problem ?? this.message)}
      <main @phasewatch-choose=${this.#choose}>
        <section class="centre">
          ${this.#tabs()}
          <phasewatch-graph class="view" id="view-graph" role="tabpanel" aria-labelledby="tab-graph" ?hidden=${this.view !== 'graph'} .feed=${feed}></phasewatch-graph>
          ${this.#otherView(feed)}
          <phasewatch-scrubber .feed=${feed}></phasewatch-scrubber>
        </section>
        ${this.#list(feed)}
        <phasewatch-metrics .feed=${feed} .scope=${choice.scope} .chosen=${choice.chosen}></phasewatch-metrics>
      </main>
      ${this.#hasHelp ? html`<phasewatch-keys></phasewatch-keys>` : nothing}
    </div>`;
  }

  protected override updated(): void {
    const feed = this.bound;
    this.setAttribute('data-late-results', String(feed?.focusing.lateResults ?? 0));
    this.setAttribute('data-resyncs', String(feed?.resyncs ?? 0));
    this.setAttribute('data-resumes', String(feed?.resumes ?? 0));
    this.#page.title(feed?.state?.run.name ?? null);
  }

  #said(message: string | null): TemplateResult | typeof nothing {
    if (message === null) return nothing;
    return html`<p class="message" role="status" data-testid="message"><span>${message}</span><button aria-label="Close this message" title="Close" @click=${this.#unsay}>×</button></p>`;
  }

  #tabs(): TemplateResult {
    const base = this.bound?.chosenBase ?? null;
    return html`<div role="tablist" aria-label="Views of the run" @keydown=${this.#tabKeyPressed}>
      ${VIEWS.map(
        (
          view,
        ) => html`<button role="tab" id="tab-${view}" data-tab=${view} title=${TABS[view].title} aria-selected=${view === this.view} aria-controls="view-${view}"
          tabindex=${view === this.view ? 0 : -1} @click=${() => this.#open(view)}>${TABS[view].label}${view === 'changes' && base ? html`<span class="comparing">since ${wholeText(base.checkpoint.step)}</span>` : nothing}</button>`,
      )}
    </div>`;
  }

  /** Views that need no place of their own while they are not looked at; each is loaded when it is for the first time. */
  #otherView(feed: Feed | null): TemplateResult | typeof nothing {
    switch (this.view) {
      case 'graph':
        return nothing;
      case 'matrix':
        return this.#loaded(
          'phasewatch-matrix',
          () => import('./phasewatch-matrix.ts'),
          html`<phasewatch-matrix class="view" id="view-matrix" role="tabpanel" aria-labelledby="tab-matrix" .feed=${feed}></phasewatch-matrix>`,
        );
      case 'roles':
        return this.#loaded(
          'phasewatch-roles',
          () => import('./phasewatch-roles.ts'),
          html`<phasewatch-roles class="view" id="view-roles" role="tabpanel" aria-labelledby="tab-roles" .feed=${feed}></phasewatch-roles>`,
        );
      case 'changes':
        return this.#loaded(
          'phasewatch-diff',
          () => import('./phasewatch-diff.ts'),
          html`<phasewatch-diff class="view" id="view-changes" role="tabpanel" aria-labelledby="tab-changes" .feed=${feed}></phasewatch-diff>`,
        );
      default:
        return unreachable(this.view);
    }
  }

  #loaded(element: string, load: () => Promise<unknown>, template: TemplateResult): TemplateResult {
    const standing = this.#lazy.want(element, load);
    if (standing === 'here') return template;
    const words =
      standing === 'loading'
        ? 'Loading this view.'
        : html`This view could not be loaded; is the server there? <button class="again" @click=${() => this.#lazy.retry(element)}>Try again</button>`;
    return html`<div class="view loading" id="view-${this.view}" role="tabpanel" aria-busy=${standing === 'loading'}><p>${words}</p></div>`;
  }

  #list(feed: Feed | null): TemplateResult {
    const isNarrow = (this.#size.size?.width ?? window.innerWidth) < NARROW_PIXELS;
    const list = html`<phasewatch-checkpoints .feed=${feed}></phasewatch-checkpoints>`;
    if (!isNarrow) return list;
    const count = feed?.state?.checkpoints.length ?? 0;
    return html`<div class="folded">
      <button class="fold" aria-expanded=${this.isListOpen} data-testid="fold" @click=${this.#fold}><span class="turn" aria-hidden="true">▸</span>Checkpoints <span class="count">${wholeText(count)}</span></button>
      ${this.isListOpen ? list : nothing}
    </div>`;
  }

  readonly #choose = (event: CustomEvent<ChooseDetail>) => this.#metrics.choose(event.detail.choice);
  readonly #watched = ({ detail: { run } }: CustomEvent<RunDetail>) => this.#page.showRun(run);
  readonly #nextTheme = () => this.#page.chooseTheme(NEXT_THEME[this.theme ?? 'auto']);
  readonly #fold = () => {
    this.isListOpen = !this.isListOpen;
  };
  readonly #unsay = () => {
    this.message = null;
    this.#address.dismiss();
  };
  readonly #toggleNotifications = async () => {
    await this.#notifications.toggle();
    this.message = this.#notifications.standing === 'blocked' ? BLOCKED : null;
  };
  readonly #help = async () => {
    await import('./phasewatch-keys.ts');
    this.#hasHelp = true;
    this.requestUpdate();
    await this.updateComplete;
    const keys = this.renderRoot.querySelector('phasewatch-keys');
    await keys?.updateComplete;
    keys?.toggle();
  };

  #open(view: View): void {
    this.view = view;
  }

  readonly #tabKeyPressed = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.stopPropagation();
    const next = VIEWS[(VIEWS.indexOf(this.view) + by + VIEWS.length) % VIEWS.length];
    this.#open(next);
    this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };

  readonly #keyPressed = (event: KeyboardEvent) => {
    const isHere = this.page || event.composedPath().includes(this);
    const action = isHere && !isKeyTaken(event) ? actionOf(event) : null;
    if (action === null) return;
    event.preventDefault();
    this.#act(action);
  };

  #act(action: KeyAction): void {
    const scrubber = this.renderRoot.querySelector('phasewatch-scrubber');
    switch (action.kind) {
      case 'step':
        scrubber?.step(action.by);
        break;
      case 'play':
        scrubber?.toggle();
        break;
      case 'live':
        this.goLive();
        break;
      case 'theme':
        this.#nextTheme();
        break;
      case 'help':
        void this.#help();
        break;
      case 'view':
        this.#open(action.view);
        break;
      default:
        unreachable(action);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-app': PhasewatchApp;
  }
}
