/**
 * `<phasewatch-checkpoints>`: the checkpoints of a run, newest on top. A click or the arrow keys look at one. Where the
 * training began again, a line unfolds what was left behind (a click, Enter, or the right arrow key).
 *
 * A click with Shift, or on a row's button, compares with it. Rows have
 * `data-checkpoint`, `data-status` and, left behind, `data-branch`; forks have `data-fork`.
 * Events: `phasewatch-select`, `phasewatch-compare`, `phasewatch-live`. Parts: `header`, `list`, `row`, `fork`.
 * Every row is in the page, but only those that changed are rendered, and only those in sight are laid out: a run of a
 * few thousand checkpoints is what it is made for.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Branch, Checkpoint } from '../../protocol/state.ts';
import type { Feed } from '../feed/feed.ts';
import { type CheckpointKey, isSameKey, keyText } from '../view/branches.ts';
import { indexOf, type ListItem, listOf } from '../view/checkpoint-list.ts';
import type { CheckpointRow } from '../view/rows.ts';
import { checkpointsStyles } from './checkpoints-styles.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

type Fork = Extract<ListItem, { kind: 'fork' }>;

const NO_CHECKPOINTS: readonly Checkpoint[] = [];
const NO_BRANCHES: readonly Branch[] = [];
const KEY = {
  hasChanged: (value: CheckpointKey | null, old: CheckpointKey | null | undefined) =>
    !isSameKey(value, old ?? null),
} as const;

/**
 * The checkpoints of a run, newest on top.
 *
 * @fires phasewatch-select - a checkpoint is to be looked at; cancelable
 * @fires phasewatch-compare - it is to be compared with another one; cancelable
 * @fires phasewatch-live - the run is to be followed; cancelable
 * @csspart header
 * @csspart list
 * @csspart row
 * @csspart fork
 */
@customElement('phasewatch-checkpoints')
export class PhasewatchCheckpoints extends Widget {
  static override readonly styles = [widgetStyles, checkpointsStyles];

  @state() private checkpoints: readonly Checkpoint[] = [];
  @state() private branches: readonly Branch[] = [];
  @state(KEY) private shown: CheckpointKey | null = null;
  @state(KEY) private base: CheckpointKey | null = null;
  @state() private live = true;
  /** Whether news arrive at all. */
  @state() private connected = true;
  @state() private recorded = false;
  /** Numbers of the branches that are unfolded. */
  @state() private open: ReadonlySet<number> = new Set();
  /** The fork that the keys have come to; null while it is the checkpoint looked at. */
  @state() private active: number | null = null;
  #items: readonly ListItem[] = [];

  override get heading(): string {
    return 'Checkpoints';
  }

  override get table(): Table | null {
    if (this.checkpoints.length === 0) return null;
    const numbered = [...this.branches.entries()].flatMap(([branch, { checkpoints }]) =>
      checkpoints.map((checkpoint) => ({ checkpoint, branch: branch as number | null })),
    );
    const own = this.checkpoints.map((checkpoint) => ({ checkpoint, branch: null }));
    return {
      caption: 'Checkpoints',
      head: ['checkpoint', 'step', 'branch left behind', 'status', 'total strength', 'took (ms)', 'failure'],
      rows: [...own, ...numbered].map(({ checkpoint, branch }) => [
        checkpoint.id,
        checkpoint.step,
        branch,
        checkpoint.status,
        checkpoint.metrics.total_strength ?? null,
        checkpoint.millis,
        checkpoint.failure?.message ?? null,
      ]),
    };
  }

  protected override follow(feed: Feed): void {
    this.checkpoints = feed.state?.checkpoints ?? NO_CHECKPOINTS;
    this.branches = feed.state?.branches ?? NO_BRANCHES;
    this.shown = feed.shownKey;
    this.base = feed.chosenBase?.key ?? null;
    this.live = feed.chosen === null;
    this.connected = feed.status.phase === 'live';
    this.recorded = feed.status.phase === 'recorded';
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('shown')) {
      this.active = null;
      const branch = this.shown?.branch ?? null;
      if (branch !== null) this.open = new Set([...this.open, branch]);
    }
    if (['checkpoints', 'branches', 'open'].every((name) => !changed.has(name))) return;
    this.#items = listOf({ checkpoints: this.checkpoints, branches: this.branches, open: this.open });
  }

  protected override render(): TemplateResult {
    return html`
      <header part="header">
        <h2>Checkpoints</h2><span class="count">${this.checkpoints.length}</span>
        <button class=${this.connected ? 'connected' : ''} data-testid="live" aria-pressed=${this.live} title="Follow the run (key L)" @click=${() => this.goLive()}>
          ${this.#liveWords()}
        </button>
        ${this.tools()}
      </header>
      <div class="columns" aria-hidden="true"><span></span><span>step</span><span>total strength</span><span>took</span></div>
      <div part="list" role=${this.#items.length === 0 ? 'group' : 'tree'} tabindex="0" aria-label="Checkpoints, newest first"
        aria-activedescendant=${this.#activeText() ?? nothing} @keydown=${this.#keyPressed}>
        ${this.#items.length === 0 ? html`<div class="empty">${this.missing ?? 'None yet.'}</div>` : nothing}
        ${guard([this.#items, this.shown, this.base, this.active], () => this.#rows())}
      </div>
    `;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('shown')) this.#reveal();
  }

  #activeText(): string | null {
    if (this.active !== null) return `row-fork-${this.active}`;
    return this.shown === null ? null : `row-${keyText(this.shown)}`;
  }

  /** Scrolls the list only: `scrollIntoView` would also move a page in which the list is out of sight. */
  #reveal(): void {
    const list = this.renderRoot.querySelector<HTMLElement>('[role="tree"]');
    const row = this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]');
    if (!list || !row) return;
    const bottom = row.offsetTop + row.offsetHeight;
    if (row.offsetTop < list.scrollTop) list.scrollTop = row.offsetTop;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }

  #rows(): unknown {
    return repeat(
      this.#items,
      ({ text }) => text,
      (item) => {
        if (item.kind === 'fork') return this.#fork(item);
        const stands = [item.row, isSameKey(item.key, this.shown), isSameKey(item.key, this.base)];
        return guard(stands, () => this.#row(item.row, item.key));
      },
    );
  }

  #liveWords(): string {
    if (this.recorded) return 'Newest';
    return this.live ? 'Live' : 'Go live';
  }

  #row(row: CheckpointRow, key: CheckpointKey): TemplateResult {
    const { branch } = key;
    const classes = ['row', isSameKey(key, this.base) ? 'base' : '', branch === null ? '' : 'left'];
    return html`<div class=${classes.join(' ')} part="row" role="treeitem" aria-level=${branch === null ? 1 : 2} id="row-${keyText(key)}" title=${row.id}
      data-checkpoint=${row.id} data-branch=${branch ?? nothing} data-status=${row.status} aria-selected=${isSameKey(key, this.shown)}
      @click=${(event: MouseEvent) => (event.shiftKey ? this.compareWith(row.id, branch) : this.select(row.id, branch))}>
      <span class="dot"></span>
      <span class="step">${row.step}</span>
      ${this.#strength(row, key)}
      <span class="time">${row.duration ?? nothing}</span>
      ${row.failure === null ? nothing : html`<span class="failure">${row.failure}</span>`}
      ${this.#compare(row, key)}
      ${row.unchanged === null ? nothing : html`<span class="unchanged">${row.unchanged}</span>`}
    </div>`;
  }

  #fork({ branch, label, words, isOpen }: Fork): TemplateResult {
    return html`<div class="fork ${branch === this.active ? 'active' : ''}" part="fork" role="treeitem" aria-level="1" aria-expanded=${isOpen} id="row-fork-${branch}"
      data-fork=${branch} title=${words} @click=${() => this.#unfold(branch, !isOpen)}>
      <span class="turn" aria-hidden="true">▸</span><span>${label}</span>
    </div>`;
  }

  /** For the pointer only: the list is one tab stop, and the view of changes has a field for the base. */
  #compare({ id, status, step }: CheckpointRow, key: CheckpointKey): TemplateResult | typeof nothing {
    if (status !== 'done' || isSameKey(key, this.shown)) return nothing;
    const isBase = isSameKey(key, this.base);
    const press = (event: Event) => {
      event.stopPropagation();
      if (isBase) this.compareWith(null);
      else this.compareWith(id, key.branch);
    };
    return html`<button class="compare" tabindex="-1" aria-hidden="true" title=${isBase ? 'Compare with the checkpoint before again' : `Compare with step ${step} (Shift and click)`} @click=${press}>${isBase ? 'base' : 'compare'}</button>`;
  }

  #strength({ strength, status }: CheckpointRow, { branch }: CheckpointKey): TemplateResult {
    // One that is not done when it is left behind never will be.
    const words = status === 'computing' && branch !== null ? 'unfinished' : status;
    if (strength === null) return html`<span class="words ${status}">${words}</span>`;
    return html`<span class="strength">
      <span class="bar" .style=${`--share:${(100 * strength.share).toFixed(1)}%`}></span>
      <span class="number">${strength.text}</span>
    </span>`;
  }

  #unfold(branch: number, isOpen: boolean): void {
    const open = new Set(this.open);
    if (isOpen) open.add(branch);
    else open.delete(branch);
    this.open = open;
  }

  readonly #keyPressed = (event: KeyboardEvent) => {
    const { key } = event;
    const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }[key];
    const isFold = key === 'ArrowRight' || key === 'ArrowLeft' || key === 'Enter' || key === ' ';
    if (isFold && this.active !== null) {
      const isOpen = this.open.has(this.active);
      this.#unfold(this.active, key === 'ArrowRight' || (key !== 'ArrowLeft' && !isOpen));
    } else if (by !== undefined) this.#move(by);
    else return;
    event.preventDefault();
    // Left and right would look at another checkpoint.
    event.stopPropagation();
  };

  #move(by: number): void {
    const last = this.#items.length - 1;
    const fork = this.#items.findIndex((item) => item.kind === 'fork' && item.branch === this.active);
    const at = this.active === null ? indexOf(this.#items, this.shown) : fork;
    const next = this.#items[Math.max(0, Math.min(last, Math.max(0, at) + by))];
    if (next === undefined) return;
    this.active = next.kind === 'fork' ? next.branch : null;
    if (next.kind === 'checkpoint') this.select(next.key.id, next.key.branch);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-checkpoints': PhasewatchCheckpoints;
  }
}
