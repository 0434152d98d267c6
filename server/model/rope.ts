/**
 * Frequencies of a rotary position embedding, from the ways in which configurations write it.
 *
 * θ_i = base^(−2i/n), i = 0 … n/2 − 1, over the n rotated dimensions of a head. Type `linear` divides all of them by
 * a factor; `llama3` divides the slow ones, leaves the fast ones and blends between (Llama 3 report, 2024).
 * Source: Hugging Face transformers, modeling_rope_utils.py. transformers 5 writes `rope_parameters`; earlier ones
 * `rope_theta` or `rotary_emb_base`, with `rope_scaling` beside.
 */
import * as v from 'valibot';
import { Plain, Positive } from '../../protocol/values.ts';
import { shown } from '../base/json-value.ts';
import { share } from './config-json.ts';

const Parameters = v.pipe(
  Plain,
  v.object({
    rope_theta: v.optional(Positive),
    partial_rotary_factor: v.optional(share),
    rope_type: v.optional(v.string()),
    type: v.optional(v.string()),
    factor: v.optional(Positive),
    low_freq_factor: v.optional(Positive),
    high_freq_factor: v.optional(Positive),
    original_max_position_embeddings: v.optional(Positive),
  }),
);
type Parameters = v.InferOutput<typeof Parameters>;

/** The keys of a configuration that speak of rotary embeddings. */
export const ROPE_KEYS = {
  rope_theta: v.optional(Positive),
  rotary_emb_base: v.optional(Positive),
  rotary_pct: v.optional(share),
  partial_rotary_factor: v.optional(share),
  rope_scaling: v.nullish(Parameters),
  rope_parameters: v.nullish(Parameters),
};
type RopeConfig = { readonly [key in keyof typeof ROPE_KEYS]?: v.InferOutput<(typeof ROPE_KEYS)[key]> };

const TYPES = ['default', 'linear', 'llama3'];
const BASE = 10_000;

/**
 * @param share of a head's dimensions that are rotated where the configuration does not say
 * @param problems receives what is wrong
 */
export function rotaryFrequencies(
  config: RopeConfig,
  headWidth: number,
  share: number,
  problems: string[],
): number[] {
  const rope = config.rope_scaling ?? config.rope_parameters ?? {};
  const base = rope.rope_theta ?? config.rope_theta ?? config.rotary_emb_base ?? BASE;
  const rotated = rope.partial_rotary_factor ?? config.partial_rotary_factor ?? config.rotary_pct ?? share;
  const dimensions = Math.trunc(headWidth * rotated);
  if (dimensions < 2 || dimensions % 2 !== 0)
    problems.push(
      `rotary embedding of ${dimensions} dimensions of a head, expected an even number of at least 2`,
    );
  const plain = Array.from({ length: dimensions / 2 }, (_, i) => base ** ((-2 * i) / dimensions));
  const type = rope.rope_type ?? rope.type ?? 'default';
  switch (type) {
    case 'default':
      return plain;
    case 'linear': {
      const { factor } = rope;
      if (factor === undefined) problems.push('rope type "linear" without a factor');
      return plain.map((frequency) => frequency / (factor ?? 1));
    }
    case 'llama3':
      return plain.map((frequency) => llama3(frequency, rope, problems));
    default:
      problems.push(`rope type ${shown(type)}, expected one of ${TYPES.join(', ')}`);
      return plain;
  }
}

function llama3(frequency: number, rope: Parameters, problems: string[]): number {
  const {
    factor,
    low_freq_factor: low,
    high_freq_factor: high,
    original_max_position_embeddings: context,
  } = rope;
  if (factor === undefined || low === undefined || high === undefined || context === undefined) {
    const sentence =
      'rope type "llama3" without all of factor, low_freq_factor, high_freq_factor, original_max_position_embeddings';
    if (!problems.includes(sentence)) problems.push(sentence);
    return frequency;
  }
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < context / high) return frequency;
  if (wavelength > context / low) return frequency / factor;
  const blend = (context / wavelength - low) / (high - low);
  return ((1 - blend) * frequency) / factor + blend * frequency;
}
