/**
 * What a checkpoint's configuration says about its model: every size and choice that decides which operators
 * one block runs. Two checkpoints with equal architectures share one compiled block.
 *
 * L layers, H heads, D residual width, d head width, F MLP width, V vocabulary.
 */
import type { ComponentNode } from '../../protocol/graph.ts';

export type Architecture = {
  readonly family: string;
  /** L */
  readonly layers: number;
  /** H */
  readonly heads: number;
  /** D */
  readonly width: number;
  /** d */
  readonly headWidth: number;
  /** F */
  readonly mlpWidth: number;
  /** V */
  readonly vocabulary: number;
  /** Longest sequence the model was built for. */
  readonly positionsMax: number;
  readonly normEpsilon: number;
  /** Exact GELU, x·Φ(x), or its tanh approximation. */
  readonly activation: 'gelu' | 'gelu-tanh';
  /** Rotary embedding of the first `dimensions` of each head, angles position · theta^(−2i/dimensions). */
  readonly rotary: { readonly dimensions: number; readonly theta: number };
  /** Ids that stand for no text: beginning, end, padding. */
  readonly specialTokens: readonly number[];
};

/**
 * The nodes of a component graph, layer by layer, a layer's heads before its MLP: N = L·(H+1).
 * Parallel blocks: heads and MLP of a layer read the same residual stream, so they share one depth.
 */
export function componentNodes(architecture: Architecture): ComponentNode[] {
  const nodes: ComponentNode[] = [];
  for (let layer = 0; layer < architecture.layers; layer += 1) {
    for (let head = 0; head < architecture.heads; head += 1)
      nodes.push({ id: `L${layer}H${head}`, layer, kind: 'head', depth: layer });
    nodes.push({ id: `L${layer}MLP`, layer, kind: 'mlp', depth: layer });
  }
  return nodes;
}
