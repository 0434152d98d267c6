/**
 * `<phasewatch-graph>`: the component graph of one checkpoint, layer 0 at the bottom.
 *
 * Properties: `analysis`, `graph`, `base` (draws what changed since that graph), `roles`, `undefinedCount`, `partial`, `layersReported`, `busy`, `scheme`. Attribute `edges-max`: how
 * many edges are drawn at most, the strongest first. Reflects `checkpoint`, `data-edges`, `data-layers-done`.
 * Slots: default (what stands in place of a graph), `banner`. Parts: `title`, `stage`, `legend`.
 * Limit: 1,000 edges are drawn; hit tests walk them all, 16 chords each.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type PossibleEdges, possibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Graph, Roles } from '../../protocol/state.ts';
import type { Scheme } from '../controllers/scheme-controller.ts';
import { SizeController } from '../controllers/size-controller.ts';
import { edgesShownText } from '../view/edges-shown.ts';
import { type Layout, layoutOf } from '../view/layout.ts';
import { graphTitle } from '../view/model-line.ts';
import { nearestEdge } from '../view/nearest-edge.ts';
import { neighbourhoodOf } from '../view/neighbourhood.ts';
import { type Picture, pictureOf } from '../view/picture.ts';
import { rolesOf } from '../view/roles.ts';
import { edgeTip, effectNotes, headNotes, nodeTip, type Tip } from '../view/tips.ts';
import { type Pointed, paintEdges } from './edge-painter.ts';
import { Fade } from './fade.ts';
import { graphLegend } from './graph-legend.ts';
import { layerLines, nodeBeside, nodeLayer } from './graph-nodes.ts';
import { graphStyles } from './graph-styles.ts';
import { graphTip, type Target } from './graph-tip.ts';
import { Palette } from './palette.ts';

const EDGES_DEFAULT = 60;
const EDGES_DRAWN_MAX = 1000;

@customElement('phasewatch-graph')
export class PhasewatchGraph extends LitElement {
  static override readonly styles = graphStyles;

  @property({ attribute: false }) analysis: Analysis | null = null;
  @property({ attribute: false }) graph: Graph | null = null;
  /** Edges are drawn by their change since this graph, where there is one. */
  @property({ attribute: false }) base: Graph | null = null;
  @property({ attribute: false }) roles: Roles | null = null;
  /** Distances of this graph that are undefined and count as 0. */
  @property({ attribute: false }) undefinedCount = 0;
  @property({ type: Boolean }) partial = false;
  @property({ type: Boolean }) busy = false;
  @property({ attribute: false }) layersReported = 0;
  @property({ attribute: false }) scheme: Scheme = 'light';
  @property({ type: Number, attribute: 'edges-max' }) edgesMax = EDGES_DEFAULT;
  @state() private target: Target = { kind: 'nothing' };
  @state() private tabStop = 0;

  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.stage'));
  readonly #fade = new Fade();
  #palette: Palette | null = null;
  #edges: PossibleEdges | null = null;
  #layout: Layout | null = null;
  #picture: Picture | null = null;
  /** What `#picture` was made of. */
  #made: readonly unknown[] = [];
  #frame: number | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('analysis')) {
      this.#edges = this.analysis && possibleEdges(this.analysis.nodes);
      this.tabStop = 0;
    }
    const { analysis, graph } = this;
    const size = this.#size.size;
    const made = [analysis, graph, this.#compared(), size, this.edgesMax, this.layersReported];
    if (made.every((part, index) => part === this.#made[index])) return;
    this.#made = made;
    if (!analysis || !graph || !size || !this.#edges) {
      this.#picture = null;
      this.target = { kind: 'nothing' };
      return;
    }
    this.#layout = layoutOf(analysis.nodes, size);
    this.#picture = pictureOf({
      graph,
      before: this.#compared(),
      activityThreshold: analysis.activityThreshold,
      nodes: analysis.nodes,
      edges: this.#edges,
      layout: this.#layout,
      width: size.width,
      edgesMax: Math.min(this.edgesMax, EDGES_DRAWN_MAX),
      layersReported: this.partial ? this.layersReported : analysis.model.layers,
    });
    this.#fade.follow(graph.checkpoint, this.#picture.layersDone, this.partial, performance.now());
    if (this.target.kind === 'edge' && graph.weights.length <= this.target.edge)
      this.target = { kind: 'nothing' };
  }

  protected override render(): TemplateResult {
    const { analysis, graph } = this;
    const picture = this.#picture;
    return html`
      <div part="title">${analysis && graph ? this.#title(analysis, graph) : nothing}</div>
      <slot name="banner"></slot>
      <div class="stage ${this.busy ? 'busy' : ''}" part="stage" data-testid="stage"
        @pointermove=${this.#pointerMoved} @pointerdown=${this.#pointerMoved} @pointerleave=${this.#pointerLeft}>
        ${this.#layout && this.#size.size && picture ? html`<svg class="layers" aria-hidden="true">${layerLines(this.#layout, this.#size.size.width)}</svg>` : nothing}
        <canvas></canvas>
        ${analysis && picture ? this.#nodes(analysis, picture) : nothing}
        ${this.#size.size ? graphTip(this.#tipOf(this.target), this.target, this.#size.size) : nothing}
        <slot></slot>
      </div>
      <div class="legend" part="legend">
        ${graphLegend(picture?.top ?? 1, analysis?.activityThreshold ?? 0.3, this.#compared() !== null)}
        ${this.#slider(picture)}
      </div>
    `;
  }

  protected override updated(): void {
    this.#reflect('checkpoint', this.#picture ? (this.graph?.checkpoint ?? null) : null);
    this.#reflect('data-edges', this.#picture ? String(this.#picture.drawn.length) : null);
    this.#reflect('data-layers-done', this.#picture ? String(this.#picture.layersDone) : null);
    this.#paintSoon();
  }

  #title(analysis: Analysis, graph: Graph): TemplateResult {
    const { name, step, method, note } = graphTitle(graph, analysis, this.undefinedCount);
    return html`<h2>${name}</h2> <span class="step">· ${step}</span>
      ${this.partial ? html`<span class="underway">being computed</span>` : nothing}
      <div class="method">${method}</div>
      ${note === null ? nothing : html`<div class="note" data-testid="undefined">${note}</div>`}`;
  }

  #nodes(analysis: Analysis, picture: Picture): TemplateResult | typeof nothing {
    const layout = this.#layout;
    if (!layout) return nothing;
    const options = {
      nodes: analysis.nodes,
      layout,
      picture,
      roles: this.roles,
      pointed: this.#pointed(),
      tabStop: this.tabStop,
    };
    return html`<svg class="nodes" role="group" aria-label="Nodes of the component graph; arrow keys move between them"
      @focusin=${this.#focused} @focusout=${this.#pointerLeft} @keydown=${this.#keyPressed}>${nodeLayer(options)}</svg>`;
  }

  #slider(picture: Picture | null): TemplateResult {
    const possible = this.#edges?.targets.length ?? 0;
    const most = Math.max(1, Math.min(possible, EDGES_DRAWN_MAX));
    return html`<label class="slider">
      <output data-testid="edges-shown">${picture ? edgesShownText(picture, possible, this.graph?.weights.length ?? 0) : 'no edges yet'}</output>
      <input type="range" min="1" max=${most} .value=${String(Math.min(this.edgesMax, most))} ?disabled=${!picture}
        aria-label="Edges shown at most" @input=${this.#edgesMaxChanged} />
    </label>`;
  }

  #tipOf(target: Target): Tip | null {
    const { analysis, graph } = this;
    const picture = this.#picture;
    if (!analysis || !graph || !picture || !this.#edges) return null;
    if (target.kind === 'edge')
      return edgeTip(target.edge, graph, analysis.nodes, this.#edges, this.#compared());
    if (target.kind === 'nothing') return null;
    const node = analysis.nodes[target.node];
    if (node.layer >= picture.layersDone) return { title: node.id, lines: ['not computed yet'] };
    return {
      ...nodeTip(node, target.node, picture.strengths, rolesOf(node.id, this.roles)),
      notes: [...effectNotes(target.node, graph), ...headNotes(target.node, graph, analysis.nodes)],
    };
  }

  /** A graph under way has no edges yet to be compared. */
  #compared(): Graph | null {
    const here = this.graph?.weights.length;
    return this.partial || this.base?.weights.length !== here ? null : this.base;
  }

  #pointed(): Pointed {
    const { target } = this;
    if (target.kind === 'edge') return { kind: 'edge', edge: target.edge };
    if (target.kind === 'nothing' || !this.#picture || !this.#edges) return { kind: 'nothing' };
    const drawn = this.#picture.drawn.map(({ edge }) => edge);
    return { kind: 'node', neighbourhood: neighbourhoodOf(target.node, drawn, this.#edges) };
  }

  readonly #pointerMoved = (event: PointerEvent) => {
    const stage = event.currentTarget as HTMLElement;
    const box = stage.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    const node = nodeIn(event.target);
    if (node !== null) {
      const place = this.#layout?.places[node];
      this.target = { kind: 'node', node, x: place?.x ?? at.x, y: place?.y ?? at.y };
      return;
    }
    const edge = nearestEdge(this.#picture?.drawn ?? [], at.x, at.y);
    this.target = edge === null ? { kind: 'nothing' } : { kind: 'edge', edge, ...at };
  };

  readonly #pointerLeft = () => {
    this.target = { kind: 'nothing' };
  };

  readonly #focused = (event: FocusEvent) => {
    const node = nodeIn(event.target);
    const place = node === null ? undefined : this.#layout?.places[node];
    // A click focuses too, but the pointer has said already where it is.
    if (node === null || place === undefined || (event.target as Element).matches(':not(:focus-visible)'))
      return;
    this.tabStop = node;
    this.target = { kind: 'node', node, x: place.x, y: place.y };
  };

  readonly #keyPressed = (event: KeyboardEvent) => {
    const node = nodeIn(event.target);
    if (node === null || !this.analysis || !this.#layout) return;
    const next = nodeBeside(this.analysis.nodes, this.#layout, node, event.key);
    if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
    event.stopPropagation();
    if (next !== null) this.renderRoot.querySelector<SVGElement>(`[data-node="${next}"]`)?.focus();
  };

  readonly #edgesMaxChanged = (event: Event) => {
    this.edgesMax = Number((event.target as HTMLInputElement).value);
  };

  #paintSoon(): void {
    this.#frame ??= requestAnimationFrame((now) => {
      this.#frame = null;
      this.#paint(now);
    });
  }

  #paint(now: number): void {
    const canvas = this.renderRoot.querySelector('canvas');
    const size = this.#size.size;
    if (!canvas || !size) return;
    if (!this.#picture) {
      canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
      return;
    }
    this.#palette ??= new Palette(this.renderRoot as ShadowRoot);
    this.#palette.follow(this.scheme);
    const layerOpacity = (layer: number) => this.#fade.opacity(layer, now);
    paintEdges({
      canvas,
      size,
      picture: this.#picture,
      pointed: this.#pointed(),
      palette: this.#palette,
      layerOpacity,
    });
    if (this.#fade.fading(now)) this.#paintSoon();
  }

  #reflect(name: string, value: string | null): void {
    if (value === null) this.removeAttribute(name);
    else if (this.getAttribute(name) !== value) this.setAttribute(name, value);
  }
}

function nodeIn(target: EventTarget | null): number | null {
  const shape = target instanceof Element ? target.closest('[data-node]') : null;
  return shape === null ? null : Number(shape.getAttribute('data-node'));
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-graph': PhasewatchGraph;
  }
}
