/**
 * What a sweep costs: floating-point operations of its matrix products, from shapes alone.
 *
 * A block on one position: 2·(query, key, value, output and MLP matrices) + 4·T·H·d for attention, the full square
 * counted. Rows pass through a layer as clean run + components of earlier layers; in a sequential block the MLP runs
 * again for each head of the layer. The readout runs on the clean row, for effects on every row.
 */
import type { Architecture } from '../model/architecture.ts';
import type { ProbeTokens } from './probe.ts';

/** FLOPs of layer `layer`. */
export function layerFlop(architecture: Architecture, probe: ProbeTokens, layer: number): number {
  const { heads: H, keyValueHeads: K, headWidth: d, width: D, mlpWidth: F } = architecture;
  const mlp = 2 * (architecture.mlp.gated ? 3 : 2) * D * F;
  const attention = 2 * D * d * (2 * H + 2 * K) + 4 * probe.positions * H * d;
  const rows = 1 + layer * (H + 1);
  const again = architecture.residual === 'sequential' ? H : 0;
  return probe.ids.length * (rows * (attention + mlp) + again * mlp);
}

/** FLOPs of a whole sweep. @param effectPositions of each prompt, 0 for none */
export function sweepFlop(architecture: Architecture, probe: ProbeTokens, effectPositions: number): number {
  const { layers, heads: H, width: D, vocabulary: V } = architecture;
  const effects = Math.min(effectPositions, probe.positions) * probe.prompts * (1 + layers * (H + 1));
  let sum = 2 * D * V * (probe.ids.length + effects);
  for (let layer = 0; layer < layers; layer += 1) sum += layerFlop(architecture, probe, layer);
  return sum;
}
