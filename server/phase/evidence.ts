/**
 * What changed in the graph from one checkpoint to a later one: edges, nodes and role holders, most changed first.
 *
 *   edge   |w after − w before|;   node   |Δ out-strength| + |Δ in-strength|
 *
 * Differences are absolute: an edge that doubles from nothing to almost nothing is not what a change is about.
 * Ties keep edge order and node order, so the same graphs always give the same lists. O(M log M).
 */
import type { RoleHolders } from './signals.ts';

export type EdgeChange = {
  readonly source: string;
  readonly target: string;
  readonly before: number;
  readonly after: number;
};

export type NodeChange = {
  readonly id: string;
  /** Out-strength and in-strength, [before, after]. */
  readonly out: readonly [number, number];
  readonly in: readonly [number, number];
};

export type RoleChange = {
  readonly role: string;
  readonly node: string;
  readonly change: 'gained' | 'lost';
};

export type Evidence = {
  readonly edges: readonly EdgeChange[];
  readonly nodes: readonly NodeChange[];
  readonly roles: readonly RoleChange[];
};

/** What the two graphs have in common; a ComponentGraph fits, and the nodes with their possible edges do. */
export type EvidenceGraph = {
  readonly nodes: readonly { readonly id: string }[];
  /** [M] index of each possible edge's source and target in `nodes` */
  readonly sources: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
};

export type EvidenceOptions = {
  readonly graph: EvidenceGraph;
  /** [M] 1 − cosine, in edge order */
  readonly before: ArrayLike<number>;
  readonly after: ArrayLike<number>;
  readonly rolesBefore: RoleHolders;
  readonly rolesAfter: RoleHolders;
  /** Longest list of edges and of nodes. */
  readonly limit: number;
};

export function evidenceOf(options: EvidenceOptions): Evidence {
  const { graph, before, after, limit } = options;
  const edgeCount = graph.sources.length;
  if (before.length !== edgeCount || after.length !== edgeCount)
    throw new Error(
      `invariant: evidence compares graphs of ${edgeCount} edges, got ${before.length} and ${after.length}`,
    );
  const strengths = graph.nodes.map(() => ({ out: [0, 0], in: [0, 0] }) satisfies Strengths);
  [before, after].forEach((weights, side) => {
    for (let edge = 0; edge < edgeCount; edge += 1) {
      strengths[graph.sources[edge]].out[side] += weights[edge];
      strengths[graph.targets[edge]].in[side] += weights[edge];
    }
  });
  const edges = ranked(edgeCount, (edge) => Math.abs(after[edge] - before[edge]), limit);
  const nodes = ranked(graph.nodes.length, (node) => moved(strengths[node]), limit);
  return {
    edges: edges.map((edge) => ({
      source: graph.nodes[graph.sources[edge]].id,
      target: graph.nodes[graph.targets[edge]].id,
      before: before[edge],
      after: after[edge],
    })),
    nodes: nodes.map((node) => ({
      id: graph.nodes[node].id,
      out: pair(strengths[node].out),
      in: pair(strengths[node].in),
    })),
    roles: roleChanges(options.rolesBefore, options.rolesAfter),
  };
}

/** [before, after] each. */
type Strengths = { out: number[]; in: number[] };

function moved(strengths: Strengths): number {
  return Math.abs(strengths.out[1] - strengths.out[0]) + Math.abs(strengths.in[1] - strengths.in[0]);
}

function pair([before, after]: readonly number[]): readonly [number, number] {
  return [before, after];
}

/** Indices of the largest sizes, largest first; what did not change is left out. */
function ranked(count: number, size: (index: number) => number, limit: number): number[] {
  const changed = Array.from({ length: count }, (_, index) => index).filter((index) => size(index) > 0);
  return changed.sort((a, b) => size(b) - size(a) || a - b).slice(0, limit);
}

function roleChanges(before: RoleHolders, after: RoleHolders): RoleChange[] {
  const roles = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return roles.flatMap((role) => {
    const [old, fresh] = [before[role] ?? [], after[role] ?? []];
    return [
      ...fresh
        .filter((node) => !old.includes(node))
        .map((node) => ({ role, node, change: 'gained' as const })),
      ...old.filter((node) => !fresh.includes(node)).map((node) => ({ role, node, change: 'lost' as const })),
    ];
  });
}
