/**
 * The node layers of `phasewatch-graph`, above the edges: one focusable shape a node, and over them, while one is pointed
 * at, those that light up with it. The first layer is then faded as a whole: what is pointed at changes with every
 * movement, and 408 shapes would have to be painted anew. One node is in the tab order, the others are reached from it by
 * arrow keys, so that 408 nodes are one tab stop.
 */
import { type SVGTemplateResult, svg } from 'lit';
import type { ComponentNode } from '../../protocol/graph.ts';
import type { Roles } from '../../protocol/state.ts';
import type { Layout } from '../view/layout.ts';
import type { Neighbourhood } from '../view/neighbourhood.ts';
import { type Picture, radiusOf } from '../view/picture.ts';
import { markOf, RING_GAP } from '../view/role-marks.ts';
import { type Role, rolesOf } from '../view/roles.ts';
import { nodeTip, spoken } from '../view/tips.ts';

/** A pointer should not need to hit 5 px. */
const HIT_RADIUS_MIN = 9;
const HALO_GAP = 6;

export type NodeLayerOptions = {
  readonly nodes: readonly ComponentNode[];
  readonly layout: Layout;
  readonly picture: Picture;
  readonly roles: Roles | null;
  /** Index of the node in the tab order. */
  readonly tabStop: number;
  /** Index of the node whose charts are open, null for none. */
  readonly pinned: number | null;
};

export function nodeLayer(options: NodeLayerOptions): SVGTemplateResult {
  return svg`${options.nodes.map((node, index) => {
    const roles = rolesIn(options, index);
    const words = isGhost(options, index)
      ? `${node.id}: not computed yet`
      : spoken(nodeTip(node, index, options.picture.strengths, roles));
    // What is written in the node has to be a word of its name.
    const said = words.replace(/^(L\d+)(?=H|MLP)/, '$1 ');
    const radius = Math.max(radiusIn(options, index), HIT_RADIUS_MIN);
    return svg`
    <g class=${classesOf(options, index)} data-node=${index} data-id=${node.id} data-role=${roles.join(' ')} role="button" aria-label=${said}
      aria-pressed=${index === options.pinned ? 'true' : 'false'} tabindex=${index === options.tabStop ? 0 : -1} transform=${placeOf(options, index)}>
      <circle class="hit" r=${radius} />
      ${figure(options, index, roles)}
    </g>`;
  })}`;
}

/** The nodes of a neighbourhood, with a halo around the one that is pointed at. */
export function litLayer(options: NodeLayerOptions, { node, nodes }: Neighbourhood): SVGTemplateResult {
  return svg`${[...nodes].map((index) => {
    const roles = rolesIn(options, index);
    return svg`
    <g class="${classesOf(options, index)} ${index === node ? 'pointed' : ''}" data-role=${roles.join(' ')} transform=${placeOf(options, index)}>
      ${figure(options, index, roles)}
    </g>`;
  })}`;
}

/** Lines and names of the layers, to lie under the edges. */
export function layerLines(layout: Layout, width: number): SVGTemplateResult {
  return svg`${layout.layerYs.map(
    (y, layer) => svg`
      <line class="layer-line" x1="36" x2=${width - 12} y1=${y} y2=${y} />
      <text class="layer-label" x="14" y=${y}>${layout.layerLabels[layer]}</text>`,
  )}`;
}

function figure(options: NodeLayerOptions, index: number, roles: readonly Role[]): SVGTemplateResult {
  const node = options.nodes[index];
  const radius = radiusIn(options, index);
  const { layout } = options;
  return svg`
      ${shape(node, 'halo', radius + HALO_GAP)}
      ${roles.includes('gatekeeper') ? shape(node, 'keeper', radius + RING_GAP) : ''}
      ${shape(node, 'shape', radius)}
      ${roles.map((role) => {
        const mark = markOf(role, roles.includes('gatekeeper') ? radius + RING_GAP : radius);
        return mark === null ? '' : svg`<path class="mark ${role}" d=${mark} />`;
      })}
      ${layout.labelled ? svg`<text aria-hidden="true">${layout.places[index].label}</text>` : ''}`;
}

function isGhost({ nodes, picture }: NodeLayerOptions, index: number): boolean {
  return nodes[index].layer >= picture.layersDone;
}

function rolesIn(options: NodeLayerOptions, index: number): Role[] {
  return isGhost(options, index) ? [] : rolesOf(options.nodes[index].id, options.roles);
}

function radiusIn(options: NodeLayerOptions, index: number): number {
  return radiusOf(options.layout, isGhost(options, index) ? 0 : options.picture.shares[index]);
}

function placeOf({ layout }: NodeLayerOptions, index: number): string {
  return `translate(${layout.places[index].x} ${layout.places[index].y})`;
}

function classesOf(options: NodeLayerOptions, index: number): string {
  const { nodes, picture, layout, pinned } = options;
  const ghost = isGhost(options, index);
  const classes = ['node'];
  if (ghost) classes.push('ghost');
  if (ghost && nodes[index].layer === picture.layersDone) classes.push('next');
  if (!layout.labelled) classes.push('small');
  if (index === pinned) classes.push('pinned');
  return classes.join(' ');
}

/** Lengths stand in the style, where a change of them can be a transition. */
function shape(node: ComponentNode, name: string, radius: number): SVGTemplateResult {
  if (node.kind === 'head') return svg`<circle class=${name} .style=${`r:${radius.toFixed(2)}px`} />`;
  // A square of the circle's area would look smaller; this one has its width less an eighth.
  const half = radius * 0.94;
  const [from, side] = [(-half).toFixed(2), (2 * half).toFixed(2)];
  return svg`<rect class=${name} .style=${`x:${from}px;y:${from}px;width:${side}px;height:${side}px`} rx=${radius * 0.28} />`;
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
