/**
 * The component graph as a figure for a paper: an SVG of its own, with title, layers, edges, nodes with the marks of their
 * roles, and a legend. Lengths are CSS pixels; colours are resolved, so that nothing of a page is needed.
 */
import type { PossibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Graph, Roles } from '../../protocol/state.ts';
import { FATE_INKS } from '../elements/edge-painter.ts';
import type { ColourName } from '../elements/palette.ts';
import type { EdgeFate } from '../view/difference.ts';
import { edgesShownText } from '../view/edges-shown.ts';
import { type Layout, layoutOf } from '../view/layout.ts';
import { methodText } from '../view/method.ts';
import { wholeText } from '../view/number.ts';
import { type DrawnEdge, type Picture, pictureOf, radiusOf } from '../view/picture.ts';
import { markOf, RING_GAP } from '../view/role-marks.ts';
import { ROLES, type Role, rolesOf } from '../view/roles.ts';

const WIDTH = 900;
const TOP = 52;
const BOTTOM = 40;
/** Of a row of nodes, within bounds: few layers in a wide picture, many in a high one. */
const ROW_HEIGHT = 120;
const HEIGHT_MIN = 300;
const HEIGHT_MAX = 900;
const FATES: readonly EdgeFate[] = ['added', 'stronger', 'weaker', 'removed'];

export type GraphFigureOptions = {
  readonly run: string;
  readonly analysis: Analysis;
  readonly graph: Graph;
  /** What it is compared with, null for nothing. */
  readonly before: Graph | null;
  readonly roles: Roles | null;
  readonly edges: PossibleEdges;
  readonly edgesMax: number;
  readonly leastWeight: number | null;
  readonly layersReported: number;
  readonly colour: (name: ColourName) => string;
};

export function graphFigure(options: GraphFigureOptions): string {
  const { analysis, graph, before, edges, colour } = options;
  const { nodes } = analysis;
  const rows = new Set(nodes.map(({ layer }) => layer)).size;
  const size = { width: WIDTH, height: Math.max(HEIGHT_MIN, Math.min(HEIGHT_MAX, rows * ROW_HEIGHT)) };
  const layout = layoutOf(nodes, size);
  const picture = pictureOf({
    graph,
    before,
    nodes,
    edges,
    layout,
    width: WIDTH,
    activityThreshold: analysis.activityThreshold,
    edgesMax: options.edgesMax,
    leastWeight: options.leastWeight,
    layersReported: options.layersReported,
  });
  const height = TOP + size.height + BOTTOM;
  const since = before ? `, change since step ${wholeText(before.step)}` : '';
  const shown = edgesShownText(picture, edges.targets.length, graph.weights.length);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, Helvetica, Arial, sans-serif">
<rect width="100%" height="100%" fill="${colour('panel')}"/>
<text x="16" y="24" font-size="15" font-weight="600" fill="${colour('ink')}">${escaped(`${options.run} · step ${wholeText(graph.step)}${since}`)}</text>
<text x="16" y="42" font-size="11.5" fill="${colour('ink-faint')}">${escaped(`${methodText(analysis)} · ${shown}`)}</text>
<g transform="translate(0 ${TOP})">
${layerLines(layout, options)}
<g fill="none" stroke-linecap="butt">${picture.drawn
    .toReversed()
    .map((edge) => edgePath(edge, options))
    .join('')}</g>
<g text-anchor="middle" font-size="10.5">${nodes.map((_, index) => nodeGroup(index, layout, picture, options)).join('')}</g>
</g>
<g transform="translate(16 ${height - 16})" font-size="11.5" fill="${colour('ink')}">${legend(picture, options)}</g>
</svg>`;
}

function layerLines({ layerYs, layerLabels }: Layout, { colour }: GraphFigureOptions): string {
  return layerYs
    .map(
      (y, layer) =>
        `<path d="M36 ${round(y)}H${WIDTH - 12}" stroke="${colour('grid')}"/><text x="14" y="${round(y + 4)}" font-size="10.5" fill="${colour('ink-faint')}">${escaped(layerLabels[layer])}</text>`,
    )
    .join('');
}

function edgePath({ curve, stroke, fate }: DrawnEdge, { colour }: GraphFigureOptions): string {
  const ink = fate === null ? null : FATE_INKS[fate];
  const paint = ink === null ? colour('edge-strong') : colour(ink.colour);
  const dash = ink === null || ink.dash.length === 0 ? '' : ` stroke-dasharray="${ink.dash.join(' ')}"`;
  const { x0, y0, x1, y1, x2, y2, x3, y3 } = curve;
  const [from, ...points] = [
    [x0, y0],
    [x1, y1],
    [x2, y2],
    [x3, y3],
  ].map((pair) => pair.map(round).join(' '));
  const width = round(stroke.width + (ink?.extraPixels ?? 0));
  return `<path d="M${from}C${points.join(' ')}" stroke="${paint}" stroke-width="${width}" stroke-opacity="${round(stroke.opacity * (ink?.opacity ?? 1))}"${dash}/>`;
}

function nodeGroup(index: number, layout: Layout, picture: Picture, options: GraphFigureOptions): string {
  const node = options.analysis.nodes[index];
  const { colour } = options;
  const { x, y, label } = layout.places[index];
  const roles = rolesOf(node.id, options.roles);
  const radius = radiusOf(layout, picture.shares[index]);
  const main = roles.find((role) => role !== 'gatekeeper');
  const fill = colour(main ?? 'panel');
  const shape = shapeOf(
    node.kind === 'head',
    radius,
    `fill="${fill}" stroke="${main ? fill : colour('ink-faint')}"`,
  );
  const text = layout.labelled
    ? `<text y="3.7" fill="${colour(main ? 'panel' : 'ink')}">${escaped(label)}</text>`
    : '';
  return `<g transform="translate(${round(x)} ${round(y)})"><title>${escaped(node.id)}</title>${shape}${marks(roles, node.kind === 'head', radius, options)}${text}</g>`;
}

function marks(
  roles: readonly Role[],
  isHead: boolean,
  radius: number,
  { colour }: GraphFigureOptions,
): string {
  const isKeeper = roles.includes('gatekeeper');
  const ring = isKeeper
    ? shapeOf(isHead, radius + RING_GAP, `fill="none" stroke="${colour('gatekeeper')}" stroke-width="2.2"`)
    : '';
  return (
    ring +
    roles
      .map((role) => {
        const path = markOf(role, isKeeper ? radius + RING_GAP : radius);
        return path === null ? '' : `<path d="${path}" fill="${colour(role)}" stroke="${colour('panel')}"/>`;
      })
      .join('')
  );
}

function shapeOf(isHead: boolean, radius: number, ink: string): string {
  if (isHead) return `<circle r="${round(radius)}" ${ink}/>`;
  const half = radius * 0.94;
  return `<rect x="${round(-half)}" y="${round(-half)}" width="${round(2 * half)}" height="${round(2 * half)}" rx="${round(radius * 0.28)}" ${ink}/>`;
}

function legend(picture: Picture, options: GraphFigureOptions): string {
  const { colour, before } = options;
  const outline = `fill="${colour('panel')}" stroke="${colour('ink-faint')}"`;
  const items: (readonly [drawing: string, label: string])[] = [
    [shapeOf(true, 5, outline), 'head'],
    [shapeOf(false, 5, outline), 'MLP'],
    ...ROLES.map((role) => {
      const fill = role === 'gatekeeper' ? outline : `fill="${colour(role)}"`;
      return [shapeOf(true, 4, fill) + marks([role], true, 4, options), role] as const;
    }),
    ...(before === null
      ? [
          [
            `<path d="M-8 0H8" stroke="${colour('edge-strong')}" stroke-width="3"/>`,
            `widest: weight ${picture.top}`,
          ] as const,
        ]
      : FATES.map((fate) => {
          const { colour: name, dash, opacity, extraPixels } = FATE_INKS[fate];
          return [
            `<path d="M-9 0H9" stroke="${colour(name)}" stroke-width="${2 + extraPixels}" stroke-opacity="${opacity}" stroke-dasharray="${dash.join(' ')}"/>`,
            fate,
          ] as const;
        })),
  ];
  return items
    .map(([drawing, label], index) => {
      const x = index * ((WIDTH - 32) / items.length);
      return `<g transform="translate(${round(x + 9)} -4)">${drawing}<text x="15" y="4">${escaped(label)}</text></g>`;
    })
    .join('');
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
