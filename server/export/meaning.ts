/**
 * What the numbers of an exported run mean: as facts for programs, and as sentences for people.
 * A file is read far from the dashboard that shows this in its header, so it has to say it itself.
 */
import type { Analysis, Probe } from '../../protocol/state.ts';

export type Fact = {
  readonly name: string;
  readonly type: 'string' | 'long' | 'double';
  readonly value: string | number;
};

export function factsOf({ model, ablation, measure, activityThreshold, probe }: Analysis): Fact[] {
  const facts: Readonly<Record<string, string | number | undefined>> = {
    family: model.family,
    layers: model.layers,
    heads: model.heads,
    width: model.width,
    head_width: model.headWidth,
    mlp_width: model.mlpWidth,
    vocabulary: model.vocabulary,
    ablation,
    measure,
    activity_threshold: activityThreshold,
    probe: probe.kind,
    probe_prompts: probe.prompts,
    probe_positions: probe.positions,
    probe_segment: probe.segment,
    probe_seed: probe.seed,
  };
  return Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, type: factType(name, value), value }],
  );
}

export function meaningOf({ model, ablation, measure, activityThreshold, probe }: Analysis): string {
  const { family, layers, heads, width, vocabulary } = model;
  return [
    `Component graph of a transformer (${family}, ${layers} layers of ${heads} heads, width ${width}, vocabulary ${vocabulary}).`,
    `The weight of an edge is ${MEASURES[measure]} of the target's output between the clean run and one in which the`,
    `source's activation is replaced by ${ABLATIONS[ablation]} at every position (ablation ${ablation}, measure ${measure}),`,
    'averaged over prompts and positions. It is a total effect: everything downstream of the source is recomputed.',
    `Standard errors are over prompts. An edge counts as active above ${activityThreshold}.`,
    `Probe: ${probeText(probe)}.`,
  ].join(' ');
}

function factType(name: string, value: string | number): Fact['type'] {
  if (typeof value === 'string') return 'string';
  return name === 'activity_threshold' ? 'double' : 'long';
}

const MEASURES: Readonly<Record<Analysis['measure'], string>> = {
  cosine: '1 - cosine similarity',
  relative_l2: 'the relative change (norm of the change by norm of the clean output)',
};

const ABLATIONS: Readonly<Record<Analysis['ablation'], string>> = {
  zero: 'zero',
  mean: 'its mean',
  resample: 'that of the previous prompt',
};

function probeText({ kind, prompts, positions, segment, seed }: Probe): string {
  const size = `${prompts} prompts of at most ${positions} positions`;
  if (kind !== 'induction') return `${kind}, ${size}`;
  const tokens = segment === undefined ? 'random tokens' : `${segment} random tokens`;
  return `induction, ${size}: ${tokens}, repeated once${seed === undefined ? '' : ` (seed ${seed})`}`;
}
