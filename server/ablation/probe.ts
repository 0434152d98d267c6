/**
 * What the model reads while its components are ablated: token ids [P,T], P prompts of T positions.
 *
 * `induction`: P random segments of S tokens, each repeated once, so T = 2S and the second half can be predicted
 * by copying. Tokens are drawn uniformly from the vocabulary without special tokens.
 * `tokens`: ids given by the user. `text`: prompts that the checkpoint's own tokenizer turns into ids
 * (text-probe.ts). Prompts may have different lengths: shorter ones are padded at the end, where causal attention
 * keeps the padding from every position that counts. Source: component-graph definition, "Probes".
 */
import type { Probe } from '../../protocol/state.ts';
import { CheckpointFailure } from '../base/failure.ts';
import { seededRandom } from '../base/random.ts';
import type { Architecture } from '../model/architecture.ts';
import type { Ablation } from './choices.ts';

export type ProbeOptions =
  | { readonly kind: 'induction'; readonly prompts: number; readonly segment: number; readonly seed: number }
  | { readonly kind: 'tokens'; readonly tokens: readonly (readonly number[])[] }
  | { readonly kind: 'text'; readonly texts: readonly string[] };

/** A probe whose ids do not wait for a tokenizer. */
export type TokenProbe = Exclude<ProbeOptions, { readonly kind: 'text' }> | TextTokens;
export type TextTokens = { readonly kind: 'text'; readonly tokens: readonly (readonly number[])[] };

export type ProbeTokens = {
  readonly info: Probe;
  readonly prompts: number;
  /** T, the length of the longest prompt */
  readonly positions: number;
  /** Length of each prompt: 1 … T */
  readonly lengths: readonly number[];
  /** [P,T] row-major; a prompt shorter than T is padded with 0 */
  readonly ids: Int32Array;
};

/** @throws CheckpointFailure bad-probe where the model cannot read it, or the ablation needs another */
export function probeTokens(
  options: TokenProbe,
  architecture: Architecture,
  ablation: Ablation = 'zero',
): ProbeTokens {
  const probe = options.kind === 'induction' ? inductionTokens(options, architecture) : givenTokens(options);
  if (probe.positions > architecture.positionsMax)
    throw new CheckpointFailure(
      'bad-probe',
      `the probe has ${probe.positions} positions, the model at most ${architecture.positionsMax}${
        options.kind === 'induction' ? `; try --segment ${Math.floor(architecture.positionsMax / 2)}` : ''
      }`,
    );
  const tooLarge = probe.ids.find((id) => id >= architecture.vocabulary);
  if (tooLarge !== undefined)
    throw new CheckpointFailure(
      'bad-probe',
      `the probe holds token ${tooLarge}, the vocabulary ends at ${architecture.vocabulary - 1}`,
    );
  if (ablation === 'resample' && probe.prompts < 2)
    throw new CheckpointFailure(
      'bad-probe',
      'resample ablation takes activations from another prompt and needs at least 2 prompts; the probe has 1',
    );
  if (ablation === 'resample' && new Set(probe.lengths).size > 1)
    throw new CheckpointFailure(
      'bad-probe',
      `resample ablation takes activations from the same position of another prompt and needs prompts of one length; they have ${[...new Set(probe.lengths)].join(', ')} tokens`,
    );
  return probe;
}

function inductionTokens(
  options: ProbeOptions & { readonly kind: 'induction' },
  architecture: Architecture,
): ProbeTokens {
  const { prompts, segment, seed } = options;
  const special = new Set(architecture.specialTokens);
  const plain = Array.from({ length: architecture.vocabulary }, (_, id) => id).filter(
    (id) => !special.has(id),
  );
  const random = seededRandom(seed);
  const positions = 2 * segment;
  const ids = new Int32Array(prompts * positions);
  for (let prompt = 0; prompt < prompts; prompt += 1)
    for (let at = 0; at < segment; at += 1) {
      const id = plain[Math.floor(random() * plain.length)];
      ids[prompt * positions + at] = id;
      ids[prompt * positions + segment + at] = id;
    }
  return {
    info: { kind: 'induction', prompts, positions, segment, seed },
    prompts,
    positions,
    lengths: Array.from({ length: prompts }, () => positions),
    ids,
  };
}

function givenTokens({ kind, tokens }: Exclude<TokenProbe, { readonly kind: 'induction' }>): ProbeTokens {
  const prompts = tokens.length;
  const lengths = tokens.map((prompt) => prompt.length);
  const positions = Math.max(...lengths);
  const ids = new Int32Array(prompts * positions);
  tokens.forEach((prompt, index) => {
    ids.set(prompt, index * positions);
  });
  return { info: { kind, prompts, positions }, prompts, positions, lengths, ids };
}
