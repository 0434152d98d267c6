/**
 * Draws the edges of a picture onto a canvas, weakest first so that strong ones lie on top.
 *
 * Edges of a comparison have the colour of their sign; those that ceased to be active are dashed, those that stayed on
 * their side of the threshold are paler.
 * Colours run from weak to strong in 16 steps, mixed by the canvas. What is pointed at keeps its colour: edges that
 * leave the node warm, edges that enter it cool; all others fade to a twelfth. Device pixels are the canvas's own
 * business: it is resized only when its size or the pixel ratio has changed, since resizing clears it.
 */

import type { EdgeFate } from '../view/difference.ts';
import type { Neighbourhood } from '../view/neighbourhood.ts';
import type { DrawnEdge, Picture } from '../view/picture.ts';
import type { Palette } from './palette.ts';

const RAMP_STEPS = 16;
const FADED = 1 / 12;
const LIT_OPACITY_MIN = 0.55;
const KEPT_OPACITY = 0.6;
const GONE_DASH = [6, 7];
const SIGN: Readonly<Record<EdgeFate, 'rise' | 'fall'>> = {
  added: 'rise',
  stronger: 'rise',
  removed: 'fall',
  weaker: 'fall',
};

export type Pointed =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'node'; readonly neighbourhood: Neighbourhood }
  | { readonly kind: 'edge'; readonly edge: number };

export type PaintOptions = {
  readonly canvas: HTMLCanvasElement;
  readonly size: { readonly width: number; readonly height: number };
  readonly picture: Picture;
  readonly pointed: Pointed;
  readonly palette: Palette;
  /** Opacity of a layer that is fading in, 0…1. */
  readonly layerOpacity: (layer: number) => number;
};

export function paintEdges(options: PaintOptions): void {
  const { canvas, size, picture, palette } = options;
  const context = canvas.getContext('2d');
  if (context === null || size.width === 0 || size.height === 0) return;
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(size.width * ratio);
  const height = Math.round(size.height * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.lineCap = 'round';

  const ramp = Array.from({ length: RAMP_STEPS + 1 }, (_, step) => {
    const percent = (100 * step) / RAMP_STEPS;
    return `color-mix(in oklab, ${palette.colour('edge-strong')} ${percent}%, ${palette.colour('edge-weak')})`;
  });
  const lit: DrawnEdge[] = [];
  for (const edge of picture.drawn.toReversed()) {
    if (isLit(edge, options.pointed)) {
      lit.push(edge);
      continue;
    }
    const faded = options.pointed.kind === 'nothing' ? 1 : FADED;
    stroke(context, edge, {
      colour:
        edge.fate === null
          ? ramp[Math.round(edge.stroke.share * RAMP_STEPS)]
          : palette.colour(SIGN[edge.fate]),
      opacity: faded * (isKept(edge) ? KEPT_OPACITY : 1) * options.layerOpacity(edge.targetLayer),
      emphasis: false,
    });
  }
  for (const edge of lit) {
    const opacity = options.layerOpacity(edge.targetLayer);
    stroke(context, edge, { colour: litColour(edge, options), opacity, emphasis: true });
  }
  context.globalAlpha = 1;
}

function isLit({ edge }: DrawnEdge, pointed: Pointed): boolean {
  if (pointed.kind === 'node')
    return pointed.neighbourhood.outEdges.has(edge) || pointed.neighbourhood.inEdges.has(edge);
  return pointed.kind === 'edge' && pointed.edge === edge;
}

function isKept({ fate }: DrawnEdge): boolean {
  return fate === 'stronger' || fate === 'weaker';
}

function litColour({ edge, fate }: DrawnEdge, { pointed, palette }: PaintOptions): string {
  if (fate !== null) return palette.colour(SIGN[fate]);
  if (pointed.kind !== 'node') return palette.colour('accent');
  return palette.colour(pointed.neighbourhood.outEdges.has(edge) ? 'spreader' : 'gatherer');
}

type Ink = { readonly colour: string; readonly opacity: number; readonly emphasis: boolean };

function stroke(
  context: CanvasRenderingContext2D,
  edge: DrawnEdge,
  { colour, opacity, emphasis }: Ink,
): void {
  const { curve } = edge;
  context.globalAlpha =
    (emphasis ? Math.max(edge.stroke.opacity, LIT_OPACITY_MIN) : edge.stroke.opacity) * opacity;
  context.strokeStyle = colour;
  context.lineWidth = edge.stroke.width + (emphasis ? 1 : 0);
  context.setLineDash(edge.fate === 'removed' ? GONE_DASH : []);
  context.beginPath();
  context.moveTo(curve.x0, curve.y0);
  context.bezierCurveTo(curve.x1, curve.y1, curve.x2, curve.y2, curve.x3, curve.y3);
  context.stroke();
}
