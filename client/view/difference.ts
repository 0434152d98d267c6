/**
 * What changed from one graph to another of the same run: edges and nodes, most changed first, and the roles.
 *
 *   edge    |w after − w before|             node   |Δ out-strength| + |Δ in-strength|
 *   churn   1 − Σ min(p, q) / Σ max(p, q)    p, q the weights of the two scaled to sum 1; null where a sum is 0
 *
 * Negative weights from rounding count as 0. What did not change is left out; ties keep edge and node order.
 */
import type { ComponentNode, PossibleEdges } from '../../protocol/graph.ts';
import type { Graph, Roles } from '../../protocol/state.ts';
import { type RoleChange, roleChanges } from './roles.ts';
import { strengthsOf } from './strengths.ts';
import { strongest } from './strongest.ts';

/** Against the activity threshold: above it only now, only before, or the same on both sides of the change. */
export type EdgeFate = 'added' | 'removed' | 'stronger' | 'weaker';

export type EdgeDifference = {
  readonly source: string;
  readonly target: string;
  readonly before: number;
  readonly after: number;
  readonly fate: EdgeFate;
};

export type NodeDifference = {
  readonly id: string;
  /** Before and after. */
  readonly out: readonly [number, number];
  readonly in: readonly [number, number];
};

export type Difference = {
  readonly edges: readonly EdgeDifference[];
  readonly nodes: readonly NodeDifference[];
  readonly roles: readonly RoleChange[];
  /** Sums of the weights, before and after. */
  readonly total: readonly [number, number];
  /** Numbers of edges that became active, and that ceased to be. */
  readonly added: number;
  readonly removed: number;
  readonly churn: number | null;
};

export type DifferenceOptions = {
  readonly before: Graph;
  readonly after: Graph;
  readonly rolesBefore: Roles | null;
  readonly rolesAfter: Roles | null;
  readonly nodes: readonly ComponentNode[];
  readonly edges: PossibleEdges;
  readonly activityThreshold: number;
  /** Longest list of edges and of nodes. */
  readonly limit: number;
};

export function differenceOf(options: DifferenceOptions): Difference {
  const { nodes, edges, activityThreshold, limit } = options;
  const [before, after] = [options.before, options.after].map(({ weights }) => weights.map(atLeastNothing));
  const fates = edgeFates(before, after, activityThreshold);
  const changes = sizesOfChange(before, after);
  const [old, fresh] = [options.before, options.after].map((graph) =>
    strengthsOf(graph, edges, nodes.length),
  );
  const moves = nodes.map(
    (_, node) => Math.abs(fresh.out[node] - old.out[node]) + Math.abs(fresh.in[node] - old.in[node]),
  );
  return {
    edges: strongest(changes, limit)
      .filter((edge) => changes[edge] > 0)
      .map((edge) => ({
        source: nodes[edges.sources[edge]].id,
        target: nodes[edges.targets[edge]].id,
        before: before[edge],
        after: after[edge],
        fate: fates[edge],
      })),
    nodes: strongest(moves, limit)
      .filter((node) => moves[node] > 0)
      .map((node) => ({
        id: nodes[node].id,
        out: [old.out[node], fresh.out[node]],
        in: [old.in[node], fresh.in[node]],
      })),
    roles: roleChanges(options.rolesBefore, options.rolesAfter),
    total: [sum(before), sum(after)],
    added: fates.filter((fate) => fate === 'added').length,
    removed: fates.filter((fate) => fate === 'removed').length,
    churn: churnOf(before, after),
  };
}

export function sizesOfChange(before: readonly number[], after: readonly number[]): number[] {
  return after.map((weight, edge) => Math.abs(atLeastNothing(weight) - atLeastNothing(before[edge] ?? 0)));
}

export function edgeFates(
  before: readonly number[],
  after: readonly number[],
  activityThreshold: number,
): EdgeFate[] {
  return after.map((weight, edge) => {
    const was = (before[edge] ?? 0) > activityThreshold;
    const is = weight > activityThreshold;
    if (is !== was) return is ? 'added' : 'removed';
    return weight >= (before[edge] ?? 0) ? 'stronger' : 'weaker';
  });
}

function churnOf(before: readonly number[], after: readonly number[]): number | null {
  const [old, fresh] = [sum(before), sum(after)];
  if (old === 0 || fresh === 0) return null;
  let shared = 0;
  let either = 0;
  before.forEach((weight, edge) => {
    const [p, q] = [weight / old, after[edge] / fresh];
    shared += Math.min(p, q);
    either += Math.max(p, q);
  });
  return 1 - shared / either;
}

function atLeastNothing(weight: number): number {
  return Math.max(0, weight);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
