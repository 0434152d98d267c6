/**
 * Roles: nodes above the 95th percentile of a node metric. Spreaders by out-strength, gatherers by in-strength,
 * gatekeepers by betweenness.
 *
 * Percentile with linear interpolation. Strictly above, so nodes that are all alike hold no role.
 * Source: E. Rocchetti, arXiv 2509.15269.
 */
import type { ComponentNode } from '../../protocol/graph.ts';
import { quantile } from './quantile.ts';

const ROLE_QUANTILE = 0.95;

/** Ids of the nodes whose value stands out, in node order. */
export function holders(nodes: readonly ComponentNode[], values: readonly number[]): string[] {
  const limit = quantile(values, ROLE_QUANTILE);
  return nodes.filter((_, index) => values[index] > limit).map((node) => node.id);
}
