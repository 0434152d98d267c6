/**
 * `<phasewatch-graph>`: the component graph of one checkpoint, layer 0 at the bottom.
 *
 * Properties: `analysis`, `graph`, `roles`, `partial`, `layersReported`, `busy`, `scheme`. Attribute `edges-max`: how
 * many edges are drawn at most, the strongest first. Reflects `checkpoint`, `data-edges`, `data-layers-done`.
 * Slots: default (what stands in place of a graph), `banner`. Parts: `title`, `stage`, `legend`.
 * Limit: 1,000 edges are drawn; hit tests walk them all, 16 chords each.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { type PossibleEdges, possibleEdges } from '../../protocol/graph.ts';
import { ACTIVITY_THRESHOLD } from '../../protocol/metrics.ts';
import type { Analysis, Graph, Roles } from '../../protocol/state.ts';
import type { Scheme } from '../controllers/scheme-controller.ts';
import { SizeController } from '../controllers/size-controller.ts';
import { distanceTo } from '../view/curve.ts';
import { type Layout, layoutOf } from '../view/layout.ts';
import { graphTitle } from '../view/model-line.ts';
import { neighbourhoodOf } from '../view/neighbourhood.ts';
import { weightText } from '../view/number.ts';
import { type Picture, pictureOf } from '../view/picture.ts';
import { edgeTip, nodeTip, roleOf, type Tip } from '../view/tips.ts';
import { type Pointed, paintEdges } from './edge-painter.ts';
import { Fade } from './fade.ts';
import { graphLegend } from './graph-legend.ts';
import { nodeBeside, nodeLayer } from './graph-nodes.ts';
import { graphStyles } from './graph-styles.ts';
import { Palette } from './palette.ts';

const EDGES_DEFAULT = 60;
const EDGES_DRAWN_MAX = 1000;
/** How far a pointer may be from an edge, beyond half its width. */
const EDGE_REACH_PIXELS = 4;

@customElement('phasewatch-graph')
export class PhasewatchGraph extends LitElement {
  static override readonly styles = graphStyles;

  @property({ attribute: false }) analysis: Analysis | null = null;
  @property({ attribute: false }) graph: Graph | null = null;
  @property({ attribute: false }) roles: Roles | null = null;
  @property({ type: Boolean }) partial = false;
  @property({ type: Boolean }) busy = false;
  @property({ attribute: false }) layersReported = 0;
  @property({ attribute: false }) scheme: Scheme = 'light';
  @property({ type: Number, attribute: 'edges-max' }) edgesMax = EDGES_DEFAULT;
  @state() private pointed: Pointed = { kind: 'nothing' };
  @state() private tabStop = 0;
  @query('canvas') private readonly canvas!: HTMLCanvasElement | null;

  readonly #size = new SizeController(this, () => this.renderRoot.querySelector('.stage'));
  readonly #fade = new Fade();
  #palette: Palette | null = null;
  #edges: PossibleEdges | null = null;
  #layout: Layout | null = null;
  #picture: Picture | null = null;
  /** What layout and picture were made of. */
  #made: readonly unknown[] = [];
  #pointerAt = { x: 0, y: 0 };
  #frame: number | null = null;
}
