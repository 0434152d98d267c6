/**
 * Mean layer span: Σ w·(layer of target − layer of source) / Σ w, in layers, 0 … L − 1.
 * An edge inside a layer (head → MLP of a sequential block) spans 0. Without weight: 0. O(M).
 */
import type { ComponentGraph } from './component-graph.ts';

export function meanLayerSpan({ nodes, sources, targets, weights }: ComponentGraph): number {
  let total = 0;
  let spanned = 0;
  weights.forEach((weight, edge) => {
    total += weight;
    spanned += weight * (nodes[targets[edge]].layer - nodes[sources[edge]].layer);
  });
  return total === 0 ? 0 : spanned / total;
}
