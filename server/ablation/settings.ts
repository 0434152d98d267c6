/** Everything that decides what a checkpoint's graph is, beside its weights. One for a whole run. */
import { EFFECTS_VOCABULARY_MAX } from '../base/config.ts';
import type { Ablation, Measure } from './choices.ts';
import type { ProbeOptions } from './probe.ts';

export type Settings = {
  readonly probe: ProbeOptions;
  readonly ablation: Ablation;
  readonly measure: Measure;
  /** Heads and MLPs, or the paper's finer set (paper-nodes.ts). */
  readonly nodes: 'components' | 'paper';
  /** Effects on the output; `auto` computes them for small vocabularies. */
  readonly effects: 'auto' | 'on' | 'off';
  /** At how many positions of each prompt effects are read; null for all. */
  readonly effectPositions: number | null;
  /** Also set each metric beside graphs with the same weights in random places (graph/null-model.ts). */
  readonly nullModel: boolean;
  /** Bytes that a sweep's tensors may take beside the weights. */
  readonly memoryBytesMax: number;
};

/** At how many positions effects are read, 0 for none. */
export function effectPositionsOf(settings: Settings, vocabulary: number, positions: number): number {
  const wanted =
    settings.effects === 'auto' ? vocabulary <= EFFECTS_VOCABULARY_MAX : settings.effects === 'on';
  return wanted ? (settings.effectPositions ?? positions) : 0;
}
