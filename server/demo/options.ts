/**
 * The command line of the demo training, and the sentence that says what is wrong with it.
 *
 *   train.js --out DIR [--layers 2] [--heads 4] [--width 64] [--steps 1000] [--seed 0] [--induction 0.7]
 *
 * `--induction` is the share of sequences with repeated text; 0 is the control run, which has none.
 */

import { parseArgs } from 'node:util';
import type { Architecture } from './model.ts';
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
  'usage: train.js --out DIR [--layers 2] [--heads 4] [--width 64] ' +
  `[--steps ${DEFAULT_STEPS}] [--seed 0] [--induction 0.7]`;

export function parseOptions(args: readonly string[]): Options {
  const values = parse(args);
  if (values.out === undefined || values.out === '') {
    throw new UsageError('--out is missing: the directory to write the checkpoints to.');
  }
  const layers = whole('layers', values.layers, 1, 12);
  const heads = whole('heads', values.heads, 1, 64);
  const width = whole('width', values.width, 4, 1024);
  // Half of a head's dimensions is rotated, in pairs.
  if (width % (4 * heads) !== 0) {
    throw new UsageError(
      `--width has to be a multiple of 4 times --heads, ${width} is not one of ${4 * heads}.`,
    );
  }
  const induction = Number(values.induction);
  if (values.induction.trim() === '' || !(induction >= 0 && induction <= 1)) {
    throw new UsageError(`--induction has to be a number from 0 to 1, not "${values.induction}".`);
  }
  return {
    out: values.out,
    architecture: { layers, heads, width },
    steps: whole('steps', values.steps, 0, 1_000_000),
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    induction,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: { type: 'string' },
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

function whole(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < from || value > to) {
    throw new UsageError(`--${name} has to be a whole number from ${from} to ${to}, not "${text}".`);
  }
  return value;
}
