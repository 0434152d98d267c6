/** Where a sweep ends: weights that cannot be computed with, the smallest probes, the longest. */
import { afterAll, describe, expect, it } from 'vitest';
import { Runtime } from '../../server/ablation/runtime.ts';
import type { SweepOptions } from '../../server/ablation/sweep.ts';
import { type MadeModel, madeModel, putModel, withValues } from '../support/made-models.ts';
import { swept } from '../support/sweeping.ts';

const runtime = new Runtime({ threads: 1, device: 'cpu' });
afterAll(() => runtime.release());

const TOKENS = [[7, 31, 2, 18, 7, 31, 2, 18]];
const sweepOf = (model: MadeModel, options: Partial<SweepOptions> = {}, tokens = TOKENS) =>
  swept(runtime, putModel(model), { kind: 'tokens', tokens }, options);

describe('weights that are no numbers to compute with', () => {
  const model = madeModel('mistral, BF16');
  const down = 'model.layers.1.mlp.down_proj.weight';

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'are refused: %f',
    async (bad) => {
      const poisoned = withValues(model, down, (value, at) => (at === 77 ? bad : value));
      await expect(sweepOf(poisoned)).rejects.toMatchObject({
        code: 'not-finite',
        message: `${down}: expected finite weights, found ${bad} at element 77`,
      });
    },
  );

  it('are refused where activations overflow', async () => {
    const large = withValues({ ...model, format: 'F32' }, down, (value) => value * 1e37);
    await expect(sweepOf(large)).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringContaining("the model's activations overflow"),
    });
  });

  it('are refused where logits overflow', async () => {
    const large = withValues({ ...model, format: 'F32' }, 'lm_head.weight', (value) => value * 1e38);
    await expect(sweepOf(large)).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringContaining("the model's logits overflow"),
    });
  });
});

describe('the smallest probes', () => {
  it('of one prompt and one position have weights and effects, but no loss and no standard error', async () => {
    const sweep = await sweepOf(madeModel('gpt2'), { effectPositions: 1 }, [[5]]);
    expect(Math.min(...sweep.means)).toBeGreaterThan(0);
    expect(sweep.task).toEqual({});
    expect(sweep.standardErrors).toBeNull();
    expect(sweep.effects?.delta_loss_nats).toEqual(Array(3 * (4 + 1)).fill(0));
    expect(Math.min(...(sweep.effects?.kl_nats ?? []))).toBeGreaterThan(0);
  });

  it('of one place have nothing that its own mean could change', async () => {
    const { means, effects } = await sweepOf(madeModel('qwen2'), { ablation: 'mean', effectPositions: 1 }, [
      [5],
    ]);
    expect(Math.max(...means)).toBeLessThan(1e-6);
    expect(Math.max(...(effects?.kl_nats ?? [1]))).toBeLessThan(1e-6);
  });
});

describe('a probe longer than the model', () => {
  it.each([
    ['gpt2', 24],
    ['gpt_neo, BF16', 16],
    ['mistral, BF16', 16],
    ['qwen2', 24],
  ] as const)('is refused, and one as long is not: %s, %i positions', async (name, positions) => {
    const tokens = (length: number) => [Array.from({ length }, (_, at) => (at * 7) % 40)];
    await expect(sweepOf(madeModel(name), {}, tokens(positions + 1))).rejects.toMatchObject({
      code: 'bad-probe',
      message: `the probe has ${positions + 1} positions, the model at most ${positions}`,
    });
    expect((await sweepOf(madeModel(name), {}, tokens(positions))).means.every(Number.isFinite)).toBe(true);
  });
});
