/**
 * How roles are drawn besides their colours: a spreader has an arrowhead above it, where its edges leave; a gatherer one
 * below it, where its edges enter; a gatekeeper has a ring. A node can have all three.
 */
import type { Role } from './roles.ts';

/** Between the node and its mark, CSS pixels. */
const GAP = 1.5;
/** Marks of small nodes are larger beside them, so that they can still be told apart. */
const SHARE = 0.5;
const HALF_WIDTH_MIN = 4.5;
const HEIGHT_PER_HALF_WIDTH = 1.2;
/** Of the ring, beyond the node. */
export const RING_GAP = 3.5;

/** An SVG path around the middle of a node; null for a role that has a ring. */
export function markOf(role: Role, radius: number): string | null {
  if (role === 'gatekeeper') return null;
  const half = Math.max(HALF_WIDTH_MIN, radius * SHARE);
  const height = half * HEIGHT_PER_HALF_WIDTH;
  // Both point upwards, as edges do.
  const base = role === 'spreader' ? -radius - GAP : radius + GAP + height;
  return `M${text(-half)} ${text(base)}L0 ${text(base - height)}L${text(half)} ${text(base)}Z`;
}

function text(value: number): string {
  return String(Number(value.toFixed(2)));
}
