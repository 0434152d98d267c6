/**
 * The curve of an edge: a cubic Bézier that leaves its source upwards and enters its target from below.
 *
 * An edge that skips layers is bowed sideways by 0.8 of a column, so that at its middle it is 0.6 of a column
 * beside the straight line and passes between the nodes of the layers it skips, away from the middle of the graph.
 */
import type { NodePlace } from './layout.ts';

/** How far the control points stand from the ends, as a share of the height between them. */
const REACH = 0.48;
const BOW = 0.8;
const SAMPLES = 16;

export type Curve = {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly x3: number;
  readonly y3: number;
};

export type CurveOptions = {
  readonly source: NodePlace;
  readonly target: NodePlace;
  readonly layersSpanned: number;
  readonly columnGap: number;
  /** x of the middle of the graph. */
  readonly middle: number;
};

export function curveOf({ source, target, layersSpanned, columnGap, middle }: CurveOptions): Curve {
  const reach = (source.y - target.y) * REACH;
  const side = (source.x + target.x) / 2 < middle ? -1 : 1;
  const bow = layersSpanned > 1 ? side * columnGap * BOW : 0;
  return {
    x0: source.x,
    y0: source.y,
    x1: source.x + bow,
    y1: source.y - reach,
    x2: target.x + bow,
    y2: target.y + reach,
    x3: target.x,
    y3: target.y,
  };
}

/** Distance of a point from the curve, by 16 chords: within half a pixel for curves that span a screen. */
export function distanceTo(curve: Curve, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  let fromX = curve.x0;
  let fromY = curve.y0;
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    const t = sample / SAMPLES;
    const toX = bezier(t, curve.x0, curve.x1, curve.x2, curve.x3);
    const toY = bezier(t, curve.y0, curve.y1, curve.y2, curve.y3);
    nearest = Math.min(nearest, distanceToChord(x, y, fromX, fromY, toX, toY));
    fromX = toX;
    fromY = toY;
  }
  return nearest;
}

function bezier(t: number, a: number, b: number, c: number, d: number): number {
  const s = 1 - t;
  return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
}

function distanceToChord(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length2 = dx * dx + dy * dy;
  const along = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length2));
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}
