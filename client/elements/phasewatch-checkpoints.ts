/**
 * `<phasewatch-checkpoints>`: the checkpoints of a run, newest on top. A click or the arrow keys look at one.
 *
 * Properties: `checkpoints`, `shown` (id of the one looked at), `base` (id of the one it is compared with, if the person
 * chose it), `live`, `connected`. A click with Shift, or on a row's button, compares with it. Rows have `data-checkpoint`,
 * `data-status`.
 * Events: `phasewatch-select`, `phasewatch-compare`, `phasewatch-live`. Parts: `header`, `list`, `row`.
 * Limit: every row is in the page; a run of a few hundred checkpoints is what it is made for.
 */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Checkpoint } from '../../protocol/state.ts';
import { neighbourOf } from '../view/focus.ts';
import { type CheckpointRow, rowsOf } from '../view/rows.ts';
import { compareEvent, liveEvent, selectEvent } from './events.ts';

@customElement('phasewatch-checkpoints')
export class PhasewatchCheckpoints extends LitElement {
  static override readonly styles = css`
    :host { display: flex; flex-direction: column; min-height: 0; min-width: 0; }
    header { display: flex; align-items: center; gap: 8px; padding: 9px 10px 8px 14px; }
    h2 { margin: 0; font-size: 12px; font-weight: 600; }
    .count { color: var(--phasewatch-ink-faint); font-size: 12px; }
    header button {
      all: unset; margin-left: auto; cursor: pointer; font-size: 12px; font-weight: 550; padding: 2px 9px; border-radius: 6px;
      box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong); color: var(--phasewatch-ink-soft);
    }
    header button:hover { background: var(--phasewatch-hover); }
    button.connected[aria-pressed='true'] { color: var(--phasewatch-good); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--phasewatch-good) 45%, transparent); }
    header button:focus-visible, [role='listbox']:focus-visible { outline: 2px solid var(--phasewatch-accent); outline-offset: -2px; }
    kbd { font: 10px var(--phasewatch-mono); color: var(--phasewatch-ink-faint); margin-left: 5px; }
    .columns, .row { display: grid; grid-template-columns: 14px 50px 1fr 46px; align-items: center; gap: 0 7px; padding: 0 12px 0 12px; }
    .columns { font-size: 10.5px; color: var(--phasewatch-ink-faint); padding-bottom: 4px; border-bottom: 1px solid var(--phasewatch-border); }
    .columns :nth-child(2), .columns :nth-child(4) { text-align: right; }
    [role='listbox'] { position: relative; flex: 1; min-height: 0; overflow-y: auto; padding: 4px 0; scrollbar-width: thin; scrollbar-color: var(--phasewatch-border-strong) transparent; }
    .row { min-height: 25px; cursor: pointer; font-size: 12px; position: relative; }
    .row:hover { background: var(--phasewatch-hover); }
    .row[aria-selected='true'] { background: var(--phasewatch-selected); }
    .row[aria-selected='true']::before { content: ''; position: absolute; left: 0; top: 0; bottom: 0; width: 2px; background: var(--phasewatch-accent); }
    .step { text-align: right; font-weight: 550; }
    .time { text-align: right; color: var(--phasewatch-ink-faint); font-size: 11px; white-space: nowrap; }
    .strength { display: flex; align-items: center; gap: 7px; min-width: 0; color: var(--phasewatch-ink-soft); font-size: 11px; }
    .bar { flex: 1; height: 4px; border-radius: 2px; background: var(--phasewatch-grid); overflow: hidden; }
    .bar::before { content: ''; display: block; height: 100%; width: var(--share); border-radius: 2px; background: color-mix(in srgb, var(--phasewatch-accent) 62%, transparent); }
    .row[aria-selected='true'] .bar::before { background: var(--phasewatch-accent); }
    .number { width: 32px; text-align: right; }
    .dot { width: 6px; height: 6px; border-radius: 50%; background: var(--phasewatch-border-strong); margin: auto; }
    [data-status='failed'] .dot { background: var(--phasewatch-bad); }
    [data-status='computing'] .dot {
      width: 9px; height: 9px; background: none; border: 1.6px solid var(--phasewatch-accent); border-right-color: transparent;
      box-sizing: border-box; animation: turn 0.8s linear infinite;
    }
    .compare {
      all: unset; position: absolute; right: 8px; top: 3px; line-height: 17px; padding: 0 7px; border-radius: 5px; font-size: 11px; cursor: pointer; opacity: 0;
      color: var(--phasewatch-ink-soft); background: var(--phasewatch-panel); box-shadow: inset 0 0 0 1px var(--phasewatch-border-strong);
    }
    .row:hover .compare { opacity: 1; }
    .compare:hover { color: var(--phasewatch-accent); }
    .row.base .compare { opacity: 1; color: var(--phasewatch-accent); }
    @media (hover: none) { .row[aria-selected='false'] .compare { display: none; } }
    .failure { grid-column: 2 / -1; color: var(--phasewatch-bad); font-size: 11px; line-height: 1.35; padding: 0 0 5px; overflow-wrap: anywhere; }
    .unchanged { grid-column: 2 / -1; color: var(--phasewatch-ink-faint); font-size: 11px; padding: 0 0 4px; }
    .words { color: var(--phasewatch-ink-faint); font-size: 11px; }
    .words.failed { color: var(--phasewatch-bad); }
    .empty { padding: 12px 14px; color: var(--phasewatch-ink-faint); font-size: 12px; }
    @keyframes turn { to { transform: rotate(360deg); } }
    @media (prefers-reduced-motion: reduce) { .dot { animation: none !important; } }
  `;

  @property({ attribute: false }) checkpoints: readonly Checkpoint[] = [];
  @property() shown: string | null = null;
  @property() base: string | null = null;
  @property({ type: Boolean }) live = true;
  /** Whether news arrive at all. */
  @property({ type: Boolean }) connected = true;
  #rows: readonly CheckpointRow[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('checkpoints')) this.#rows = rowsOf(this.checkpoints);
  }

  protected override render(): TemplateResult {
    return html`
      <header part="header">
        <h2>Checkpoints</h2><span class="count">${this.#rows.length}</span>
        <button class=${this.connected ? 'connected' : ''} data-testid="live" aria-pressed=${this.live} title="Follow the run (key L)" @click=${() => this.dispatchEvent(liveEvent())}>
          ${this.live ? 'Live' : html`Go live<kbd>L</kbd>`}
        </button>
      </header>
      <div class="columns" aria-hidden="true"><span></span><span>step</span><span>total strength</span><span>took</span></div>
      <div part="list" role="listbox" tabindex="0" aria-label="Checkpoints, newest first"
        aria-activedescendant=${this.shown === null ? nothing : `row-${this.shown}`} @keydown=${this.#keyPressed}>
        ${this.#rows.length === 0 ? html`<div class="empty">None yet.</div>` : nothing}
        ${repeat(
          this.#rows,
          ({ id }) => id,
          (row) => this.#row(row),
        )}
      </div>
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('shown')) this.#reveal();
  }

  /** Scrolls the list only: `scrollIntoView` would also move a page in which the list is out of sight. */
  #reveal(): void {
    const list = this.renderRoot.querySelector<HTMLElement>('[role="listbox"]');
    const row = this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]');
    if (!list || !row) return;
    const bottom = row.offsetTop + row.offsetHeight;
    if (row.offsetTop < list.scrollTop) list.scrollTop = row.offsetTop;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }

  #row(row: CheckpointRow): TemplateResult {
    return html`<div class="row ${row.id === this.base ? 'base' : ''}" part="row" role="option" id="row-${row.id}" title=${row.id}
      data-checkpoint=${row.id} data-status=${row.status} aria-selected=${row.id === this.shown}
      @click=${(event: MouseEvent) => this.dispatchEvent(event.shiftKey ? compareEvent(row.id) : selectEvent(row.id))}>
      <span class="dot"></span>
      <span class="step">${row.step}</span>
      ${this.#strength(row)}
      <span class="time">${row.duration ?? nothing}</span>
      ${row.failure === null ? nothing : html`<span class="failure">${row.failure}</span>`}
      ${this.#compare(row)}
      ${row.unchanged === null ? nothing : html`<span class="unchanged">${row.unchanged}</span>`}
    </div>`;
  }

  /** For the pointer only: the list is one tab stop, and the view of changes has a field for the base. */
  #compare({ id, status, step }: CheckpointRow): TemplateResult | typeof nothing {
    if (status !== 'done' || id === this.shown) return nothing;
    const isBase = id === this.base;
    const press = (event: Event) => {
      event.stopPropagation();
      this.dispatchEvent(compareEvent(isBase ? null : id));
    };
    return html`<button class="compare" tabindex="-1" aria-hidden="true" title=${isBase ? 'Compare with the checkpoint before again' : `Compare with step ${step} (Shift and click)`} @click=${press}>${isBase ? 'base' : 'compare'}</button>`;
  }

  #strength({ strength, status }: CheckpointRow): TemplateResult {
    if (strength === null) return html`<span class="words ${status}">${status}</span>`;
    return html`<span class="strength">
      <span class="bar" .style=${`--share:${(100 * strength.share).toFixed(1)}%`}></span>
      <span class="number">${strength.text}</span>
    </span>`;
  }

  readonly #keyPressed = (event: KeyboardEvent) => {
    // Newest on top: up is later.
    const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: Infinity, End: -Infinity }[
      event.key
    ];
    if (by === undefined) return;
    event.preventDefault();
    const next = neighbourOf(this.checkpoints, this.shown, by);
    if (next !== null) this.dispatchEvent(selectEvent(next));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-checkpoints': PhasewatchCheckpoints;
  }
}
