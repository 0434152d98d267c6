/**
 * The picture that `phasewatch-graph` draws, made anew only where what it is made of is another, and whether it is to be
 * faded to: a graph that follows within the time of a change is jumped to, so that a run that is caught up with is not
 * lagged behind; nothing moves in a page in the background or for who asked for reduced motion.
 */
import { type PossibleEdges, possibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Graph } from '../../protocol/state.ts';
import type { Size } from '../controllers/size-controller.ts';
import { type Layout, layoutOf } from '../view/layout.ts';
import { type Picture, pictureOf } from '../view/picture.ts';
import { CHANGE_MILLIS } from './edge-canvas.ts';

export type DrawnFrom = {
  readonly analysis: Analysis | null;
  readonly graph: Graph | null;
  /** To draw what changed since this graph; null to draw the weights. */
  readonly before: Graph | null;
  readonly size: Size | null;
  readonly edgesMax: number;
  readonly leastWeight: number | null;
  readonly layersReported: number;
};

export class DrawnGraph {
  picture: Picture | null = null;
  layout: Layout | null = null;
  edges: PossibleEdges | null = null;
  isGentle = false;
  #made: DrawnFrom | null = null;
  /** Which graph it was that was drawn last, and when that one came. */
  #of: string | null = null;
  #since = Number.NEGATIVE_INFINITY;

  /** @returns whether there is another picture now */
  follow(from: DrawnFrom): boolean {
    const made = this.#made;
    const keys = Object.keys(from) as (keyof DrawnFrom)[];
    if (made !== null && keys.every((key) => from[key] === made[key])) return false;
    this.#made = from;
    const { analysis, graph, before, size } = from;
    if (analysis !== made?.analysis) this.edges = analysis && possibleEdges(analysis.nodes);
    if (!analysis || !graph || !size || !this.edges) {
      this.picture = null;
      this.layout = null;
      return true;
    }
    this.layout = layoutOf(analysis.nodes, size);
    this.picture = pictureOf({
      graph,
      before,
      activityThreshold: analysis.activityThreshold,
      nodes: analysis.nodes,
      edges: this.edges,
      layout: this.layout,
      width: size.width,
      edgesMax: from.edgesMax,
      leastWeight: from.leastWeight,
      layersReported: from.layersReported,
    });
    const of = `${graph.checkpoint} ${this.picture.layersDone} ${before?.checkpoint}`;
    this.isGentle = this.#isGentle(of) && size === made?.size;
    return true;
  }

  #isGentle(of: string): boolean {
    if (of === this.#of) return false;
    const isFirst = this.#of === null;
    const now = performance.now();
    const isCalm = now - this.#since > CHANGE_MILLIS;
    this.#of = of;
    this.#since = now;
    return !isFirst && isCalm && !document.hidden && !matchMedia('(prefers-reduced-motion: reduce)').matches;
  }
}
