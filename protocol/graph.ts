/**
 * Which edges a component graph can have, and the order in which they are written everywhere.
 *
 * Every node has a depth: its place in the order in which blocks write to the residual stream. Node j can
 * read node i exactly where depth(i) < depth(j), i is ablated and j is measured. Components (heads and MLPs): in a
 * parallel block those of layer l share depth l; in a sequential block the heads of layer l stand at 2l and its MLP
 * at 2l + 1. The paper's finer nodes: depth is the layer, −1 for the embedding, L for the logits.
 *
 * Edge order: by target node, then by source node. Nodes are listed layer by layer, so all edges into one
 * layer are one contiguous slice, and a graph that fills in layer by layer is a growing prefix.
 */
import * as v from 'valibot';
import { Integer } from './values.ts';

export const ComponentNode = v.object({
  /**
   * Components: `L{layer}H{head}` or `L{layer}MLP`. The paper's nodes: `emb`, `attn.{kind}.{layer}`,
   * `attn.{kind}.{layer}.{head}`, `mlp_{layer}`, `logits`.
   */
  id: v.string(),
  /** −1 for the embedding, and the number of layers for the logits. */
  layer: Integer,
  /** Components are `head` and `mlp`; the others are the paper's. */
  kind: v.picklist(['head', 'mlp', 'emb', 'q', 'k', 'v', 'rot_q', 'rot_k', 'z', 'mlp_hidden', 'logits']),
  depth: Integer,
  /** Which head of its layer one of the paper's nodes belongs to; absent where it is all of them together. */
  head: v.optional(Integer),
  /** False for a node that is never ablated, so that no edge leaves it. */
  ablated: v.optional(v.boolean()),
  /** False for a node whose change is not measured, so that no edge enters it. */
  measured: v.optional(v.boolean()),
});
export type ComponentNode = v.InferOutput<typeof ComponentNode>;

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
    if (target.measured === false) return;
    nodes.forEach((source, sourceIndex) => {
      if (source.ablated === false || source.depth >= target.depth) return;
      sources.push(sourceIndex);
      targets.push(targetIndex);
    });
  });
  return { sources: Int32Array.from(sources), targets: Int32Array.from(targets) };
}

/** Number of layers of `nodes`; the logits count as one, the embedding does not. */
export function layerCountOf(nodes: readonly ComponentNode[]): number {
  return nodes.reduce((count, node) => Math.max(count, node.layer + 1), 0);
}
