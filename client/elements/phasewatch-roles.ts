/**
 * `<phasewatch-roles>`: who held which role when. A row for every node that ever held one, a column for every checkpoint.
 *
 * Attribute: `axis` (`checkpoint`, `linear`, `asinh`; `checkpoint` where it is none of these). Reflects `data-rows`,
 * `data-cell` (of the cursor: node and step). Event: `phasewatch-select`. Parts: `title`, `toolbar`, `grid`, `holders`.
 * Keys: arrows, Home, End, PageUp and PageDown move a cursor over the cells, Enter looks at its checkpoint.
 * A cell of several roles is divided among them from top to bottom, in the order of the legend. Limit: columns narrower than a
 * pixel and a half overlap.
 */
import { html, nothing, type PropertyValues, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { ComponentNode } from '../../protocol/graph.ts';
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Checkpoint, Roles } from '../../protocol/state.ts';
import { SizeController } from '../controllers/size-controller.ts';
import type { Feed } from '../feed/feed.ts';
import type { Range } from '../view/axis.ts';
import { wholeText } from '../view/number.ts';
import { type ColumnAxis, columnAt, columnEnds } from '../view/role-columns.ts';
import { holdingsAt, holdingText, type RoleHistory, roleHistory } from '../view/role-history.ts';
import { movedPlace, ROLE_HEAD, type RolePlace, roleRows as tableRows } from '../view/role-table.ts';
import { ROLE_EXPLANATIONS, ROLES, type Role } from '../view/roles.ts';
import { coloursOf } from './heat-colours.ts';
import { rolePatterns, roleSwatch } from './role-ink.ts';
import {
  cellBox,
  columnBox,
  middleOf,
  plotWidth,
  roleRows,
  shapeOf,
  stepLabels,
  type Timeline,
} from './role-timeline.ts';
import { rolesStyles } from './roles-styles.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

const AXES: readonly { readonly value: ColumnAxis; readonly label: string; readonly title: string }[] = [
  { value: 'checkpoint', label: 'by checkpoint', title: 'Every checkpoint as wide as the next' },
  { value: 'linear', label: 'linear', title: 'By training step' },
  { value: 'asinh', label: 'log (asinh)', title: 'By training step, on an asinh axis' },
];
const NO_CHECKPOINTS: readonly Checkpoint[] = [];
const NO_NODES: readonly ComponentNode[] = [];
const NO_CHANGES: readonly PhaseChange[] = [];
const TIP_GAP_PIXELS = 10;

/**
 * Who held which role when.
 *
 * @fires phasewatch-select - a checkpoint is to be looked at; cancelable
 * @csspart title
 * @csspart toolbar
 * @csspart grid
 * @csspart holders
 */
@customElement('phasewatch-roles')
export class PhasewatchRoles extends Widget {
  static override readonly styles = [widgetStyles, rolesStyles];

  @state() private checkpoints: readonly Checkpoint[] = [];
  @state() private nodes: readonly ComponentNode[] = [];
  @state() private changes: readonly PhaseChange[] = [];
  @state() private shown: string | null = null;
  @property() axis: ColumnAxis = 'checkpoint';
  /** What the pointer or the cursor is on. */
  @state() private pointed: (RolePlace & { readonly isKey: boolean }) | null = null;

  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.grid'));
  #history: RoleHistory = { columns: [], rows: [] };
  /** Roles that the history was made of. */
  #known: readonly (Roles | null)[] = [];
  #timeline: Timeline | null = null;
  #ends: readonly Range[] = [];

  override get heading(): string {
    return 'Roles';
  }

  override get table(): Table | null {
    const run = this.bound?.state?.run;
    if (run === undefined || this.#history.rows.length === 0) return null;
    return { caption: `Holders of roles in ${run.name}`, head: ROLE_HEAD, rows: tableRows(this.#history) };
  }

  protected override get savedProperties(): readonly string[] {
    return [...super.savedProperties, 'axis'];
  }

  protected override follow({ state, shownKey }: Feed): void {
    this.checkpoints = state?.checkpoints ?? NO_CHECKPOINTS;
    this.nodes = state?.run.analysis?.nodes ?? NO_NODES;
    this.changes = state?.phaseChanges ?? NO_CHANGES;
    this.shown = shownKey?.branch === null ? shownKey.id : null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const before = this.#history;
    if (changed.has('checkpoints') || changed.has('nodes'))
      this.#history = this.#remembered(changed.has('nodes'));
    const isOther = before !== this.#history;
    if (isOther) this.pointed = null;
    if (isOther || changed.has('axis')) this.#ends = columnEnds(this.#history.columns, this.#axis);
    const width = this.#size.size?.width ?? 0;
    const made = this.#timeline;
    if (isOther || made === null || made.ends !== this.#ends || made.width !== width)
      this.#timeline = { history: this.#history, ends: this.#ends, ...shapeOf(this.#history, width) };
  }

  protected override render(): TemplateResult {
    const { rows, columns } = this.#history;
    const lacks = this.missing !== null || this.bound?.state === null;
    return html`
      <div class="title" part="title"><h2>Roles</h2>${this.tools()}</div>
      <div class="toolbar" part="toolbar">
        ${ROLES.map((role) => html`<span class="item" title=${ROLE_EXPLANATIONS[role]}>${swatch(role)}${role}</span>`)}
        <span class="switch" role="group" aria-label="Columns">
          ${AXES.map(({ value, label, title }) => html`<button data-choice=${label} aria-pressed=${value === this.#axis} title=${title} @click=${() => this.#scale(value)}>${label}</button>`)}
        </span>
      </div>
      <div class="grid ${lacks ? 'lacking' : ''}" part="grid">
        ${lacks ? this.absence() : rows.length === 0 ? html`<p class="empty">No node has held a role yet.</p>` : this.#rows()}
        ${this.#tip()}
      </div>
      ${rows.length > 0 && this.#timeline ? html`<svg class="steps" width=${this.#timeline.width} height="20" aria-hidden="true">${stepLabels(this.#timeline)}</svg>` : nothing}
      <output class="said">${this.pointed?.isKey ? this.#words(this.pointed).join(', ') : nothing}</output>
      ${columns.length === 0 ? nothing : this.#holders()}
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-rows', String(this.#history.rows.length));
    const { pointed } = this;
    const row = pointed && this.#history.rows[pointed.row];
    const column = pointed && this.#history.columns[pointed.column];
    if (row && column) this.setAttribute('data-cell', `${row.node} ${column.step}`);
    else this.removeAttribute('data-cell');
  }

  protected override async figure(): Promise<string | null> {
    const run = this.bound?.state?.run;
    if (!run?.analysis || this.#history.rows.length === 0) return null;
    const { rolesFigure } = await import('../figure/roles-figure.ts');
    const colour = coloursOf(this.renderRoot as ShadowRoot);
    return rolesFigure({
      history: this.#history,
      axis: this.#axis,
      changes: this.changes,
      run: run.name,
      analysis: run.analysis,
      colour,
    });
  }

  #rows(): TemplateResult | typeof nothing {
    const timeline = this.#timeline;
    if (timeline === null || timeline.width === 0) return nothing;
    const { pointed, changes } = this;
    const shown = this.#history.columns.findIndex(({ checkpoint }) => checkpoint === this.shown);
    return html`<svg class="rows" width=${timeline.width} height=${this.#history.rows.length * timeline.rowHeight} role="group" tabindex="0"
      aria-label="Roles over checkpoints; arrow keys move over them, Enter looks at a checkpoint"
      @pointermove=${this.#pointerMoved} @pointerleave=${this.#left} @click=${this.#clicked} @keydown=${this.#keyPressed} @focus=${this.#focused} @blur=${this.#left}>
      ${rolePatterns()}
      ${shown < 0 ? nothing : columnBox(shown, 'shown', timeline)}
      ${pointed === null ? nothing : columnBox(pointed.column, 'pointed', timeline)}
      ${guard([timeline, changes], () => roleRows(timeline, changes))}
      ${pointed?.isKey ? cellBox(pointed.row, pointed.column, timeline) : nothing}
    </svg>`;
  }

  /** The history anew only where roles have changed: most changes of checkpoints leave them alone. */
  #remembered(isOther: boolean): RoleHistory {
    const known = this.checkpoints.map(({ roles, status }) => (status === 'done' ? roles : null));
    const isSame =
      known.length === this.#known.length && known.every((roles, at) => roles === this.#known[at]);
    if (isSame && !isOther) return this.#history;
    this.#known = known;
    return roleHistory(this.checkpoints, this.nodes);
  }

  #tip(): TemplateResult | typeof nothing {
    const { pointed } = this;
    const timeline = this.#timeline;
    if (pointed === null || timeline === null) return nothing;
    const { width, rowHeight } = timeline;
    const [first, ...lines] = this.#words(pointed);
    const x = middleOf(pointed.column, timeline);
    const across = x > width / 2 ? `right:${width - x + TIP_GAP_PIXELS}px` : `left:${x + TIP_GAP_PIXELS}px`;
    const isLow = pointed.row > 1 && pointed.row >= this.#history.rows.length - 2;
    const down = isLow
      ? `bottom:calc(100% - ${pointed.row * rowHeight - 2}px)`
      : `top:${(pointed.row + 1) * rowHeight + 2}px`;
    return html`<div class="over" .style=${`height:${this.#history.rows.length * rowHeight}px`}><div class="tip" data-testid="role-tip" .style=${`${across};${down}`}>
      <b>${first}</b>${lines.map((line) => html`<span>${line}</span>`)}
    </div></div>`;
  }

  /** The step, and what is held there. */
  #words({ row, column }: RolePlace): string[] {
    const own = this.#history.rows[row];
    const at = this.#history.columns[column];
    if (!own || !at) return [];
    const held = holdingsAt(own, column).map((holding) => holdingText(own.node, holding));
    return [`step ${wholeText(at.step)}`, ...(held.length > 0 ? held : [`${own.node}: no role`])];
  }

  /** Who holds the roles at the checkpoint looked at, in words. */
  #holders(): TemplateResult {
    const { columns, rows } = this.#history;
    const at = columns.findIndex(({ checkpoint }) => checkpoint === this.shown);
    const column = at < 0 ? columns.length - 1 : at;
    const held = (role: Role) =>
      rows.flatMap((row) =>
        holdingsAt(row, column)
          .filter((holding) => holding.role === role)
          .map((holding) => html`<li>${holdingText(row.node, holding).replace(` ${role}`, '')}</li>`),
      );
    return html`<section part="holders" data-testid="holders">
      <h3>at step ${wholeText(columns[column].step)}</h3>
      <dl>${guard([this.#history, column], () =>
        ROLES.map((role) => {
          const holders = held(role);
          return html`<dt>${swatch(role)}${role}</dt><dd>${holders.length === 0 ? 'nobody' : html`<ul>${holders}</ul>`}</dd>`;
        }),
      )}</dl>
    </section>`;
  }

  get #axis(): ColumnAxis {
    return AXES.some(({ value }) => value === this.axis) ? this.axis : 'checkpoint';
  }

  #scale(axis: ColumnAxis): void {
    this.axis = axis;
  }

  #point(place: RolePlace | null, isKey: boolean): void {
    const { pointed } = this;
    if (place?.row === pointed?.row && place?.column === pointed?.column && isKey === pointed?.isKey) return;
    this.pointed = place && { ...place, isKey };
  }

  #at(event: MouseEvent): RolePlace | null {
    const timeline = this.#timeline;
    if (timeline === null) return null;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = (event.clientX - box.left - timeline.left) / plotWidth(timeline);
    const row = Math.floor((event.clientY - box.top) / timeline.rowHeight);
    const isThere = row >= 0 && row < this.#history.rows.length && this.#ends.length > 0;
    return isThere ? { row, column: columnAt(this.#ends, share) } : null;
  }

  readonly #pointerMoved = (event: PointerEvent) => this.#point(this.#at(event), false);

  readonly #left = () => {
    this.pointed = null;
  };

  readonly #clicked = (event: MouseEvent) => this.#look(this.#at(event)?.column);

  readonly #focused = (event: FocusEvent) => {
    if ((event.target as Element).matches(':focus-visible')) this.#move('ArrowLeft');
  };

  readonly #keyPressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter') this.#look(this.pointed?.column);
    if (event.key === 'Escape') this.pointed = null;
    if (!this.#move(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #move(key: string): boolean {
    const place = movedPlace(this.pointed, key, this.#history);
    const grid = this.renderRoot.querySelector('.grid');
    if (place === null || this.#timeline === null || grid === null) return false;
    this.#point(place, true);
    const { rowHeight } = this.#timeline;
    const [top, bottom] = [place.row * rowHeight, (place.row + 1) * rowHeight];
    grid.scrollTop = Math.max(bottom - grid.clientHeight, Math.min(top, grid.scrollTop));
    return true;
  }

  #look(column: number | undefined): void {
    const found = column === undefined ? undefined : this.#history.columns[column];
    if (found) this.select(found.checkpoint);
  }
}

function swatch(role: Role): TemplateResult {
  return html`<svg class="swatch" width="12" height="12" aria-hidden="true">${svg`${rolePatterns()}${roleSwatch(role)}`}</svg>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-roles': PhasewatchRoles;
  }
}
