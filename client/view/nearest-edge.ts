/**
 * The drawn edge that a pointer is on: the nearest one within reach of its border, null where there is none.
 */
import { distanceTo } from './curve.ts';
import type { DrawnEdge } from './picture.ts';

/** CSS pixels beyond half the width of an edge. */
const REACH = 4;

export function nearestEdge(drawn: readonly DrawnEdge[], x: number, y: number): number | null {
  let nearest: { readonly edge: number; readonly distance: number } | null = null;
  for (const { edge, curve, stroke } of drawn) {
    const distance = distanceTo(curve, x, y) - stroke.width / 2;
    if (distance <= REACH && (nearest === null || distance < nearest.distance)) nearest = { edge, distance };
  }
  return nearest?.edge ?? null;
}
