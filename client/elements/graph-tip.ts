/** The tip of `phasewatch-graph`: what is said of the node or edge that is pointed at, and where it stands. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PossibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Graph, Roles } from '../../protocol/state.ts';
import type { Size } from '../controllers/size-controller.ts';
import type { Picture } from '../view/picture.ts';
import { rolesOf } from '../view/roles.ts';
import { edgeTip, effectNotes, headNotes, nodeTip, type Tip } from '../view/tips.ts';

const TIP_OFFSET_PIXELS = 14;
const TIP_OFFSET_NODE_PIXELS = 28;
const TIP_HEIGHT_PIXELS = 208;
/** As wide as its style allows. */
const TIP_WIDTH_PIXELS = 280;
const EDGE_PIXELS = 8;

/** What is pointed at, and where: CSS pixels of the stage. */
export type Target =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'node'; readonly node: number; readonly x: number; readonly y: number }
  | { readonly kind: 'edge'; readonly edge: number; readonly x: number; readonly y: number };

export type TipOptions = {
  readonly analysis: Analysis;
  readonly graph: Graph;
  /** What it is compared with, null for nothing. */
  readonly before: Graph | null;
  readonly roles: Roles | null;
  readonly picture: Picture;
  readonly edges: PossibleEdges;
};

export function tipOf(
  target: Target,
  { analysis, graph, before, roles, picture, edges }: TipOptions,
): Tip | null {
  const { nodes } = analysis;
  if (target.kind === 'nothing') return null;
  if (target.kind === 'edge') return edgeTip(target.edge, graph, nodes, edges, before);
  const node = nodes[target.node];
  if (node.layer >= picture.layersDone) return { title: node.id, lines: ['not computed yet'] };
  return {
    ...nodeTip(node, target.node, picture.strengths, rolesOf(node.id, roles)),
    notes: [...effectNotes(target.node, graph), ...headNotes(target.node, graph, nodes)],
  };
}

export function graphTip(tip: Tip | null, target: Target, size: Size): TemplateResult | typeof nothing {
  if (tip === null || target.kind === 'nothing') return nothing;
  return html`<div class="tip" part="tip" data-testid="tip" .style=${tipStyle(target, size)}>
    <b>${tip.title}</b>${tip.lines.map((line) => html`<span>${line}</span>`)}
    ${tip.notes?.map((note) => html`<span class="note">${note}</span>`)}
  </div>`;
}

/** Beside a node, where there are no edges; below or above the pointer on an edge. Always inside the stage. */
function tipStyle(target: Exclude<Target, { kind: 'nothing' }>, size: Size): string {
  const room = Math.max(target.x, size.width - target.x) - TIP_OFFSET_NODE_PIXELS - EDGE_PIXELS;
  if (room < TIP_WIDTH_PIXELS) return narrowStyle(target, size);
  const offset = target.kind === 'node' ? TIP_OFFSET_NODE_PIXELS : TIP_OFFSET_PIXELS;
  const across =
    target.x > size.width * 0.6 ? `right:${size.width - target.x + offset}px` : `left:${target.x + offset}px`;
  if (target.kind === 'edge' && target.y > size.height * 0.6)
    return `${across};bottom:${size.height - target.y + offset}px`;
  const top = target.kind === 'node' ? target.y - TIP_HEIGHT_PIXELS / 2 : target.y + offset;
  return `${across};top:${Math.max(0, Math.min(size.height - TIP_HEIGHT_PIXELS, top))}px`;
}

/** Neither side has room: above or below, from edge to edge. */
function narrowStyle(target: Exclude<Target, { kind: 'nothing' }>, size: Size): string {
  const isLow = target.y > size.height / 2;
  const down = isLow
    ? `bottom:${size.height - target.y + TIP_OFFSET_NODE_PIXELS}px`
    : `top:${target.y + TIP_OFFSET_NODE_PIXELS}px`;
  return `left:${EDGE_PIXELS}px;right:${EDGE_PIXELS}px;white-space:normal;${down}`;
}
