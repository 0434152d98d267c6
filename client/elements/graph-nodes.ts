/**
 * The node layer of `phasewatch-graph`: one focusable shape a node, above the edges. One node is in the tab order, the
 * others are reached from it by arrow keys, so that 408 nodes are one tab stop.
 */
import { type SVGTemplateResult, svg } from 'lit';
import type { ComponentNode } from '../../protocol/graph.ts';
import type { Roles } from '../../protocol/state.ts';
import type { Layout } from '../view/layout.ts';
import { type Picture, radiusOf } from '../view/picture.ts';
import { rolesOf } from '../view/roles.ts';
import { nodeTip, spoken } from '../view/tips.ts';
import type { Pointed } from './edge-painter.ts';

/** A pointer should not need to hit 5 px. */
const HIT_RADIUS_MIN = 9;
/** A gatekeeper has a ring of its own, so that it can be a spreader or a gatherer as well. */
const KEEPER_GAP = 3.5;
const HALO_GAP = 6;

export type NodeLayerOptions = {
  readonly nodes: readonly ComponentNode[];
  readonly layout: Layout;
  readonly picture: Picture;
  readonly roles: Roles | null;
  readonly pointed: Pointed;
  /** Index of the node in the tab order. */
  readonly tabStop: number;
};

export function nodeLayer(options: NodeLayerOptions): SVGTemplateResult {
  const { nodes } = options;
  return svg`
    ${nodes.map((node, index) => nodeShape(node, index, options))}`;
}

/** Lines and names of the layers, to lie under the edges. */
export function layerLines(layout: Layout, width: number): SVGTemplateResult {
  return svg`${layout.layerYs.map(
    (y, layer) => svg`
      <line class="layer-line" x1="36" x2=${width - 12} y1=${y} y2=${y} />
      <text class="layer-label" x="14" y=${y}>${layout.layerLabels[layer]}</text>`,
  )}`;
}

function nodeShape(node: ComponentNode, index: number, options: NodeLayerOptions): SVGTemplateResult {
  const { layout, picture, pointed } = options;
  const { x, y, label } = layout.places[index];
  const ghost = node.layer >= picture.layersDone;
  const roles = ghost ? [] : rolesOf(node.id, options.roles);
  const radius = radiusOf(layout, ghost ? 0 : picture.shares[index]);
  const isPointed = pointed.kind === 'node' && pointed.neighbourhood.node === index;
  const dim = pointed.kind === 'node' && !pointed.neighbourhood.nodes.has(index);
  const next = ghost && node.layer === picture.layersDone;
  const classes = [
    'node',
    ghost ? 'ghost' : '',
    next ? 'next' : '',
    layout.labelled ? '' : 'small',
    dim ? 'dim' : '',
    isPointed ? 'pointed' : '',
  ]
    .filter(Boolean)
    .join(' ');
  const said = ghost
    ? `${node.id}: not computed yet`
    : spoken(nodeTip(node, index, picture.strengths, roles));
  return svg`
    <g class=${classes} data-node=${index} data-id=${node.id} data-role=${roles.join(' ')} role="img" aria-label=${said}
      tabindex=${index === options.tabStop ? 0 : -1} transform="translate(${x} ${y})">
      <circle class="hit" r=${Math.max(radius, HIT_RADIUS_MIN)} />
      ${shape(node, 'halo', radius + HALO_GAP)}
      ${roles.includes('gatekeeper') ? shape(node, 'keeper', radius + KEEPER_GAP) : ''}
      ${shape(node, 'shape', radius)}
      ${layout.labelled ? svg`<text>${label}</text>` : ''}
    </g>`;
}

function shape(node: ComponentNode, name: string, radius: number): SVGTemplateResult {
  if (node.kind === 'head') return svg`<circle class=${name} r=${radius} />`;
  // A square of the circle's area would look smaller; this one has its width less an eighth.
  const half = radius * 0.94;
  return svg`<rect class=${name} x=${-half} y=${-half} width=${2 * half} height=${2 * half} rx=${radius * 0.28} />`;
}

/** The node an arrow key leads to, `null` where there is none: along the layer, or to the nearest one of the next. */
export function nodeBeside(
  nodes: readonly ComponentNode[],
  layout: Layout,
  from: number,
  key: string,
): number | null {
  const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  if (step !== 0) return nodes[from + step]?.layer === nodes[from].layer ? from + step : null;
  const rise = key === 'ArrowUp' ? 1 : key === 'ArrowDown' ? -1 : 0;
  if (rise === 0) return null;
  let nearest: number | null = null;
  nodes.forEach((node, index) => {
    if (node.layer !== nodes[from].layer + rise) return;
    const distance = Math.abs(layout.places[index].x - layout.places[from].x);
    if (nearest === null || distance < Math.abs(layout.places[nearest].x - layout.places[from].x))
      nearest = index;
  });
  return nearest;
}
