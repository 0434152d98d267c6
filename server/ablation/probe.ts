/**
 * What the model reads while its components are ablated: token ids [P,T], P prompts of T positions.
 *
 * `induction`: P random segments of S tokens, each repeated once, so T = 2S and the second half can be predicted
 * by copying. Tokens are drawn uniformly from the vocabulary without special tokens.
 * `tokens`: ids given by the user. Source: component-graph definition, "Probes".
 */
import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import type { Probe } from '../../protocol/state.ts';
import { PROBE_FILE_BYTES_MAX } from '../base/config.ts';
import { CheckpointFailure } from '../base/failure.ts';
import { seededRandom } from '../base/random.ts';
import type { Architecture } from '../model/architecture.ts';
import type { Ablation } from './choices.ts';

export type ProbeOptions =
  | { readonly kind: 'induction'; readonly prompts: number; readonly segment: number; readonly seed: number }
  | { readonly kind: 'tokens'; readonly tokens: readonly (readonly number[])[] };

export type ProbeTokens = {
  readonly info: Probe;
  readonly prompts: number;
  readonly positions: number;
  /** [P,T] row-major */
  readonly ids: Int32Array;
};

const Tokens = z.array(z.array(z.int().nonnegative()).min(2)).min(1);

/**
 * Reads a JSON array [P][T] of token ids; all prompts of one length.
 * @throws Error with what was expected and what came
 */
export async function readTokensFile(file: string): Promise<number[][]> {
  const { size } = await stat(file);
  if (size > PROBE_FILE_BYTES_MAX)
    throw new Error(`${file}: expected at most ${PROBE_FILE_BYTES_MAX} bytes of token ids, found ${size}`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw new Error(
      `${file}: expected a JSON array of prompts, each an array of token ids; this is not JSON`,
    );
  }
  const parsed = Tokens.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(
      `${file}: expected a JSON array of prompts, each an array of at least 2 token ids; at [${issue.path.join('][')}]: ${issue.message}`,
    );
  }
  const lengths = new Set(parsed.data.map((prompt) => prompt.length));
  if (lengths.size > 1)
    throw new Error(`${file}: expected prompts of one length, found lengths ${[...lengths].join(', ')}`);
  return parsed.data;
}

/** @throws CheckpointFailure bad-probe where the model cannot read it, or the ablation needs another */
export function probeTokens(
  options: ProbeOptions,
  architecture: Architecture,
  ablation: Ablation = 'zero',
): ProbeTokens {
  const probe =
    options.kind === 'induction' ? inductionTokens(options, architecture) : givenTokens(options.tokens);
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
  return { info: { kind: 'induction', prompts, positions, segment, seed }, prompts, positions, ids };
}

function givenTokens(tokens: readonly (readonly number[])[]): ProbeTokens {
  const prompts = tokens.length;
  const positions = tokens[0].length;
  return {
    info: { kind: 'tokens', prompts, positions },
    prompts,
    positions,
    ids: Int32Array.from(tokens.flat()),
  };
}
