/** Real checkpoints and golden numbers that the tests share. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const SAMPLE_RUN = here('../fixtures/sample-run');
export const SAMPLE_STEPS = [0, 512, 4000] as const;

/** Numbers of an independent implementation: plain PyTorch hooks, one forward pass per ablated node. */
export type Golden = {
  readonly tokens: readonly (readonly number[])[];
  readonly nodes: readonly string[];
  /** weights [N·N] row-major, row = source */
  readonly graphs: Readonly<Record<string, { readonly weights: readonly number[] }>>;
  readonly loss_nats: number;
  readonly loss_by_position_nats: readonly number[];
};

export function golden(name: string): Golden {
  return JSON.parse(readFileSync(here(`../golden/${name}.json`), 'utf8'));
}
