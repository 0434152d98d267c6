/**
 * `<phasewatch-roles>`: who held which role when. A row for every node that ever held one, a column for every checkpoint.
 *
 * Properties: `checkpoints`, `nodes`, `changes` (the improbable too), `shown` (id of the checkpoint looked at). Attribute:
 * `axis` (`checkpoint`, `linear`, `asinh`). Reflects `data-rows`. Event: `phasewatch-select`. Parts: `toolbar`, `grid`,
 * `holders`. A cell of several roles is divided among them from top to bottom, in the order of the legend.
 */
import {
  html,
  LitElement,
  nothing,
  type PropertyValues,
  type SVGTemplateResult,
  svg,
  type TemplateResult,
} from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ComponentNode } from '../../protocol/graph.ts';
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Checkpoint } from '../../protocol/state.ts';
import { SizeController } from '../controllers/size-controller.ts';
import { type Range, stepText } from '../view/axis.ts';
import { headline } from '../view/change-words.ts';
import { probableOf } from '../view/changes.ts';
import { type ColumnAxis, columnAt, columnEnds, labelledColumns } from '../view/role-columns.ts';
import {
  cellsOf,
  holdingsAt,
  holdingText,
  type RoleHistory,
  type RoleRow,
  roleHistory,
} from '../view/role-history.ts';
import { ROLE_EXPLANATIONS, ROLES, type Role } from '../view/roles.ts';
import { selectEvent } from './events.ts';
import { rolesStyles } from './roles-styles.ts';

const AXES: readonly { readonly value: ColumnAxis; readonly label: string; readonly title: string }[] = [
  { value: 'checkpoint', label: 'by checkpoint', title: 'Every checkpoint as wide as the next' },
  { value: 'linear', label: 'linear', title: 'By training step' },
  { value: 'asinh', label: 'log (asinh)', title: 'By training step, on an asinh axis' },
];
/** Few rows share the height of twenty. */
const ROW_PIXELS = { min: 20, max: 34, shared: 400 } as const;
const CELL_SHARE = 0.72;
const LABEL_PIXELS = 52;
const RIGHT_PIXELS = 14;
const LABEL_APART_PIXELS = 44;
const TIP_GAP_PIXELS = 10;

@customElement('phasewatch-roles')
export class PhasewatchRoles extends LitElement {
  static override readonly styles = rolesStyles;

  @property({ attribute: false }) checkpoints: readonly Checkpoint[] = [];
  @property({ attribute: false }) nodes: readonly ComponentNode[] = [];
  @property({ attribute: false }) changes: readonly PhaseChange[] = [];
  @property() shown: string | null = null;
  @property() axis: ColumnAxis = 'checkpoint';
  /** What the pointer is on. */
  @state() private pointed: { readonly row: number; readonly column: number } | null = null;

  #rowHeight: number = ROW_PIXELS.min;
  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.grid'));
  #history: RoleHistory = { columns: [], rows: [] };
  #ends: readonly Range[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('checkpoints') || changed.has('nodes')) {
      this.#history = roleHistory(this.checkpoints, this.nodes);
      this.pointed = null;
      const shared = Math.floor(ROW_PIXELS.shared / Math.max(1, this.#history.rows.length));
      this.#rowHeight = Math.max(ROW_PIXELS.min, Math.min(ROW_PIXELS.max, shared));
    }
    if (changed.has('checkpoints') || changed.has('axis'))
      this.#ends = columnEnds(this.#history.columns, this.axis);
  }

  protected override render(): TemplateResult {
    const { rows, columns } = this.#history;
    return html`
      <div class="toolbar" part="toolbar">
        ${ROLES.map((role) => html`<span class="item" title=${ROLE_EXPLANATIONS[role]}><i data-role=${role}></i>${role}</span>`)}
        <span class="switch" role="group" aria-label="Columns">
          ${AXES.map(({ value, label, title }) => html`<button data-choice=${label} aria-pressed=${value === this.axis} title=${title} @click=${() => this.#scale(value)}>${label}</button>`)}
        </span>
      </div>
      <div class="grid" part="grid">
        ${rows.length === 0 ? html`<p class="empty">No node has held a role yet.</p>` : this.#timeline(this.#size.size?.width ?? 0)}
        ${this.#tip()}
      </div>
      ${columns.length === 0 ? nothing : this.#holders()}
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-rows', String(this.#history.rows.length));
  }

  #timeline(width: number): TemplateResult {
    const { rows, columns } = this.#history;
    const height = rows.length * this.#rowHeight;
    const shown = columns.findIndex(({ checkpoint }) => checkpoint === this.shown);
    const labelled = labelledColumns(this.#ends, LABEL_APART_PIXELS / Math.max(1, this.#plotWidth(width)));
    return html`<svg width=${width} height=${height + 20} role="group" aria-label="Roles over checkpoints"
      @pointermove=${this.#pointerMoved} @pointerleave=${this.#pointerLeft} @click=${this.#clicked}>
      ${rows.map(
        ({ layer }, index) =>
          svg`${index > 0 && rows[index - 1].layer !== layer ? svg`<line class="layer" x1="8" x2=${width - RIGHT_PIXELS} y1=${index * this.#rowHeight} y2=${index * this.#rowHeight} />` : ''}`,
      )}
      ${shown < 0 ? nothing : this.#columnBox(shown, 'shown', height, width)}
      ${this.pointed === null ? nothing : this.#columnBox(this.pointed.column, 'pointed', height, width)}
      ${rows.map((row, index) => this.#row(row, index, width))}
      ${probableOf(this.changes).map((change) => this.#changeLine(change, height, width))}
      ${labelled.map((column) => svg`<text class="step" x=${this.#middle(column, width)} y=${height + 14}>${stepText(columns[column].step)}</text>`)}
    </svg>`;
  }

  #row(row: RoleRow, index: number, width: number): SVGTemplateResult {
    const cell = this.#rowHeight * CELL_SHARE;
    const top = index * this.#rowHeight + (this.#rowHeight - cell) / 2;
    const said = row.holdings.map((holding) => holdingText(row.node, holding)).join('; ');
    return svg`<g role="img" aria-label=${said}>
      <text class="node" x=${LABEL_PIXELS - 8} y=${index * this.#rowHeight + this.#rowHeight / 2}>${row.node}</text>
      <line class="track" x1=${LABEL_PIXELS} x2=${width - RIGHT_PIXELS} y1=${top + cell / 2} y2=${top + cell / 2} />
      ${cellsOf(row).map(({ first, last, roles }) => {
        const left = this.#x(this.#ends[first][0], width);
        // A hair less than the cell, so that holdings that follow one another can be told apart.
        const across = Math.max(1.5, this.#x(this.#ends[last][1], width) - left - 1);
        const share = cell / roles.length;
        return roles.map(
          (role, part) =>
            svg`<rect data-role=${role} x=${left} y=${top + part * share} width=${across} height=${share} />`,
        );
      })}
    </g>`;
  }

  #columnBox(column: number, name: string, height: number, width: number): SVGTemplateResult {
    const [left, right] = this.#ends[column].map((end) => this.#x(end, width));
    return svg`<rect class=${name} x=${left - 0.5} y="0" width=${Math.max(2, right - left)} height=${height} />`;
  }

  /** At the left end of the first column of the new phase. */
  #changeLine(change: PhaseChange, height: number, width: number): SVGTemplateResult | typeof nothing {
    const column = this.#history.columns.findIndex(({ step }) => step >= change.interval[1]);
    if (column < 0) return nothing;
    const x = this.#x(this.#ends[column][0], width) - 0.5;
    return svg`<line class="change" x1=${x} x2=${x} y1="0" y2=${height}><title>${headline(change)}</title></line>`;
  }

  #tip(): TemplateResult | typeof nothing {
    const { pointed } = this;
    const width = this.#size.size?.width ?? 0;
    const column = pointed && this.#history.columns[pointed.column];
    const row = pointed && this.#history.rows[pointed.row];
    if (!pointed || !column || !row) return nothing;
    const x = this.#middle(pointed.column, width);
    const across = x > width / 2 ? `right:${width - x + TIP_GAP_PIXELS}px` : `left:${x + TIP_GAP_PIXELS}px`;
    const held = holdingsAt(row, pointed.column);
    return html`<div class="tip" data-testid="role-tip" .style=${`${across};top:${(pointed.row + 1) * this.#rowHeight + 2}px`}>
      <b>step ${column.step.toLocaleString('en-GB')}</b>
      ${held.length === 0 ? html`<span>${row.node}: no role</span>` : held.map((holding) => html`<span>${holdingText(row.node, holding)}</span>`)}
    </div>`;
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
      <h3>at step ${columns[column].step.toLocaleString('en-GB')}</h3>
      <dl>${ROLES.map((role) => {
        const holders = held(role);
        return html`<dt><i data-role=${role}></i>${role}</dt><dd>${holders.length === 0 ? 'nobody' : html`<ul>${holders}</ul>`}</dd>`;
      })}</dl>
    </section>`;
  }

  #scale(axis: ColumnAxis): void {
    this.axis = axis;
  }

  #plotWidth(width: number): number {
    return width - LABEL_PIXELS - RIGHT_PIXELS;
  }

  #x(share: number, width: number): number {
    return LABEL_PIXELS + share * this.#plotWidth(width);
  }

  #middle(column: number, width: number): number {
    const [left, right] = this.#ends[column];
    return this.#x((left + right) / 2, width);
  }

  #at(event: MouseEvent): { readonly row: number; readonly column: number } {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = (event.clientX - box.left - LABEL_PIXELS) / this.#plotWidth(box.width);
    const row = Math.floor((event.clientY - box.top) / this.#rowHeight);
    return { row, column: columnAt(this.#ends, share) };
  }

  readonly #pointerMoved = (event: PointerEvent) => {
    const { row, column } = this.#at(event);
    if (row !== this.pointed?.row || column !== this.pointed.column) this.pointed = { row, column };
  };

  readonly #pointerLeft = () => {
    this.pointed = null;
  };

  readonly #clicked = (event: MouseEvent) => {
    const column = this.#history.columns[this.#at(event).column];
    if (column) this.dispatchEvent(selectEvent(column.checkpoint));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-roles': PhasewatchRoles;
  }
}
