/**
 * Frequencies of a rotary position embedding, from the ways in which configurations write it.
 *
 * θ_i = base^(−2i/n), i = 0 … n/2 − 1, over the n rotated dimensions of a head. Type `linear` divides all of them by
 * a factor; `llama3` divides the slow ones, leaves the fast ones and blends between (Llama 3 report, 2024).
 * Source: Hugging Face transformers, modeling_rope_utils.py. transformers 5 writes `rope_parameters`; earlier ones
 * `rope_theta` or `rotary_emb_base`, with `rope_scaling` beside.
 */

import * as z from 'zod';
import { shown } from '../base/json-value.ts';

const Parameters = z.object({
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: z.number().positive().max(1).optional(),
  rope_type: z.string().optional(),
  type: z.string().optional(),
  factor: z.number().positive().optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: z.number().positive().optional(),
});
type Parameters = z.infer<typeof Parameters>;

/** The keys of a configuration that speak of rotary embeddings. */
export const ROPE_KEYS = {
  rope_theta: z.number().positive().optional(),
  rotary_emb_base: z.number().positive().optional(),
  rotary_pct: z.number().positive().max(1).optional(),
  partial_rotary_factor: z.number().positive().max(1).optional(),
  rope_scaling: Parameters.nullish(),
  rope_parameters: Parameters.nullish(),
};
type RopeConfig = { readonly [key in keyof typeof ROPE_KEYS]?: z.infer<(typeof ROPE_KEYS)[key]> };

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
