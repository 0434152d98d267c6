/** The sweep against an independent implementation, and by relations. */
import { afterAll, describe, expect, it } from 'vitest';
import { possibleEdges } from '../../protocol/graph.ts';
import { blockBytesPerRow } from '../../server/ablation/block-graph.ts';
import type { TokenProbe } from '../../server/ablation/probe.ts';
import { Runtime } from '../../server/ablation/runtime.ts';
import type { SweepOptions } from '../../server/ablation/sweep.ts';
import { edgeStatistics } from '../../server/graph/prompt-statistics.ts';
import { golden, SAMPLE_STEPS, sampleCheckpoint } from '../support/checkpoints.ts';
import { swept } from '../support/sweeping.ts';

const TOLERANCE = 1e-4;
const runtime = new Runtime({ threads: 1, device: 'cpu' });
afterAll(() => runtime.release());
const sweptStep = (step: number, probe: TokenProbe, options: Partial<SweepOptions> = {}) =>
  swept(runtime, sampleCheckpoint(step), probe, options);

describe.each(SAMPLE_STEPS)('a sweep of checkpoint-%i', (step) => {
  const reference = golden(`neox-${step}`);
  const probe: TokenProbe = { kind: 'tokens', tokens: reference.tokens };

  it('agrees with one full forward pass per ablated node', async () => {
    const { nodes, means } = await sweptStep(step, probe);
    const { sources, targets } = possibleEdges(nodes);
    expect(nodes.map((node) => node.id)).toEqual(reference.nodes);
    expect(means.length).toBe(75);
    const expected = reference.graphs['zero/cosine'].weights;
    means.forEach((weight, edge) => {
      const cell = sources[edge] * nodes.length + targets[edge];
      expect(Math.abs(weight - expected[cell]), `edge ${cell}`).toBeLessThan(TOLERANCE);
    });
  });

  it('measures the losses of both halves of the prompts', async () => {
    const { task } = await sweptStep(step, probe);
    const losses = reference.loss_by_position_nats;
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    // Position t predicts token t + 1; tokens 24 … 47 are the repeated half.
    const [first, second] = [mean(losses.slice(0, 23)), mean(losses.slice(23))];
    expect(task).toMatchObject({
      loss_first_half: expect.closeTo(first, 4),
      loss_second_half: expect.closeTo(second, 4),
      induction_score: expect.closeTo(first - second, 4),
    });
  });
});

describe('the sweep', () => {
  const probe: TokenProbe = { kind: 'tokens', tokens: golden('neox-512').tokens };

  it('yields the layers in order, layer 0 with no edges into it', async () => {
    expect((await sweptStep(512, probe)).layers).toEqual([0, 1, 2]);
  });

  it('does not depend on how the batch is cut', async () => {
    const whole = await sweptStep(512, probe);
    const rowBytes = 4 * blockBytesPerRow(whole.architecture, 48);
    const streamBytes = 4 * 16 * 4 * 48 * 64;
    for (const rows of [2, 3, 6]) {
      const cut = await sweptStep(512, probe, { memoryBytesMax: 2 * streamBytes + rows * rowBytes });
      cut.perPrompt.forEach((weight, at) => {
        expect(Math.abs(weight - whole.perPrompt[at])).toBeLessThan(1e-6);
      });
    }
  });

  it('does not depend on the order of the prompts', async () => {
    const { means } = await sweptStep(512, probe);
    const reversed = await sweptStep(512, { kind: 'tokens', tokens: golden('neox-512').tokens.toReversed() });
    reversed.means.forEach((weight, edge) => {
      expect(weight).toBeCloseTo(means[edge], 5);
    });
  });

  it('states no standard error with a single prompt, and no loss of a half that has no token to predict', async () => {
    const { standardErrors, task, means } = await sweptStep(512, { kind: 'tokens', tokens: [[5, 9]] });
    expect(standardErrors).toBeNull();
    expect(Object.keys(task)).toEqual(['loss_second_half', 'accuracy_second_half']);
    expect(means.every(Number.isFinite)).toBe(true);
  });
});

describe('standard errors over prompts', () => {
  it('are those of the mean of four weights, by hand', () => {
    // 1, 2, 3, 4: mean 2.5, variance 5/3, standard error √(5/3)/2 = 0.645497
    const { means, standardErrors } = edgeStatistics(Float32Array.of(1, 2, 3, 4), 4);
    expect(means[0]).toBe(2.5);
    expect(standardErrors?.[0]).toBe(0.645);
  });

  it('have errors of three digits, and none below a millionth', () => {
    const errorOf = (spread: number) =>
      edgeStatistics(Float32Array.of(1 - spread, 1 + spread), 2).standardErrors?.[0];
    // Of two values the standard error is half their distance.
    expect(errorOf(0.5)).toBe(0.5);
    expect(errorOf(0.123456)).toBe(0.123);
    expect(errorOf(0.0123456)).toBe(0.0123);
    expect(errorOf(0.000012)).toBe(0.000012);
    expect(errorOf(0)).toBe(0);
  });
});
