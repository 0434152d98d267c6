/** Real checkpoints and golden numbers that the tests share. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointRef } from '../../server/source/checkpoint-files.ts';
import { ROOT } from './root.ts';

const here = (path: string) => join(ROOT, 'test/support', path);

export const SAMPLE_RUN = here('../fixtures/sample-run');
export const SAMPLE_STEPS = [0, 512, 4000] as const;

/** Numbers of an independent implementation: plain PyTorch hooks, one forward pass per ablated node. */
export type Golden = {
  readonly tokens: readonly (readonly number[])[];
  readonly nodes: readonly string[];
  /** `ablation/measure` → weights [N·N] row-major, row = source; `ablation/effects` → one value a node */
  readonly graphs: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  /** [L·H] row-major */
  readonly heads: Readonly<Record<string, readonly number[]>>;
  readonly loss_nats: number;
  readonly loss_by_position_nats: readonly number[];
};

export function golden(name: string): Golden {
  return JSON.parse(readFileSync(here(`../golden/${name}.json`), 'utf8'));
}

/** Numbers of NetworkX, NumPy and SciPy for the golden graphs (zero/cosine). */
export type GoldenMetrics = {
  readonly graphs: readonly {
    readonly checkpoint: string;
    readonly graph: Readonly<Record<string, number>>;
    readonly node: Readonly<Record<string, readonly number[]>>;
    readonly roles: Readonly<Record<string, readonly string[]>>;
  }[];
  readonly pairs: readonly { readonly previous: string; readonly current: string; readonly churn: number }[];
};

export function goldenMetrics(): GoldenMetrics {
  return JSON.parse(readFileSync(here('../golden/metrics.json'), 'utf8'));
}

/** The fixture checkpoint of `step`, as the source would name it. */
export function sampleCheckpoint(step: number): CheckpointRef {
  const id = `checkpoint-${step}`;
  const directory = join(SAMPLE_RUN, id);
  return { id, step, directory, configFile: join(directory, 'config.json'), content: null };
}

/** The golden numbers and the checkpoint that each belongs to. */
export const GOLDEN_CHECKPOINTS: Readonly<Record<string, CheckpointRef>> = {
  ...Object.fromEntries(SAMPLE_STEPS.map((step) => [`neox-${step}`, sampleCheckpoint(step)])),
  'gpt2-800': modelCheckpoint('gpt2-800', 800),
  'llama-800': modelCheckpoint('llama-800', 800),
};

function modelCheckpoint(id: string, step: number): CheckpointRef {
  const directory = here(`../fixtures/models/${id}`);
  return { id, step, directory, configFile: join(directory, 'config.json'), content: null };
}
