/**
 * `<phasewatch-matrix>`: the component graph of one checkpoint as a heat map, sources as rows, targets as columns.
 *
 * Attributes: `order` (`layer`, `strength`: inside of each layer the strongest first), `at`, `base` (ids of the checkpoints
 * to look at and to compare with). Reflects `checkpoint`, `data-edges` (those that are there), `data-cell` (of the cursor).
 * Keys: arrows, Home, End, PageUp and PageDown move a cursor over the possible edges; Enter pins the source, Shift+Enter the
 * target, as a click on a label does. Event: none of its own. Parts: `title`, `stage`, `legend`.
 * The canvas holds cells only and is painted anew only when these change; cursor and labels are vectors on top of it.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../binary.ts';
import { guard } from 'lit/directives/guard.js';
import { type PossibleEdges, possibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Graph } from '../../protocol/state.ts';
import { PixelRatioController } from '../controllers/pixel-ratio-controller.ts';
import { type Size, SizeController } from '../controllers/size-controller.ts';
import type { Feed } from '../feed/feed.ts';
import { type Cell, edgeAt, type Matrix, type MatrixOrder, matrixOf } from '../view/matrix.ts';
import { movedCell } from '../view/matrix-cursor.ts';
import { type MatrixLayout, matrixLayout, placeAt } from '../view/matrix-layout.ts';
import { type MatrixPicture, matrixPicture } from '../view/matrix-picture.ts';
import {
  type CellWords,
  cellWords,
  edgeHead,
  edgeRows,
  type MatrixNumbers,
  spokenCell,
  unitText,
} from '../view/matrix-words.ts';
import { graphTitle } from '../view/model-line.ts';
import { type Notice, noticeOf } from '../view/notice.ts';
import { wholeText } from '../view/number.ts';
import { strengthsOf } from '../view/strengths.ts';
import { focusBanner } from './focus-banner.ts';
import { GraphAsking } from './graph-asking.ts';
import { coloursOf, type HeatColours, heatColours } from './heat-colours.ts';
import { matrixCross, matrixFrame, matrixLegend, matrixTip } from './matrix-frame.ts';
import { paintMatrix } from './matrix-painter.ts';
import { matrixStyles } from './matrix-styles.ts';
import { noticeBox } from './notice-box.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

/**
 * The component graph of one checkpoint as a heat map, sources by targets.
 *
 * @csspart title
 * @csspart stage
 * @csspart tip
 * @csspart legend
 */
@customElement('phasewatch-matrix')
export class PhasewatchMatrix extends Widget {
  static override readonly styles = [widgetStyles, matrixStyles];

  @property() order: MatrixOrder = 'layer';
  /** Id of the checkpoint to look at. */
  @property() at: string | null = null;
  /** Id of the checkpoint to compare with. */
  @property() base: string | null = null;
  @state() private analysis: Analysis | null = null;
  @state() private graph: Graph | null = null;
  @state() private earlier: Graph | null = null;
  @state() private partial = false;
  @state() private busy = false;
  @state() private undefinedCount = 0;
  @state() private notice: Notice | null = null;
  @state() private pinned: string | null = null;
  /** A possible edge; by a key, which says it aloud, or by the pointer. */
  @state() private cursor: { readonly cell: Cell; readonly isKey: boolean } | null = null;

  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.stage'));
  readonly #pixels = new PixelRatioController(this);
  readonly #asking = new GraphAsking();
  #edges: PossibleEdges | null = null;
  #matrix: Matrix | null = null;
  #layout: MatrixLayout | null = null;
  #laidOut: Size | null = null;
  #picture: MatrixPicture | null = null;
  /** What has been painted. */
  #painted: readonly unknown[] = [];
  #frame: number | null = null;

  override get heading(): string {
    return 'Effects between components';
  }

  override get table(): Table | null {
    const numbers = this.#numbers();
    if (numbers === null || !this.analysis) return null;
    return {
      caption: `Edges of ${numbers.graph.checkpoint}, step ${wholeText(numbers.graph.step)} (${unitText(this.analysis)})`,
      head: edgeHead(numbers),
      rows: edgeRows(numbers),
    };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.cursor = null;
  }

  protected override get savedProperties(): readonly string[] {
    return [...super.savedProperties, 'order', 'at', 'base'];
  }

  protected override follow(feed: Feed): void {
    this.#asking.ask(feed, this.at, this.base);
    const { state, focus } = feed;
    this.analysis = state?.run.analysis ?? null;
    this.partial = focus.kind === 'graph' && focus.partial;
    this.busy = focus.kind === 'absent';
    this.undefinedCount = focus.kind === 'graph' ? focus.checkpoint.undefinedCount : 0;
    this.pinned = feed.look.pinned;
    this.earlier = feed.chosenBase ? feed.comparing.graph : null;
    const fetchProblem = feed.focusing.problem;
    this.notice = noticeOf({ state, status: feed.status, focus, fetchProblem, now: Date.now() });
    // The graph drawn last stays, dimmed, until the one asked for has come.
    if (focus.kind === 'graph') this.graph = focus.graph;
    else if (this.notice !== null) this.graph = null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const { analysis, graph } = this;
    const size = this.#size.size;
    if (changed.has('analysis')) this.#edges = analysis && possibleEdges(analysis.nodes);
    if (!analysis || !graph || !this.#edges) {
      this.#matrix = null;
      this.#picture = null;
      this.cursor = null;
      return;
    }
    const isOrdered = this.order === 'strength' && !this.partial;
    if (
      changed.has('analysis') ||
      changed.has('order') ||
      changed.has('partial') ||
      !this.#matrix ||
      (isOrdered && changed.has('graph'))
    ) {
      const strengths = isOrdered ? strengthsOf(graph, this.#edges, analysis.nodes.length) : null;
      this.#matrix = matrixOf(analysis.nodes, this.#edges, strengths);
      this.cursor = null;
      this.#layout = null;
    }
    if (size && (this.#layout === null || size !== this.#laidOut)) {
      this.#layout = matrixLayout(this.#matrix, analysis.nodes, size);
      this.#laidOut = size;
    }
    const before = this.#compared();
    if (this.#picture?.graph !== graph || this.#picture.before !== before)
      this.#picture = matrixPicture({ graph, before, activityThreshold: analysis.activityThreshold });
  }
  protected override render(): TemplateResult {
    const { analysis } = this;
    const picture = this.#picture;
    const [layout, matrix, words, size] = [this.#layout, this.#matrix, this.#words(), this.#size.size];
    return html`
      <div part="title">${this.#title()}${this.tools()}</div>
      ${this.bound ? focusBanner(this.bound, { live: () => this.goLive(), weights: () => this.compareWith(null) }) : nothing}
      <div class="stage ${this.busy ? 'busy' : ''}" part="stage" data-testid="stage" tabindex=${picture ? 0 : -1} role="application"
        aria-roledescription="heat map" aria-label=${this.#spokenLabel()}
        @pointermove=${this.#pointerMoved} @pointerdown=${this.#pointerMoved} @pointerleave=${this.#pointerLeft}
        @click=${this.#clicked} @keydown=${this.#keyPressed} @focus=${this.#focused} @blur=${this.#pointerLeft}>
        <canvas aria-hidden="true" .style=${layout ? `left:${layout.left}px;top:${layout.top}px;width:${layout.width}px;height:${layout.height}px` : ''}></canvas>
        ${
          analysis && layout && matrix && picture
            ? html`<svg aria-hidden="true">
          ${guard([analysis, layout, matrix, this.pinned], () => matrixFrame({ nodes: analysis.nodes, layers: analysis.model.layers, layout, matrix, pinned: this.pinned }))}
          ${matrixCross(layout, this.cursor?.cell ?? null)}
        </svg>${words && this.cursor && size ? matrixTip(words, { cell: this.cursor.cell, layout, size }) : nothing}`
            : nothing
        }
        ${noticeBox(this.bound, this.notice, { missing: this.missing, live: () => this.goLive() })}
      </div>
      <output class="said" role="status">${words && this.cursor?.isKey ? spokenCell(words) : nothing}</output>
      <div class="legend" part="legend">
        ${analysis && picture ? guard([picture, layout, this.colours.version, this.partial], () => matrixLegend({ picture, colours: this.#heat(), unit: unitText(analysis), threshold: analysis.activityThreshold, isPartial: this.partial, isFramed: layout !== null && layout.cellWidth >= 8 })) : nothing}
        <label class="order">order <select data-testid="order" @change=${this.#orderChanged}>
          ${(['layer', 'strength'] as const).map((order) => html`<option value=${order} .selected=${order === this.order}>${order === 'layer' ? 'as in the model' : 'strongest first'}</option>`)}
        </select></label>
      </div>
    `;
  }

  protected override updated(): void {
    this.#reflect('checkpoint', this.#picture?.graph.checkpoint ?? null);
    this.#reflect('data-edges', this.#picture ? String(this.#picture.values.length) : null);
    this.#reflect('data-cell', this.#words()?.title ?? null);
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#paint();
    });
  }

  protected override async figure(): Promise<string | null> {
    const { analysis } = this;
    const [picture, matrix] = [this.#picture, this.#matrix];
    if (!analysis || !picture || !matrix) return null;
    const { matrixFigure } = await import('../figure/matrix-figure.ts');
    const colours = heatColours(this.renderRoot as ShadowRoot, false);
    const run = this.bound?.state?.run.name ?? '';
    return matrixFigure({
      analysis,
      picture,
      matrix,
      run,
      colours,
      colour: coloursOf(this.renderRoot as ShadowRoot),
    });
  }

  #title(): TemplateResult | typeof nothing {
    const { analysis, graph } = this;
    if (!analysis || !graph) return html`<h2>Effects between components</h2>`;
    const { name, step, method, note } = graphTitle(graph, analysis, this.undefinedCount);
    return html`<div class="words"><h2>${name}</h2> <span class="step">· ${step}</span>
      ${this.partial ? html`<span class="underway">being computed</span>` : nothing}
      <div class="method">${method}</div>
      ${note === null ? nothing : html`<div class="note">${note}</div>`}</div>`;
  }

  /** Of the cell under the cursor. */
  #words(): CellWords | null {
    const numbers = this.#numbers();
    const { cursor } = this;
    return cursor && numbers && this.#matrix ? cellWords(numbers, edgeAt(this.#matrix, cursor.cell)) : null;
  }

  #spokenLabel(): string {
    const numbers = this.#numbers();
    if (!numbers) return 'Effects between components, nothing to show yet';
    return `Effects between components at step ${wholeText(numbers.graph.step)}: rows are sources, columns are targets. Arrow keys move over the possible edges, Enter pins the source, Shift and Enter the target.`;
  }

  #numbers(): MatrixNumbers | null {
    const { analysis, graph } = this;
    if (!analysis || !graph || !this.#edges) return null;
    return { nodes: analysis.nodes, edges: this.#edges, graph, before: this.#compared() };
  }

  /** A graph under way has no edges yet to be compared. */
  #compared(): Graph | null {
    return this.partial || this.earlier?.weights.length !== this.graph?.weights.length ? null : this.earlier;
  }

  #paint(): void {
    const canvas = this.renderRoot.querySelector('canvas');
    const [picture, matrix, layout] = [this.#picture, this.#matrix, this.#layout];
    const { analysis } = this;
    if (!canvas || !analysis) return;
    const { ratio } = this.#pixels;
    const painted = [picture, matrix, layout, ratio, this.colours.version];
    if (painted.every((part, index) => part === this.#painted[index])) return;
    this.#painted = painted;
    if (!picture || !matrix || !layout) {
      canvas.width = 1;
      return;
    }
    const colours = this.#heat();
    const font = getComputedStyle(this).fontFamily;
    paintMatrix({ canvas, matrix, layout, picture, colours, font, ratio });
  }

  #heat(): HeatColours {
    return heatColours(this.renderRoot as ShadowRoot, this.colours.isForced);
  }

  #point(cell: Cell, isKey: boolean): void {
    const { cursor } = this;
    const isSame =
      cursor?.isKey === isKey && cursor.cell.row === cell.row && cursor.cell.column === cell.column;
    if (!isSame) this.cursor = { cell, isKey };
  }

  readonly #pointerMoved = (event: PointerEvent) => {
    const place = this.#placeOf(event);
    if (place?.kind === 'cell' && this.#matrix && edgeAt(this.#matrix, place) >= 0) this.#point(place, false);
    else this.cursor = null;
  };

  readonly #pointerLeft = () => {
    this.cursor = null;
  };

  readonly #focused = (event: FocusEvent) => {
    if (!(event.target as Element).matches(':focus-visible') || this.cursor !== null || !this.#matrix) return;
    const cell = movedCell(this.#matrix, null, { key: 'Home', shiftKey: false });
    if (cell) this.#point(cell, true);
  };

  readonly #clicked = (event: MouseEvent) => {
    const place = this.#placeOf(event);
    const matrix = this.#matrix;
    if (!matrix || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (place?.kind === 'row') this.#pin(matrix.rows[place.row]);
    if (place?.kind === 'column') this.#pin(matrix.columns[place.column]);
  };

  readonly #keyPressed = (event: KeyboardEvent) => {
    const matrix = this.#matrix;
    if (!matrix || event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const cell = this.cursor?.cell ?? null;
    if (event.key === 'Enter' && cell)
      this.#pin(event.shiftKey ? matrix.columns[cell.column] : matrix.rows[cell.row]);
    if (event.key === 'Escape') this.cursor = null;
    const moved = movedCell(matrix, cell, event);
    if (moved === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#point(moved, true);
  };

  #pin(index: number): void {
    const node = this.analysis?.nodes[index]?.id ?? null;
    this.bound?.lookAt({ pinned: node === this.pinned ? null : node });
  }

  #placeOf(event: MouseEvent) {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return this.#layout && placeAt(this.#layout, event.clientX - box.left, event.clientY - box.top);
  }

  readonly #orderChanged = (event: Event) => {
    this.order = (event.target as HTMLSelectElement).value === 'strength' ? 'strength' : 'layer';
  };

  #reflect(name: string, value: string | null): void {
    if (value === null) this.removeAttribute(name);
    else if (this.getAttribute(name) !== value) this.setAttribute(name, value);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-matrix': PhasewatchMatrix;
  }
}
