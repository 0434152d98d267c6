/**
 * `<phasewatch-graph>`: the component graph of one checkpoint, layer 0 at the bottom.
 *
 * Attributes: `edges-max` (how many edges are drawn at most, the strongest first), `least-weight` (instead: all edges from
 * this weight on), `at` (id of the checkpoint to look at), `base` (id of one to compare it with).
 * Reflects `checkpoint`, `data-edges`, `data-layers-done`, `data-painted` (checkpoint whose edges are painted).
 * Parts: `title`, `stage`, `legend`, `edges`, `pinned`. Event: `phasewatch-pin`.
 * Limit: 5,000 edges are drawn (`edge-canvas.ts`).
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../binary.ts';
import { guard } from 'lit/directives/guard.js';
import type { Analysis, Graph, Roles } from '../../protocol/state.ts';
import { PixelRatioController } from '../controllers/pixel-ratio-controller.ts';
import { SizeController } from '../controllers/size-controller.ts';
import type { Feed } from '../feed/feed.ts';
import { edgesShownText } from '../view/edges-shown.ts';
import { edgesTable } from '../view/edges-table.ts';
import { graphSentence } from '../view/graph-sentence.ts';
import { graphTitle } from '../view/model-line.ts';
import { neighbourhoodOf } from '../view/neighbourhood.ts';
import { type Notice, noticeOf } from '../view/notice.ts';
import type { Picture } from '../view/picture.ts';
import { DrawnGraph } from './drawn-graph.ts';
import { EdgeCanvas } from './edge-canvas.ts';
import { isLit, type Pointed } from './edge-painter.ts';
import { pinEvent } from './events.ts';
import { focusBanner } from './focus-banner.ts';
import { GraphAsking } from './graph-asking.ts';
import { edgesControl } from './graph-edges-control.ts';
import { graphLegend } from './graph-legend.ts';
import { layerLines, litLayer, type NodeLayerOptions, nodeLayer } from './graph-nodes.ts';
import { GraphPointer, type PointerScene } from './graph-pointer.ts';
import { graphStyles } from './graph-styles.ts';
import { graphTip, type Target, tipOf } from './graph-tip.ts';
import { noticeBox } from './notice-box.ts';
import { Palette } from './palette.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

const EDGES_DEFAULT = 60;
const EDGES_DRAWN_MAX = 5_000;
const NOTHING_POINTED: Pointed = { kind: 'nothing' };

/**
 * The component graph of one checkpoint, layer 0 at the bottom.
 *
 * @csspart title
 * @csspart stage
 * @csspart legend
 */
@customElement('phasewatch-graph')
export class PhasewatchGraph extends Widget {
  static override readonly styles = [widgetStyles, graphStyles];

  @property({ type: Number, attribute: 'edges-max' }) edgesMax = EDGES_DEFAULT;
  @property({ type: Number, attribute: 'least-weight' }) leastWeight: number | null = null;
  @property() at: string | null = null;
  @property() base: string | null = null;
  @state() private analysis: Analysis | null = null;
  @state() private graph: Graph | null = null;
  /** Edges are drawn by their change since this graph, where there is one. */
  @state() private baseGraph: Graph | null = null;
  @state() private roles: Roles | null = null;
  /** Distances of this graph that are undefined and count as 0. */
  @state() private undefinedCount = 0;
  @state() private partial = false;
  @state() private busy = false;
  @state() private layersReported = 0;
  /** Id of the node whose charts are open. */
  @state() private pinned: string | null = null;
  /** What stands in place of a graph. */
  @state() private notice: Notice | null = null;
  @state() private target: Target = { kind: 'nothing' };
  @state() private tabStop = 0;

  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.stage'));
  readonly #pixels = new PixelRatioController(this);
  readonly #asking = new GraphAsking();
  readonly #pointer = new GraphPointer({
    scene: () => this.#pointerScene(),
    point: (target) => {
      this.target = target;
    },
    stop: (node) => {
      this.tabStop = node;
    },
    toggle: (node) => {
      const id = this.analysis?.nodes[node]?.id ?? null;
      this.#pin(id === this.pinned ? null : id);
    },
    unpin: () => this.pinned !== null && this.#pin(null),
    root: () => this.renderRoot,
  });
  #canvas: EdgeCanvas | null = null;
  #palette: Palette | null = null;
  readonly #drawn = new DrawnGraph();
  #pointed: Pointed = NOTHING_POINTED;
  /** Of the colours. Read before anything is rendered: later it would make the browser compute all styles at once. */
  #version = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#canvas?.rest();
  }

  override get heading(): string {
    return 'Component graph';
  }

  override get table(): Table | null {
    const { analysis, graph } = this;
    if (!analysis || !graph || !this.#drawn.picture || !this.#drawn.edges) return null;
    const { drawn } = this.#drawn.picture;
    return edgesTable({ analysis, graph, before: this.#compared(), drawn, edges: this.#drawn.edges });
  }

  protected override get savedProperties(): readonly string[] {
    return [...super.savedProperties, 'edgesMax', 'leastWeight', 'at', 'base'];
  }

  protected override async figure(): Promise<string | null> {
    const { analysis, graph } = this;
    if (!analysis || !graph || !this.#drawn.edges) return null;
    const { graphFigure } = await import('../figure/graph-figure.ts');
    return graphFigure({
      analysis,
      graph,
      before: this.#compared(),
      roles: this.roles,
      edges: this.#drawn.edges,
      edgesMax: this.#drawnMax(),
      leastWeight: this.leastWeight,
      layersReported: this.#layersThere(analysis),
      run: this.bound?.state?.run.name ?? '',
      colour: (name) => this.#colours().colour(name),
    });
  }

  protected override follow(feed: Feed): void {
    this.#asking.ask(feed, this.at, this.base);
    const { state, focus } = feed;
    this.analysis = state?.run.analysis ?? null;
    this.partial = focus.kind === 'graph' && focus.partial;
    this.busy = focus.kind === 'absent';
    this.layersReported = this.partial ? (state?.progress.layersDone ?? 0) : 0;
    this.baseGraph = feed.chosenBase ? feed.comparing.graph : null;
    this.roles = focus.kind === 'graph' ? focus.checkpoint.roles : null;
    this.undefinedCount = focus.kind === 'graph' ? focus.checkpoint.undefinedCount : 0;
    this.pinned = feed.look.pinned;
    const { status } = feed;
    const fetchProblem = feed.focusing.problem;
    this.notice = noticeOf({ state, status, focus, fetchProblem, now: Date.now() });
    // The graph drawn last stays, dimmed, until the one asked for has come.
    if (focus.kind === 'graph') this.graph = focus.graph;
    else if (this.notice !== null) this.graph = null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.#version = this.colours.version;
    if (changed.has('analysis')) this.tabStop = 0;
    const { analysis, graph, leastWeight } = this;
    const isNew = this.#drawn.follow({
      analysis,
      graph,
      before: this.#compared(),
      size: this.#size.size,
      edgesMax: this.#drawnMax(),
      leastWeight,
      layersReported: analysis ? this.#layersThere(analysis) : 0,
    });
    const { picture } = this.#drawn;
    const isGone = this.target.kind === 'edge' && (graph?.weights.length ?? 0) <= this.target.edge;
    if (isGone || (picture === null && this.target.kind !== 'nothing')) this.target = { kind: 'nothing' };
    if (isNew || changed.has('target') || changed.has('pinned')) this.#pointed = this.#pointedNow();
    if (changed.has('pinned') && this.pinned !== null) void import('./phasewatch-pinned.ts');
  }

  protected override render(): TemplateResult {
    const { analysis, graph } = this;
    const picture = this.#drawn.picture;
    const size = this.#size.size;
    const pinned = this.#pinnedIndex();
    const classes = ['stage', this.busy ? 'busy' : '', this.#drawn.isGentle ? 'gentle' : ''];
    if (this.#pointed.kind !== 'nothing') classes.push('pointing', `pointing-${this.#pointed.kind}`);
    return html`
      <div part="title"><span class="tools">${this.tools()}</span>${analysis && graph ? this.#title(analysis, graph) : html`<h2>${this.heading}</h2>`}</div>
      ${this.bound ? focusBanner(this.bound, { live: () => this.goLive(), weights: () => this.compareWith(null) }) : nothing}
      <div class="body">
        <div class=${classes.join(' ')} part="stage" data-testid="stage" @click=${this.#pointer.clicked}
          @pointermove=${this.#pointer.moved} @pointerdown=${this.#pointer.moved} @pointerleave=${this.#pointer.left}>
          ${this.#drawn.layout && size && picture ? html`<svg class="layers" aria-hidden="true">${layerLines(this.#drawn.layout, size.width)}</svg>` : nothing}
          <div class="edges"><canvas></canvas><canvas></canvas></div><canvas class="lit"></canvas>
          ${analysis && graph && picture ? this.#nodes(analysis, graph, picture) : nothing}
          ${size ? graphTip(this.#tip(), this.target, size) : nothing}
          ${noticeBox(this.bound, this.notice, { missing: this.missing, live: () => this.goLive() })}
        </div>
        ${this.pinned === null || !analysis ? nothing : html`<phasewatch-pinned part="pinned" .feed=${this.bound} .graph=${graph} .roles=${this.roles} .node=${pinned} .name=${this.pinned} .edges=${this.#drawn.edges} .unpin=${() => this.#pin(null)}></phasewatch-pinned>`}
      </div>
      <div class="legend" part="legend">
        ${graphLegend(picture?.top ?? 1, analysis?.activityThreshold ?? 0.3, this.#compared() !== null)}
        ${this.#control(picture)}
      </div>
    `;
  }

  protected override updated(): void {
    this.#reflect('checkpoint', this.#drawn.picture ? (this.graph?.checkpoint ?? null) : null);
    this.#reflect('data-edges', this.#drawn.picture ? String(this.#drawn.picture.drawn.length) : null);
    this.#reflect('data-layers-done', this.#drawn.picture ? String(this.#drawn.picture.layersDone) : null);
    const size = this.#size.size;
    if (size === null) return;
    this.#canvas ??= new EdgeCanvas(this.renderRoot, ({ picture }) =>
      this.#reflect('data-painted', picture === this.#drawn.picture ? this.getAttribute('checkpoint') : null),
    );
    const scene = {
      picture: this.#drawn.picture,
      size,
      ratio: this.#pixels.ratio,
      palette: this.#colours(),
      colours: this.#version,
      isGentle: this.#drawn.isGentle,
    };
    this.#canvas.show(scene, this.#pointed);
  }

  #drawnMax(): number {
    return this.leastWeight === null ? Math.min(this.edgesMax, EDGES_DRAWN_MAX) : EDGES_DRAWN_MAX;
  }

  #layersThere(analysis: Analysis): number {
    return this.partial ? this.layersReported : analysis.model.layers;
  }

  #title(analysis: Analysis, graph: Graph): TemplateResult {
    const { name, step, method, note } = graphTitle(graph, analysis, this.undefinedCount);
    return html`<h2>${name}</h2> <span class="step">· ${step}</span>
      ${this.partial ? html`<span class="underway">being computed</span>` : nothing}
      <div class="method">${method}</div>
      ${note === null ? nothing : html`<div class="note" data-testid="undefined">${note}</div>`}`;
  }

  #nodes(analysis: Analysis, graph: Graph, picture: Picture): TemplateResult | typeof nothing {
    const { layout, edges } = this.#drawn;
    if (!layout || !edges) return nothing;
    const { roles, tabStop } = this;
    const pinned = this.#pinnedIndex();
    const options: NodeLayerOptions = { nodes: analysis.nodes, layout, picture, roles, tabStop, pinned };
    const before = this.#compared();
    const label = () =>
      `${graphSentence({ graph, analysis, edges, picture, roles, before })} Arrow keys move between nodes, Enter opens one.`;
    const pointed = this.#pointed;
    return html`<svg class="nodes" role="group" aria-label=${guard([picture, roles], label)}
      @focusin=${this.#pointer.focused} @focusout=${this.#pointer.left} @keydown=${this.#pointer.keyPressed}>${guard([picture, roles, tabStop, pinned], () => nodeLayer(options))}</svg>
      <svg class="lit-nodes" aria-hidden="true">${pointed.kind === 'node' ? litLayer(options, pointed.neighbourhood) : nothing}</svg>`;
  }

  #control(picture: Picture | null): TemplateResult {
    const possible = this.#drawn.edges?.targets.length ?? 0;
    return edgesControl({
      shown: picture ? edgesShownText(picture, possible, this.graph?.weights.length ?? 0) : 'no edges yet',
      edgesMax: this.edgesMax,
      leastWeight: this.leastWeight,
      most: Math.max(1, Math.min(possible, EDGES_DRAWN_MAX)),
      top: picture?.top ?? 1,
      isComparing: this.#compared() !== null,
      isDisabled: !picture,
      choose: (chosen) => Object.assign(this, chosen),
    });
  }

  #tip() {
    const { analysis, graph, roles } = this;
    if (!analysis || !graph || !this.#drawn.picture || !this.#drawn.edges) return null;
    // All of that stands beside the graph already.
    if (this.target.kind === 'node' && this.target.node === this.#pinnedIndex()) return null;
    const before = this.#compared();
    return tipOf(this.target, {
      analysis,
      graph,
      before,
      roles,
      picture: this.#drawn.picture,
      edges: this.#drawn.edges,
    });
  }

  /** A graph under way has no edges yet to be compared. */
  #compared(): Graph | null {
    const here = this.graph?.weights.length;
    return this.partial || this.baseGraph?.weights.length !== here ? null : this.baseGraph;
  }

  #pinnedIndex(): number | null {
    const index = this.analysis?.nodes.findIndex(({ id }) => id === this.pinned) ?? -1;
    return index < 0 ? null : index;
  }

  /** What is lit: the node under the pointer, else the pinned one, else the edge under the pointer. */
  #pointedNow(): Pointed {
    const { target } = this;
    if (!this.#drawn.picture || !this.#drawn.edges) return NOTHING_POINTED;
    const node = target.kind === 'node' ? target.node : this.#pinnedIndex();
    if (node === null) return target.kind === 'edge' ? { kind: 'edge', edge: target.edge } : NOTHING_POINTED;
    const drawn = this.#drawn.picture.drawn.map(({ edge }) => edge);
    return { kind: 'node', neighbourhood: neighbourhoodOf(node, drawn, this.#drawn.edges) };
  }

  /** While a node is pinned only its own edges are there to be pointed at. */
  #pointerScene(): PointerScene | null {
    if (!this.analysis || !this.#drawn.layout || !this.#drawn.picture) return null;
    const { target } = this;
    const { drawn } = this.#drawn.picture;
    const pointed = this.#pointed;
    const isHeld = this.#pinnedIndex() !== null && target.kind !== 'node';
    const edges = isHeld ? drawn.filter((edge) => isLit(edge, pointed)) : drawn;
    return { nodes: this.analysis.nodes, layout: this.#drawn.layout, edges, target };
  }

  #pin(node: string | null): void {
    if (this.dispatchEvent(pinEvent(node))) this.bound?.lookAt({ pinned: node });
  }

  #colours(): Palette {
    this.#palette ??= new Palette(this.renderRoot as ShadowRoot);
    this.#palette.follow(this.#version);
    return this.#palette;
  }

  #reflect(name: string, value: string | null): void {
    if (value === null) this.removeAttribute(name);
    else if (this.getAttribute(name) !== value) this.setAttribute(name, value);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-graph': PhasewatchGraph;
  }
}
