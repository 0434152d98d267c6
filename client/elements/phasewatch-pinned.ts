/**
 * `<phasewatch-pinned>`: one node of the graph that somebody has pinned: its numbers at the checkpoint looked at, its
 * strongest edges, and charts of those numbers over the run, which fill in as graphs arrive (`feed/node-history.ts`).
 * A part of `phasewatch-graph`, loaded when a node is pinned.
 *
 * Reflects `data-node`, `data-points` (checkpoints in its charts).
 */
import { html, LitElement, nothing, type PropertyValues, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PossibleEdges } from '../../protocol/graph.ts';
import type { Graph, Roles } from '../../protocol/state.ts';
import type { Feed } from '../feed/feed.ts';
import { NodeHistory } from '../feed/node-history.ts';
import { stepText } from '../view/axis.ts';
import { methodText } from '../view/method.ts';
import {
  type EdgeOfNode,
  EFFECTS,
  edgesOfNode,
  type NodeNumber,
  numberOf,
  rankOf,
  SCORES,
  STRENGTHS,
} from '../view/node-numbers.ts';
import { numberText, weightText, wholeText } from '../view/number.ts';
import { rolesOf } from '../view/roles.ts';
import { type Point, sparklineOf } from '../view/sparkline.ts';
import { whereabouts } from '../view/tips.ts';
import { pinnedStyles } from './pinned-styles.ts';

const EDGES_LISTED = 5;
/** Of a chart, in units of its own. */
const CHART = { width: 240, height: 46, axis: 13 } as const;

@customElement('phasewatch-pinned')
export class PhasewatchPinned extends LitElement {
  static override readonly styles = pinnedStyles;

  @property({ attribute: false }) feed: Feed | null = null;
  /** Of the checkpoint looked at. */
  @property({ attribute: false }) graph: Graph | null = null;
  @property({ attribute: false }) roles: Roles | null = null;
  /** Index of the node, null where this run has none of that name. */
  @property({ attribute: false }) node: number | null = null;
  @property({ attribute: false }) name = '';
  @property({ attribute: false }) edges: PossibleEdges | null = null;
  @property({ attribute: false }) unpin: () => void = () => {};
  readonly #history = new NodeHistory(() => this.requestUpdate());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#history.rest();
  }

  protected override willUpdate(_changed: PropertyValues): void {
    if (this.isConnected && this.feed !== null) this.#history.follow(this.feed);
  }

  protected override render(): TemplateResult {
    const { graph, node, edges } = this;
    const analysis = this.feed?.state?.run.analysis ?? null;
    return html`
      <section aria-label="Node ${this.name}" @keydown=${this.#keyPressed}>
        <header><h3>${this.name}</h3><button aria-label="Close ${this.name}" @click=${() => this.unpin()}>close</button></header>
        ${
          analysis === null || node === null || edges === null
            ? html`<p>This run has no node ${this.name}.</p>`
            : html`<p>${whereabouts(analysis.nodes[node])} · ${rolesOf(this.name, this.roles).join(' and ') || 'no role'}<br>${methodText(analysis)}</p>
              ${graph === null ? nothing : this.#numbers(graph, node, edges)}
              ${this.#charts(node)}`
        }
      </section>
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-node', this.name);
    this.setAttribute('data-points', String(this.#history.columns.length));
  }

  #numbers(graph: Graph, node: number, edges: PossibleEdges): TemplateResult {
    const { out, in: into } = edgesOfNode(graph, this.#nodes, edges, node, EDGES_LISTED);
    return html`
      <h4>at step ${wholeText(graph.step)}</h4>
      <table>
        ${STRENGTHS.map((number) => this.#strengthRow(number, graph, node))}
        ${[...EFFECTS, ...SCORES].map((number) => this.#row(number, graph, node))}
      </table>
      <div class="sides">
        <div><h4>strongest to</h4>${edgeRows(out)}</div>
        <div><h4>strongest from</h4>${edgeRows(into)}</div>
      </div>`;
  }

  #strengthRow({ id, label }: NodeNumber, graph: Graph, node: number): TemplateResult | typeof nothing {
    const values = graph.nodeMetrics[id];
    if (values === undefined) return nothing;
    return html`<tr><th scope="row">${label}</th><td>${weightText(values[node])}</td><td class="note">${rankOf(values, node)} of ${values.length}</td></tr>`;
  }

  #row(number: NodeNumber, graph: Graph, node: number): TemplateResult | typeof nothing {
    const value = numberOf(graph, this.#nodes, node, number.id);
    if (value === undefined) return nothing;
    return html`<tr><th scope="row">${number.label}</th><td>${numberText(value)}</td><td class="note">${number.unit}</td></tr>`;
  }

  #charts(node: number): TemplateResult {
    const { wanted, complete } = this.#history.counts;
    const here = this.#history.columns.length;
    const { problem } = this.#history;
    return html`
      <h4>over the run</h4>
      <p role="status">${here} of ${wanted} checkpoints${wanted < complete ? ` (evenly spaced, of ${complete})` : ''}
        ${wanted < complete ? html`<button @click=${() => this.#history.all()}>load all</button>` : nothing}</p>
      ${problem === null ? nothing : html`<p class="problem">The graphs could not be fetched: ${problem}. <button @click=${() => this.#history.retry()}>Try again</button></p>`}
      ${this.#chart(STRENGTHS, node)}
      ${[...SCORES, ...EFFECTS].map((number) => this.#chart([number], node))}`;
  }

  #chart(numbers: readonly NodeNumber[], node: number): TemplateResult | typeof nothing {
    const lines = numbers.map(({ id }) => this.#points(id, node));
    const step = this.graph?.step ?? null;
    const axis = this.feed?.look.axis ?? 'linear';
    const line = sparklineOf({ lines, axis, step, width: CHART.width, height: CHART.height });
    if (line === null) return nothing;
    const { paths, marker, steps, values } = line;
    const isPair = numbers.length > 1;
    const unit = numbers[0].unit;
    const said = numbers.map(({ label }, index) => `${label} ${spoken(lines[index])}`).join('; ');
    return html`<figure>
      <figcaption>${
        isPair
          ? html`<span><i class="key"></i>${numbers[0].label}</span><span><i class="key second"></i>${numbers[1].label}</span>`
          : html`<b>${numbers[0].label}</b>`
      }<span>${numberText(values[0])} – ${numberText(values[1])}${unit && ` ${unit}`}</span></figcaption>
      <svg viewBox="0 -4 ${CHART.width} ${CHART.height + CHART.axis + 4}" role="img" aria-label=${said}>
        <line class="base" x1="0" x2=${CHART.width} y1=${CHART.height} y2=${CHART.height} />
        ${marker === null ? nothing : svg`<line class="marker" x1=${marker} x2=${marker} y1="0" y2=${CHART.height} />`}
        ${paths.map((path, index) => svg`<path class=${isPair ? (index === 0 ? 'first' : 'second') : ''} d=${path} />`)}
        <text x="0" y=${CHART.height + CHART.axis - 2}>${stepText(steps[0])}</text>
        <text x=${CHART.width} y=${CHART.height + CHART.axis - 2} text-anchor="end">${stepText(steps[1])}</text>
      </svg>
    </figure>`;
  }

  #points(id: string, node: number): Point[] {
    return this.#history.columns.flatMap((columns) => {
      const value = numberOf(columns, this.#nodes, node, id);
      return value === undefined ? [] : [{ step: columns.step, value }];
    });
  }

  get #nodes() {
    return this.feed?.state?.run.analysis?.nodes ?? [];
  }

  readonly #keyPressed = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.unpin();
  };
}

function edgeRows(edges: readonly EdgeOfNode[]): TemplateResult {
  if (edges.length === 0) return html`<p>none</p>`;
  return html`<table>${edges.map(
    ({ other, weight, standardError }) =>
      html`<tr><th scope="row">${other}</th><td>${weightText(weight)}${standardError === null ? nothing : html` ± ${weightText(standardError)}`}</td></tr>`,
  )}</table>`;
}

function spoken(points: readonly Point[]): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return 'not known';
  return `from ${numberText(first.value)} at step ${first.step} to ${numberText(last.value)} at step ${last.step}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-pinned': PhasewatchPinned;
  }
}
