/** The words about how checkpoints are analysed: what the model reads, what is computed of it, and on what. */
import { Analysis } from '../../protocol/state.ts';
import { count, oneOf, UsageError } from './words.ts';

export type ProbeWords =
  | { readonly kind: 'induction'; readonly prompts: number; readonly segment: number; readonly seed: number }
  | { readonly kind: 'tokens'; readonly file: string }
  | { readonly kind: 'text'; readonly file: string };

export type EngineWords = {
  readonly probe: ProbeWords;
  readonly threads: number;
  readonly ablation: Analysis['ablation'];
  readonly measure: Analysis['measure'];
  readonly nodes: 'components' | 'paper';
  readonly effects: 'auto' | 'on' | 'off';
  /** null for all positions */
  readonly effectPositions: number | null;
  readonly nullModel: boolean;
  readonly memoryMib: number;
  readonly device: string;
  /** Take each K-th checkpoint; when more than maxLag wait, skip to the newest. */
  readonly every: number;
  readonly maxLag: number | null;
};
export const ENGINE_OPTIONS = {
  tokens: { type: 'string' },
  text: { type: 'string' },
  prompts: { type: 'string' },
  segment: { type: 'string' },
  seed: { type: 'string' },
  threads: { type: 'string' },
  ablation: { type: 'string' },
  measure: { type: 'string' },
  nodes: { type: 'string' },
  effects: { type: 'string' },
  'effect-positions': { type: 'string' },
  'null-model': { type: 'boolean' },
  'memory-mib': { type: 'string' },
  device: { type: 'string' },
  every: { type: 'string' },
  'max-lag': { type: 'string' },
} as const;

type EngineValues = {
  readonly [name in keyof typeof ENGINE_OPTIONS]?:
    | ((typeof ENGINE_OPTIONS)[name]['type'] extends 'boolean' ? boolean : string)
    | undefined;
};

/** @throws UsageError */
export function engineWords(values: EngineValues): EngineWords {
  const positions = values['effect-positions'];
  return {
    probe: probeWords(values),
    threads: count('threads', values.threads, 0, 1),
    ablation: oneOf('ablation', values.ablation, Analysis.entries.ablation.options, 'zero'),
    measure: oneOf('measure', values.measure, Analysis.entries.measure.options, 'cosine'),
    nodes: oneOf('nodes', values.nodes, ['components', 'paper'] as const, 'components'),
    effects: oneOf('effects', values.effects, ['auto', 'on', 'off'] as const, 'auto'),
    effectPositions: positions === undefined ? null : count('effect-positions', positions, 0, 1),
    nullModel: values['null-model'] ?? false,
    memoryMib: count('memory-mib', values['memory-mib'], 1_024, 128),
    device: values.device ?? 'cpu',
    every: count('every', values.every, 1, 1),
    maxLag: values['max-lag'] === undefined ? null : count('max-lag', values['max-lag'], 0, 1),
  };
}

function probeWords(values: EngineValues): ProbeWords {
  const files = (['tokens', 'text'] as const).filter((kind) => values[kind] !== undefined);
  const [kind] = files;
  if (kind === undefined)
    return {
      kind: 'induction',
      prompts: count('prompts', values.prompts, 4, 1),
      segment: count('segment', values.segment, 24, 1),
      seed: count('seed', values.seed, 0, 0),
    };
  const others = [
    ...files.slice(1),
    ...(['prompts', 'segment'] as const).filter((name) => values[name] !== undefined),
  ];
  if (others.length > 0)
    throw new UsageError(`--${others[0]} cannot stand beside --${kind}: they are different probes`);
  return { kind, file: values[kind] ?? '' };
}
