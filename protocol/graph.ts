/**
 * Which edges a component graph can have, and the order in which they are written everywhere.
 *
 * Every node has a depth: its place in the order in which blocks write to the residual stream. Node j can
 * read node i exactly where depth(i) < depth(j). In a parallel block heads and MLP of layer l share depth l;
 * in a sequential block the heads of layer l stand at 2l and its MLP at 2l + 1.
 *
 * Edge order: by target node, then by source node. Nodes are listed layer by layer, so all edges into one
 * layer are one contiguous slice, and a graph that fills in layer by layer is a growing prefix.
 */
import * as z from 'zod/mini';

export const ComponentNode = z.object({
  /** `L{layer}H{head}` or `L{layer}MLP`. */
  id: z.string(),
  layer: z.int(),
  kind: z.enum(['head', 'mlp']),
  depth: z.int(),
});
export type ComponentNode = z.infer<typeof ComponentNode>;

/** Columns of all possible edges: `sources[e]` and `targets[e]` index into the node list. */
export type PossibleEdges = {
  readonly sources: Int32Array;
  readonly targets: Int32Array;
};

/** All possible edges of `nodes` in edge order. */
export function possibleEdges(nodes: readonly ComponentNode[]): PossibleEdges {
  const sources: number[] = [];
  const targets: number[] = [];
  nodes.forEach((target, targetIndex) => {
    nodes.forEach((source, sourceIndex) => {
      if (source.depth >= target.depth) return;
      sources.push(sourceIndex);
      targets.push(targetIndex);
    });
  });
  return { sources: Int32Array.from(sources), targets: Int32Array.from(targets) };
}

/** Number of layers of `nodes`. */
export function layerCountOf(nodes: readonly ComponentNode[]): number {
  return nodes.reduce((count, node) => Math.max(count, node.layer + 1), 0);
}
