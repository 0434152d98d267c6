/**
 * Roles: nodes above the 95th percentile of a node metric. Spreaders by out-strength, gatherers by in-strength.
 *
 * Percentile with linear interpolation: at place 0.95·(N − 1) of the ascending values. Strictly above, so nodes
 * that are all alike hold no role. Source: E. Rocchetti, arXiv 2509.15269; metrics definition, "Roles".
 */
import type { ComponentNode } from '../../protocol/graph.ts';

const ROLE_QUANTILE = 0.95;

/** Ids of the nodes whose value stands out, in node order. */
export function holders(nodes: readonly ComponentNode[], values: readonly number[]): string[] {
  const limit = quantile(values, ROLE_QUANTILE);
  return nodes.filter((_, index) => values[index] > limit).map((node) => node.id);
}

/** Linear interpolation between the two nearest of the ascending values; 0 of none. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return 0;
  const ascending = [...values].sort((a, b) => a - b);
  const place = q * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
}
