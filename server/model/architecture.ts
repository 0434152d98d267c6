/**
 * What a checkpoint's configuration says about its model: every size and choice that decides which operators
 * one block runs. Two checkpoints with equal architectures share one compiled block.
 *
 * L layers, H heads, K key/value heads, D residual width, d head width, F MLP width, V vocabulary.
 */
import type { ComponentNode } from '../../protocol/graph.ts';

export type Activation = 'gelu' | 'gelu-tanh' | 'silu' | 'relu';

export type Architecture = {
  readonly family: string;
  /** L */
  readonly layers: number;
  /** H */
  readonly heads: number;
  /** K; H unless several heads share their keys and values */
  readonly keyValueHeads: number;
  /** D */
  readonly width: number;
  /** d */
  readonly headWidth: number;
  /** F */
  readonly mlpWidth: number;
  /** V */
  readonly vocabulary: number;
  /** Longest sequence for which the model's positions and attention windows are those of this description. */
  readonly positionsMax: number;
  /**
   * `parallel`: y = x + attention(x) + mlp(x). `sequential`: m = x + attention(x), y = m + mlp(m).
   */
  readonly residual: 'parallel' | 'sequential';
  readonly norm: {
    readonly kind: 'layer' | 'rms';
    readonly epsilon: number;
    /** Where a block norms: what attention and MLP read, or what they write. */
    readonly placement: 'before' | 'after';
  };
  readonly attention: {
    /** Factor of query·key before the softmax. */
    readonly scale: number;
    /** RMS norm of queries and keys: none, each head by itself, or all heads of a position together. */
    readonly queryKeyNorm: 'none' | 'head' | 'all';
  };
  /** Plain: down(act(up(x))). Gated: down(act(gate(x)) · up(x)). */
  readonly mlp: { readonly gated: boolean; readonly activation: Activation };
  /**
   * Rotary embedding of the first 2·frequencies.length dimensions of each head, angles position · frequency;
   * null where heads are not rotated.
   */
  readonly rotaryFrequencies: readonly number[] | null;
  readonly embedding: {
    /** How many positions have a learned vector that is added to the token's; null where the model has none. */
    readonly positions: number | null;
    /** Where no unembedding is stored by itself, the token embedding is it. */
    readonly tied: boolean;
  };
  /** How matrices are stored: [outputs, inputs] as torch's Linear, or [inputs, outputs] as GPT-2's Conv1D. */
  readonly matrices: 'outputs-first' | 'inputs-first';
  /** The weights of one block that this model has, with their shapes. */
  readonly blockShapes: BlockShapes;
  /** Ids that stand for no text: beginning, end, padding. */
  readonly specialTokens: readonly number[];
};

/** Names of a block's weights. Query, key and value stack their heads: place h·d + i is element i of head h. */
export type BlockWeightName =
  | `${'attention_norm' | 'mlp_norm' | 'query' | 'key' | 'value' | 'output' | 'up' | 'gate' | 'down'}_${'weight' | 'bias'}`
  | 'query_norm_weight'
  | 'key_norm_weight';

export type BlockShapes = Readonly<Partial<Record<BlockWeightName, readonly number[]>>>;

/**
 * The nodes of a component graph, layer by layer, a layer's heads before its MLP: N = L·(H+1).
 * In a parallel block heads and MLP read the same residual stream and share one depth; in a sequential block the
 * MLP reads what the heads of its layer wrote.
 */
export function componentNodes(architecture: Architecture): ComponentNode[] {
  const sequential = architecture.residual === 'sequential';
  const nodes: ComponentNode[] = [];
  for (let layer = 0; layer < architecture.layers; layer += 1) {
    const depth = sequential ? 2 * layer : layer;
    for (let head = 0; head < architecture.heads; head += 1)
      nodes.push({ id: `L${layer}H${head}`, layer, kind: 'head', depth });
    nodes.push({ id: `L${layer}MLP`, layer, kind: 'mlp', depth: sequential ? depth + 1 : depth });
  }
  return nodes;
}
