/**
 * The finer node set of E. Rocchetti, arXiv 2509.15269: queries, keys, values, rotated queries and keys, weighted
 * values (z), MLP activations, embedding and logits.
 *
 * L layers, H heads: L·(6·(H+1) + 1) + 1 nodes are ablated and L·(4·(H+1) + 3) + 2 are measured: 187 and 140 for
 * Pythia-14M. Many ablations are one and the same:
 *
 *   q, k, rot_q, rot_k   zeroed, every score of a head is 0 and its attention uniform over what it may see
 *   v, z                 zeroed, the head adds nothing (values carry no bias here: it is part of the output's)
 *
 * so L·(2·(H+1) + 1) + 1 rows are enough: 67 for Pythia-14M.
 */
import type { ComponentNode } from '../../protocol/graph.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import type { Architecture } from '../model/architecture.ts';
import type { BlockChoices } from './block-graph.ts';

const PARTS = ['q', 'k', 'v', 'rot_q', 'rot_k', 'z'] as const;

/**
 * All nodes, layer by layer: per layer each part of attention whole and then by head, then the MLP's activation.
 * Every node but the logits is ablated; rotated queries and keys are measured whole only.
 */
export function paperNodes({ layers, heads }: Pick<Architecture, 'layers' | 'heads'>): ComponentNode[] {
  const nodes: ComponentNode[] = [{ id: 'emb', layer: -1, kind: 'emb', depth: -1 }];
  for (let layer = 0; layer < layers; layer += 1) {
    for (const part of PARTS) {
      const isRotated = part === 'rot_q' || part === 'rot_k';
      const whole: ComponentNode = { id: `attn.${part}.${layer}`, layer, kind: part, depth: layer };
      nodes.push(whole);
      for (let head = 0; head < heads; head += 1)
        nodes.push({ ...whole, id: `${whole.id}.${head}`, head, ...(isRotated && { measured: false }) });
    }
    nodes.push({ id: `mlp_${layer}`, layer, kind: 'mlp_hidden', depth: layer });
  }
  nodes.push({ id: 'logits', layer: layers, kind: 'logits', depth: layers, ablated: false });
  return nodes;
}

/** How many rows the batch has at the end: the clean run and every different ablation. */
export function paperRowCount({ layers, heads }: Pick<Architecture, 'layers' | 'heads'>): number {
  return 2 + layers * rowsPerLayer(heads);
}

/** Uniform attention and z zero, whole and by head, and the MLP. */
function rowsPerLayer(heads: number): number {
  return 2 * (heads + 1) + 1;
}

/**
 * The row of the batch in which `node` is ablated; null for a node that is never. Row 0 is the clean run, row 1 the
 * embedding; a layer's rows are attention uniform (whole, heads), z zero (whole, heads), MLP.
 */
export function paperRowOf(node: ComponentNode, heads: number): number | null {
  const first = 2 + node.layer * rowsPerLayer(heads);
  const place = node.head === undefined ? 0 : 1 + node.head;
  switch (node.kind) {
    case 'emb':
      return 1;
    case 'q':
    case 'k':
    case 'rot_q':
    case 'rot_k':
      return first + place;
    case 'v':
    case 'z':
      return first + heads + 1 + place;
    case 'mlp_hidden':
      return first + 2 * (heads + 1);
    case 'logits':
      return null;
    case 'head':
    case 'mlp':
      throw new Error(`invariant: ${node.id} is none of the paper's nodes`);
    default:
      return unreachable(node.kind);
  }
}

/** Why these nodes cannot be had with these choices: a sentence, null where they can. */
export function paperChoicesProblem({ ablation, measure }: BlockChoices): string | null {
  if (ablation === 'zero' && measure === 'cosine') return null;
  return `the paper's nodes are defined for zero ablation and cosine only, not for ${ablation} and ${measure}`;
}

/** Why a model of this shape has no such nodes: a sentence, null where it has. */
export function paperModelProblem({ family }: Architecture): string | null {
  return family === 'gpt_neox'
    ? null
    : `the paper's nodes are defined for gpt_neox models only, this is ${family}`;
}
