/**
 * The command line of the demo training, and the sentence that says what is wrong with it.
 *
 *   train.js --out DIR [--family gpt_neox] [--layers 2] [--heads 4] [--width 64] [--steps 1000] [--seed 0]
 *            [--induction 0.7]
 *
 * `--induction` is the share of sequences with repeated text; 0 is the control run, which has none. What `phasewatch
 * demo` is told of the training comes through here too, so that both refuse the same in the same words.
 */

import { parseArgs } from 'node:util';
import { type Architecture, FAMILIES, type FamilyName } from './architecture.ts';
import { DEFAULT_STEPS } from './schedule.ts';

export type Options = {
  readonly out: string;
  readonly architecture: Architecture;
  readonly steps: number;
  readonly seed: number;
  readonly induction: number;
};

/** The command line cannot be followed; the message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE =
  `usage: train.js --out DIR [--family ${FAMILIES.join('|')}] [--layers 2] [--heads 4] [--width 64] ` +
  `[--steps ${DEFAULT_STEPS}] [--seed 0] [--induction 0.7]`;

/** A run of a million steps takes two days; wider models than 1024 leave the pace of a demo by far. */
const LAYERS_MAX = 12;
const HEADS_MAX = 64;
const WIDTH_MAX = 1024;
const STEPS_MAX = 1_000_000;
/** Seeds are 32 bits wide. */
export const SEED_MAX = 2 ** 32 - 1;

/** What a head's width has to be a multiple of: rotated dimensions come in pairs, and of GPT-NeoX's a half is rotated. */
const HEAD_WIDTH_STEP: Readonly<Record<FamilyName, number>> = { gpt_neox: 4, gpt2: 1, llama: 2 };

/** @throws UsageError */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args);
  if (values.out === undefined || values.out === '')
    throw new UsageError('--out: expected the directory to write the checkpoints to, got none');
  return {
    out: values.out,
    architecture: architectureOf(values),
    steps: whole('steps', values.steps, 0, STEPS_MAX),
    seed: whole('seed', values.seed, 0, SEED_MAX),
    induction: share('induction', values.induction),
  };
}

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: { type: 'string' },
        family: { type: 'string', default: 'gpt_neox' },
        layers: { type: 'string', default: '2' },
        heads: { type: 'string', default: '4' },
        width: { type: 'string', default: '64' },
        steps: { type: 'string', default: String(DEFAULT_STEPS) },
        seed: { type: 'string', default: '0' },
        induction: { type: 'string', default: '0.7' },
      },
    }).values;
  } catch (error) {
    // parseArgs throws TypeErrors with a code for what it does not know.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function architectureOf(values: Values): Architecture {
  const family = familyNamed(values.family);
  const layers = whole('layers', values.layers, 1, LAYERS_MAX);
  const heads = whole('heads', values.heads, 1, HEADS_MAX);
  const width = whole('width', values.width, 4, WIDTH_MAX);
  const step = HEAD_WIDTH_STEP[family];
  if (width % (step * heads) !== 0) {
    const times = step === 1 ? '--heads' : `${step} times --heads`;
    throw new UsageError(
      `--width: expected a multiple of ${times}, ${step * heads}, for the family ${family}; got "${width}"`,
    );
  }
  return { family, layers, heads, width };
}

function familyNamed(text: string): FamilyName {
  // As people say it.
  const name = text === 'neox' ? 'gpt_neox' : text;
  const family = FAMILIES.find((known) => known === name);
  if (family === undefined)
    throw new UsageError(`--family: expected one of ${FAMILIES.join(', ')}; got "${text}"`);
  return family;
}

function whole(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < from || value > to)
    throw new UsageError(`--${name}: expected a whole number from ${from} to ${to}, got "${text}"`);
  return value;
}

function share(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new UsageError(`--${name}: expected a number from 0 to 1, got "${text}"`);
  return value;
}
