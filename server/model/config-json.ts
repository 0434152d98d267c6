/**
 * What the configurations of all families have in common, and how they are refused: with every problem at once.
 */
import * as v from 'valibot';
import { problemOf } from '../../protocol/problem.ts';
import { CheckpointFailure } from '../base/failure.ts';
import { shown } from '../base/json-value.ts';
import type { Activation } from './architecture.ts';

/**
 * A width, a vocabulary or a number of positions, and a number of layers or heads: beyond what any model has, since both
 * are counted out before a tensor is looked at.
 */
export const size = wholeFrom(1, 2 ** 24);
export const count = wholeFrom(1, 1024);
export const notNegative = wholeFrom(0, Number.MAX_SAFE_INTEGER);
export const share = v.custom<number>(
  (value) => Number.isFinite(value) && Number(value) > 0 && Number(value) <= 1,
  'a number above 0 and at most 1',
);
const tokenIds = v.nullish(
  v.custom<number | number[]>(
    (value) => (Array.isArray(value) ? value : [value]).every((id) => v.is(notNegative, id)),
    'a token id or an array of them',
  ),
);

/** The three ids that stand for no text. */
export const SPECIAL_TOKENS = { bos_token_id: tokenIds, eos_token_id: tokenIds, pad_token_id: tokenIds };

type SpecialTokens = { readonly [name in keyof typeof SPECIAL_TOKENS]?: v.InferOutput<typeof tokenIds> };

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

function wholeFrom(least: number, most: number) {
  return v.custom<number>(
    (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
    most < Number.MAX_SAFE_INTEGER
      ? `a whole number from ${least} to ${most}`
      : `a whole number from ${least} on`,
  );
}

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
export function parseConfig<T>(family: string, schema: v.GenericSchema<unknown, T>, json: unknown): T {
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  return refuse(
    family,
    parsed.issues.map(
      (issue) =>
        `${problemOf(issue, 'all of it')}${issue.input === undefined ? '' : `, found ${shown(issue.input)}`}`,
    ),
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
