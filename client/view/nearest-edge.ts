/**
 * The drawn edge that a pointer is on: the nearest one within reach of its border, null where there is none.
 * A curve lies inside of the box of its four points, so most edges of a large graph are passed over without a distance.
 */
import { type Curve, distanceTo } from './curve.ts';
import type { DrawnEdge } from './picture.ts';

/** CSS pixels beyond half the width of an edge. */
const REACH = 4;

export function nearestEdge(drawn: readonly DrawnEdge[], x: number, y: number): number | null {
  let nearest: { readonly edge: number; readonly distance: number } | null = null;
  for (const { edge, curve, stroke } of drawn) {
    if (!isNear(curve, x, y, REACH + stroke.width / 2)) continue;
    const distance = distanceTo(curve, x, y) - stroke.width / 2;
    if (distance <= REACH && (nearest === null || distance < nearest.distance)) nearest = { edge, distance };
  }
  return nearest?.edge ?? null;
}

function isNear({ x0, y0, x1, x2, x3, y3 }: Curve, x: number, y: number, reach: number): boolean {
  // Edges go upwards, and their control points lie between the heights of their ends.
  if (y > y0 + reach || y < y3 - reach) return false;
  return x >= Math.min(x0, x1, x2, x3) - reach && x <= Math.max(x0, x1, x2, x3) + reach;
}
