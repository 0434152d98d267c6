/**
 * What the configurations of all families have in common, and how they are refused: with every problem at once.
 */
import * as z from 'zod';
import { CheckpointFailure } from '../base/failure.ts';
import { shown } from '../base/json-value.ts';
import type { Activation } from './architecture.ts';

/**
 * A width, a vocabulary or a number of positions, and a number of layers or heads: beyond what any model has, since both
 * are counted out before a tensor is looked at.
 */
export const size = z
  .int()
  .positive()
  .max(2 ** 24);
export const count = z.int().positive().max(1024);
export const tokenIds = z.union([z.int().nonnegative(), z.array(z.int().nonnegative())]).nullish();

/** The three ids that stand for no text. */
export const SPECIAL_TOKENS = { bos_token_id: tokenIds, eos_token_id: tokenIds, pad_token_id: tokenIds };

type SpecialTokens = { readonly [name in keyof typeof SPECIAL_TOKENS]?: z.infer<typeof tokenIds> };

export function specialTokens(config: SpecialTokens): number[] {
  const ids = [config.bos_token_id, config.eos_token_id, config.pad_token_id].flatMap((id) => id ?? []);
  return [...new Set(ids)];
}

/** Names of activations in configurations. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  silu: 'silu',
  swish: 'silu',
  relu: 'relu',
};

/** The activation of that name; where there is none, what is wrong goes to `problems`. */
export function activationOf(key: string, name: string, problems: string[]): Activation {
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name];
  problems.push(`${key} ${shown(name)}, expected one of ${Object.keys(ACTIVATIONS).join(', ')}`);
  return 'gelu';
}

/** d of heads that share D; what is wrong goes to `problems`. */
export function headWidthOf(width: number, heads: number, problems: string[]): number {
  const headWidth = width / heads;
  if (!Number.isInteger(headWidth)) problems.push(`hidden size ${width} is not a multiple of ${heads} heads`);
  return Math.floor(headWidth);
}

/** Parsed configuration. @throws CheckpointFailure unsupported-model */
export function parseConfig<T>(family: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  return refuse(
    family,
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  );
}

/** @throws CheckpointFailure unsupported-model if there are problems */
export function refuseIf(family: string, problems: readonly string[]): void {
  if (problems.length > 0) refuse(family, problems);
}

function refuse(family: string, problems: readonly string[]): never {
  throw new CheckpointFailure(
    'unsupported-model',
    `config.json of a ${family} model: ${problems.join('; ')}`,
  );
}
