/**
 * Strokes of edges on a canvas, and the colours they have.
 *
 * Colours run from weak to strong in 16 steps, mixed by the canvas. Edges of a comparison have the colour of their sign;
 * those that ceased to be active are dashed, those that became active are whole and thicker by a pixel, those that stayed
 * on their side of the threshold are paler, the weaker ones dotted. What is pointed at: edges that leave the node warm, edges that enter it cool.
 * Ends are cut off flat, since nodes lie over them: round ones take a third more of the time.
 */
import type { EdgeFate } from '../view/difference.ts';
import type { Neighbourhood } from '../view/neighbourhood.ts';
import type { DrawnEdge } from '../view/picture.ts';
import type { Palette } from './palette.ts';

const RAMP_STEPS = 16;
const LIT_OPACITY_MIN = 0.55;
const LIT_EXTRA_PIXELS = 1;

type FateInk = {
  readonly colour: 'rise' | 'fall';
  readonly opacity: number;
  readonly extraPixels: number;
  readonly dash: readonly number[];
};

/** How each fate is drawn; no two differ by colour alone. */
export const FATE_INKS: Readonly<Record<EdgeFate, FateInk>> = {
  added: { colour: 'rise', opacity: 1, extraPixels: 1, dash: [] },
  stronger: { colour: 'rise', opacity: 0.6, extraPixels: 0, dash: [] },
  weaker: { colour: 'fall', opacity: 0.6, extraPixels: 0, dash: [2, 3] },
  removed: { colour: 'fall', opacity: 1, extraPixels: 1, dash: [8, 5] },
};

export type Pointed =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'node'; readonly neighbourhood: Neighbourhood }
  | { readonly kind: 'edge'; readonly edge: number };

/** `edges` in the order in which they are painted. */
export function paintEdges(
  context: CanvasRenderingContext2D,
  edges: readonly DrawnEdge[],
  palette: Palette,
): void {
  const ramp = rampOf(palette);
  for (const edge of edges) {
    const ink = edge.fate === null ? null : FATE_INKS[edge.fate];
    stroke(context, edge, {
      colour: ink ? palette.colour(ink.colour) : ramp[Math.round(edge.stroke.share * RAMP_STEPS)],
      opacity: edge.stroke.opacity * (ink?.opacity ?? 1),
      width: edge.stroke.width + (ink?.extraPixels ?? 0),
    });
  }
}

/** Those of `drawn` that are pointed at. */
export function paintLit(
  context: CanvasRenderingContext2D,
  drawn: readonly DrawnEdge[],
  pointed: Pointed,
  palette: Palette,
): void {
  for (const edge of drawn.toReversed()) {
    if (!isLit(edge, pointed)) continue;
    stroke(context, edge, {
      colour: litColour(edge, pointed, palette),
      opacity: Math.max(edge.stroke.opacity, LIT_OPACITY_MIN),
      width: edge.stroke.width + LIT_EXTRA_PIXELS,
    });
  }
}

/** From the weak end to the strong one. */
export function rampOf(palette: Palette): string[] {
  return Array.from({ length: RAMP_STEPS + 1 }, (_, step) => {
    const percent = (100 * step) / RAMP_STEPS;
    return `color-mix(in oklab, ${palette.colour('edge-strong')} ${percent}%, ${palette.colour('edge-weak')})`;
  });
}

export function isLit({ edge }: DrawnEdge, pointed: Pointed): boolean {
  if (pointed.kind === 'node')
    return pointed.neighbourhood.outEdges.has(edge) || pointed.neighbourhood.inEdges.has(edge);
  return pointed.kind === 'edge' && pointed.edge === edge;
}

function litColour({ edge, fate }: DrawnEdge, pointed: Pointed, palette: Palette): string {
  if (fate !== null) return palette.colour(FATE_INKS[fate].colour);
  if (pointed.kind !== 'node') return palette.colour('accent');
  return palette.colour(pointed.neighbourhood.outEdges.has(edge) ? 'spreader' : 'gatherer');
}

type Ink = { readonly colour: string; readonly opacity: number; readonly width: number };

function stroke(context: CanvasRenderingContext2D, { curve, fate }: DrawnEdge, ink: Ink): void {
  context.globalAlpha = ink.opacity;
  context.strokeStyle = ink.colour;
  context.lineWidth = ink.width;
  context.setLineDash(fate === null ? SOLID : (FATE_INKS[fate].dash as number[]));
  context.beginPath();
  context.moveTo(curve.x0, curve.y0);
  context.bezierCurveTo(curve.x1, curve.y1, curve.x2, curve.y2, curve.x3, curve.y3);
  context.stroke();
}

const SOLID: number[] = [];
