/**
 * Everything the edge canvas and the node layer draw of one graph: the k strongest edges (or those that changed most
 * since another graph) with their curves and strokes, how strong each node is, and how many layers there are so far. O(M log k) for M edges; the rest is O(N + k).
 */
import { type ComponentNode, layerCountOf, type PossibleEdges } from '../../protocol/graph.ts';
import type { Graph } from '../../protocol/state.ts';
import { type Curve, curveOf } from './curve.ts';
import { type EdgeFate, edgeFates, sizesOfChange } from './difference.ts';
import { changeTop, type EdgeStroke, scaleTop, strokeOf } from './edge-scale.ts';
import { layersDoneOf } from './layers.ts';
import type { Layout } from './layout.ts';
import { type Strengths, strengthsOf } from './strengths.ts';
import { strongest } from './strongest.ts';

/** Edges of a dense graph stay thinner than its nodes. */
const WIDTH_PER_RADIUS = 0.4;

export type DrawnEdge = {
  /** Index in edge order. */
  readonly edge: number;
  readonly curve: Curve;
  readonly stroke: EdgeStroke;
  readonly targetLayer: number;
  /** What became of it since the graph before; null where there is none to compare with. */
  readonly fate: EdgeFate | null;
};

export type Picture = {
  /** Strongest first. */
  readonly drawn: readonly DrawnEdge[];
  /** Smallest weight drawn, or change of one; `null` without any edge. */
  readonly weakest: number | null;
  /** Weight at the top of the scale. */
  readonly top: number;
  readonly strengths: Strengths;
  /** Out- plus in-strength as a share of the largest, 0…1, in node order. */
  readonly shares: readonly number[];
  readonly layers: number;
  readonly layersDone: number;
};

export type PictureOptions = {
  readonly graph: Graph;
  /** To draw what changed since this graph instead of the weights; null to draw the weights. */
  readonly before: Graph | null;
  readonly activityThreshold: number;
  readonly nodes: readonly ComponentNode[];
  readonly edges: PossibleEdges;
  readonly layout: Layout;
  /** Width of the stage in CSS pixels. */
  readonly width: number;
  readonly edgesMax: number;
  /** Weaker edges, or smaller changes, are not drawn; null to draw the strongest `edgesMax` whatever their weight. */
  readonly leastWeight: number | null;
  /** Layers done as the server reports them. */
  readonly layersReported: number;
};

export function pictureOf(options: PictureOptions): Picture {
  const { graph, before, nodes, edges, layout } = options;
  const sizes = before ? sizesOfChange(before.weights, graph.weights) : graph.weights;
  const fates = before && edgeFates(before.weights, graph.weights, options.activityThreshold);
  const least = options.leastWeight ?? Number.NEGATIVE_INFINITY;
  const chosen = strongest(sizes, options.edgesMax).filter((edge) => sizes[edge] >= least);
  const topOf = before ? changeTop : scaleTop;
  const top = topOf(largestOf(sizes));
  const drawn = chosen.map((edge): DrawnEdge => {
    const source = edges.sources[edge];
    const target = edges.targets[edge];
    return {
      edge,
      targetLayer: nodes[target].layer,
      fate: fates?.[edge] ?? null,
      stroke: strokeOf(sizes[edge], top, layout.radius * WIDTH_PER_RADIUS),
      curve: curveOf({
        source: layout.places[source],
        target: layout.places[target],
        layersSpanned: nodes[target].layer - nodes[source].layer,
        columnGap: layout.columnGap,
        middle: options.width / 2,
      }),
    };
  });
  const strengths = strengthsOf(graph, edges, nodes.length);
  const totals = nodes.map((_, node) => strengths.out[node] + strengths.in[node]);
  const largest = Math.max(...totals);
  return {
    drawn,
    weakest: chosen.length > 0 ? sizes[chosen[chosen.length - 1]] : null,
    top,
    strengths,
    shares: totals.map((total) => (largest > 0 ? total / largest : 0)),
    layers: layerCountOf(nodes),
    layersDone: layersDoneOf(nodes, edges, graph.weights.length, options.layersReported),
  };
}

/** Of all edges, whether drawn or not: the scale does not change with what is left out. */
function largestOf(sizes: readonly number[]): number {
  return sizes.length === 0 ? 1 : sizes.reduce((largest, size) => Math.max(largest, size), 0);
}

/** Radius of a node of `share`: area grows mildly with strength, from 0.8 to 1.15 of the layout's radius. */
export function radiusOf(layout: Layout, share: number): number {
  return layout.radius * (0.8 + 0.35 * Math.sqrt(share));
}
