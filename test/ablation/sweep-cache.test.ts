/** Frozen layers and identical checkpoints: the same results for their hash. */
import { afterAll, describe, expect, it } from 'vitest';
import { probeTokens } from '../../server/ablation/probe.ts';
import { Runtime } from '../../server/ablation/runtime.ts';
import { sweep } from '../../server/ablation/sweep.ts';
import { SweepCache } from '../../server/ablation/sweep-cache.ts';
import type { SweepEvent } from '../../server/ablation/sweep-event.ts';
import { readModel } from '../../server/model/family.ts';
import type { ModelWeights } from '../../server/model/weights.ts';
import { openCheckpoint } from '../../server/source/checkpoint-files.ts';
import { golden, sampleCheckpoint } from '../support/checkpoints.ts';

const runtime = new Runtime({ threads: 1, device: 'cpu' });
afterAll(() => runtime.release());

const files = await openCheckpoint(sampleCheckpoint(512));
afterAll(() => files.close());
const { architecture, weights } = readModel(files.config, files.tensors);
const probe = probeTokens({ kind: 'tokens', tokens: golden('neox-512').tokens }, architecture);

/** The same model with one weight of one layer changed. */
function changedIn(layer: number): ModelWeights {
  return {
    ...weights,
    async block(at) {
      const block = await weights.block(at);
      if (at !== layer) return block;
      return { ...block, down_bias: block.down_bias?.map((value) => value + 0.5) };
    },
  };
}

async function events(model: ModelWeights, cache?: SweepCache): Promise<SweepEvent[]> {
  const options = {
    ablation: 'zero',
    measure: 'cosine',
    effectPositions: 48,
    memoryBytesMax: 2 ** 30,
    ...(cache && { cache }),
  } as const;
  const seen: SweepEvent[] = [];
  for await (const event of sweep(runtime, architecture, model, probe, options)) seen.push(event);
  return seen;
}
const unchanged = (seen: readonly SweepEvent[]) => seen.map((event) => event.unchanged);
const results = (seen: readonly SweepEvent[]) => seen.map((event) => ({ ...event, unchanged: null }));

describe('a sweep after another', () => {
  it('takes everything of an identical checkpoint from the one before', async () => {
    const cache = new SweepCache();
    const first = await events(weights, cache);
    const second = await events(weights, cache);
    expect(unchanged(first)).toEqual([false, false, false, false]);
    expect(unchanged(second)).toEqual([true, true, true, true]);
    expect(results(second)).toEqual(results(first));
  });

  it.each([0, 1, 2])('computes again from the first changed layer on: layer %i', async (layer) => {
    const cache = new SweepCache();
    await events(weights, cache);
    const seen = await events(changedIn(layer), cache);
    expect(unchanged(seen)).toEqual([0, 1, 2, 3].map((at) => at < layer));
    expect(results(seen)).toEqual(results(await events(changedIn(layer))));
  });

  it('goes by the checkpoint before it and not by an older one', async () => {
    const cache = new SweepCache();
    for (const model of [weights, changedIn(1)]) await events(model, cache);
    expect(unchanged(await events(weights, cache))).toEqual([true, false, false, false]);
  });

  it('computes only the output again where only the unembedding changed', async () => {
    const cache = new SweepCache();
    await events(weights, cache);
    const other: ModelWeights = {
      ...weights,
      async readout() {
        const readout = await weights.readout();
        return { ...readout, unembedding: readout.unembedding.map((value) => value / 2) };
      },
    };
    const seen = await events(other, cache);
    expect(unchanged(seen)).toEqual([true, true, true, false]);
    expect(results(seen)).toEqual(results(await events(other)));
  });

  it('takes nothing where the embedding of the probe changed', async () => {
    const cache = new SweepCache();
    await events(weights, cache);
    const other: ModelWeights = {
      ...weights,
      async embedding() {
        const { tokens } = await weights.embedding();
        return { tokens: tokens.map((value) => value + 0.01), positions: null };
      },
    };
    expect(unchanged(await events(other, cache))).toEqual([false, false, false, false]);
  });
});
