/** What must hold between sweeps of related models and probes, whatever the numbers are. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { possibleEdges } from '../../protocol/graph.ts';
import { blockBytesPerRow } from '../../server/ablation/block-graph.ts';
import { Runtime } from '../../server/ablation/runtime.ts';
import type { SweepOptions } from '../../server/ablation/sweep.ts';
import {
  type MadeModel,
  type MadeName,
  type MadeTensor,
  madeModel,
  putModel,
  tensorOf,
  withTensors,
  withValues,
} from '../support/made-models.ts';
import { swept } from '../support/sweeping.ts';

const [L, H, D] = [3, 4, 32];
/** P = 3 prompts of T = 8 positions. */
const TOKENS = [
  [7, 31, 2, 18, 7, 31, 2, 18],
  [4, 9, 38, 12, 4, 9, 38, 12],
  [1, 3, 5, 1, 6, 8, 10, 3],
];
/** What float32 sums in another order may differ by. */
const ROUNDING = 5e-6;
const RUNS = { seed: 20_250_915, numRuns: 6 };

const runtime = new Runtime({ threads: 1, device: 'cpu' });
afterAll(() => runtime.release());

const sweepOf = (model: MadeModel, options: Partial<SweepOptions> = {}, tokens = TOKENS) =>
  swept(runtime, putModel(model), { kind: 'tokens', tokens }, options);
type Swept = Awaited<ReturnType<typeof sweepOf>>;

/** Mean weights of all edges by `source→target`. */
function edgesOf({ nodes, means }: Swept): Map<string, number> {
  const { sources, targets } = possibleEdges(nodes);
  return new Map(
    Array.from(means, (weight, edge) => [`${nodes[sources[edge]].id}→${nodes[targets[edge]].id}`, weight]),
  );
}

function expectSame(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const differences = Array.from(actual, (value, at) => Math.abs(value - expected[at]));
  expect(Math.max(...differences)).toBeLessThan(tolerance);
}

/** `order.length` equal blocks of rows (axis 0) or columns (axis 1); block b of the result is block order[b]. */
function reordered({ shape, values }: MadeTensor, axis: 0 | 1, order: readonly number[]): MadeTensor {
  const [rows, columns = 1] = shape;
  const block = (axis === 0 ? rows : columns) / order.length;
  const from = (at: number) => order[Math.floor(at / block)] * block + (at % block);
  const moved = values.map((_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return values[axis === 0 ? from(row) * columns + column : row * columns + from(column)];
  });
  return { shape, values: moved };
}

/** Tensors of a layer that hold something for each head: those with as many parts as heads, and as key/value heads. */
const HEAD_TENSORS: Readonly<
  Partial<Record<MadeName, (layer: number) => Readonly<Record<string, { axis: 0 | 1; shared: boolean }>>>>
> = {
  gpt_neox: (layer) => {
    const at = `gpt_neox.layers.${layer}.attention`;
    return {
      [`${at}.query_key_value.weight`]: { axis: 0, shared: false },
      [`${at}.query_key_value.bias`]: { axis: 0, shared: false },
      [`${at}.dense.weight`]: { axis: 1, shared: false },
    };
  },
  qwen2: (layer) => {
    const at = `model.layers.${layer}.self_attn`;
    return {
      [`${at}.q_proj.weight`]: { axis: 0, shared: false },
      [`${at}.q_proj.bias`]: { axis: 0, shared: false },
      [`${at}.k_proj.weight`]: { axis: 0, shared: true },
      [`${at}.k_proj.bias`]: { axis: 0, shared: true },
      [`${at}.v_proj.weight`]: { axis: 0, shared: true },
      [`${at}.v_proj.bias`]: { axis: 0, shared: true },
      [`${at}.o_proj.weight`]: { axis: 1, shared: false },
    };
  },
};

/** An order of groups, and within each group an order of its heads. */
type HeadOrder = { readonly groups: readonly number[]; readonly heads: readonly number[] };

const permutation = (length: number) =>
  fc.shuffledSubarray([...Array(length).keys()], { minLength: length, maxLength: length });
const headOrder = (groupCount: number): fc.Arbitrary<HeadOrder> =>
  fc
    .tuple(
      permutation(groupCount),
      fc.array(permutation(H / groupCount), { minLength: groupCount, maxLength: groupCount }),
    )
    .map(([groups, within]) => ({
      groups,
      heads: groups.flatMap((group) => within[group].map((head) => (group * H) / groupCount + head)),
    }));

function withHeadsReordered(name: MadeName, orders: readonly HeadOrder[]): MadeModel {
  const model = madeModel(name);
  const tensorsOfLayer = HEAD_TENSORS[name] ?? expect.fail(`${name} is not described`);
  const moved = orders.flatMap((order, layer) =>
    Object.entries(tensorsOfLayer(layer)).map(([tensor, { axis, shared }]) => [
      tensor,
      reordered(tensorOf(model, tensor), axis, shared ? order.groups : order.heads),
    ]),
  );
  return withTensors(model, Object.fromEntries(moved));
}

describe('the order of heads', () => {
  it.each([
    ['gpt_neox', H],
    ['qwen2', 2],
  ] as const)('moves rows and columns of the graph and changes no number: %s', async (name, groupCount) => {
    const before = await sweepOf(madeModel(name), { effectPositions: 8 });
    const orders = fc.array(headOrder(groupCount), { minLength: L, maxLength: L });
    await fc.assert(
      fc.asyncProperty(orders, async (byLayer) => {
        const after = await sweepOf(withHeadsReordered(name, byLayer), { effectPositions: 8 });
        const formerly = after.nodes.map(({ id, layer, kind }) => {
          const head = byLayer[layer].heads[Number(id.split('H')[1])];
          return kind === 'head' ? `L${layer}H${head}` : id;
        });
        const idBefore = new Map(after.nodes.map(({ id }, at) => [id, formerly[at]]));
        const expected = edgesOf(before);
        for (const [edge, weight] of edgesOf(after)) {
          const [source, target] = edge.split('→').map((id) => idBefore.get(id));
          expect(Math.abs(weight - (expected.get(`${source}→${target}`) ?? Number.NaN))).toBeLessThan(
            ROUNDING,
          );
        }
        const place = formerly.map((id) => before.nodes.findIndex((node) => node.id === id));
        const effect = place.map((at) => before.effects?.kl_nats[at] ?? Number.NaN);
        expectSame(after.effects?.kl_nats ?? [], effect, ROUNDING);
      }),
      RUNS,
    );
  });
});

describe('the memory bound', () => {
  it.each(['gpt_neox', 'olmo2', 'qwen3, wide heads, tied'] as const)(
    'cuts the batch and changes no number: %s',
    async (name) => {
      const whole = await sweepOf(madeModel(name), { ablation: 'mean', effectPositions: 8 });
      const nodes = whole.nodes.length;
      const streams = 2 * 4 * (1 + nodes) * TOKENS.length * 8 * D;
      const row = TOKENS.length * blockBytesPerRow(whole.architecture, 8);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: nodes }), async (rows) => {
          const memoryBytesMax = rows === 0 ? 1 : streams + rows * row;
          const cut = await sweepOf(madeModel(name), {
            ablation: 'mean',
            effectPositions: 8,
            memoryBytesMax,
          });
          expectSame(cut.perPrompt, whole.perPrompt, 1e-6);
          expectSame(cut.effects?.kl_nats ?? [], whole.effects?.kl_nats ?? [], 1e-6);
          expect(cut.undefinedCount).toBe(whole.undefinedCount);
          expect(cut.headScores).toEqual(whole.headScores);
        }),
        RUNS,
      );
    },
  );
});

describe('the order of prompts', () => {
  it.each(['zero', 'mean'] as const)(
    'moves the weights of each prompt and no mean under %s',
    async (ablation) => {
      const model = madeModel('gpt2');
      const before = await sweepOf(model, { ablation, effectPositions: 8 });
      const P = TOKENS.length;
      await fc.assert(
        fc.asyncProperty(permutation(P), async (order) => {
          const tokens = order.map((prompt) => TOKENS[prompt]);
          const after = await sweepOf(model, { ablation, effectPositions: 8 }, tokens);
          // [edges, P]
          const moved = before.perPrompt.map((_, at) => before.perPrompt[at - (at % P) + order[at % P]]);
          expectSame(after.perPrompt, moved, ROUNDING);
          expectSame(after.means, before.means, ROUNDING);
          expectSame(after.effects?.kl_nats ?? [], before.effects?.kl_nats ?? [], ROUNDING);
        }),
        RUNS,
      );
    },
  );

  it('decides what resample ablation takes', async () => {
    const [before, after] = await Promise.all(
      [TOKENS, TOKENS.toReversed()].map((tokens) =>
        sweepOf(madeModel('gpt2'), { ablation: 'resample' }, tokens),
      ),
    );
    const changes = before.means.map((weight, edge) => Math.abs(weight - after.means[edge]));
    expect(Math.max(...changes)).toBeGreaterThan(0.01);
  });
});

describe('a head whose output projection is zero', () => {
  const HEAD = 2;
  const silent = (layer: number) =>
    withValues(madeModel('llama, tied'), `model.layers.${layer}.self_attn.o_proj.weight`, (value, at) =>
      Math.floor((at % D) / (D / H)) === HEAD ? 0 : value,
    );

  it.each(['cosine', 'relative_l2'] as const)(
    'changes nothing when it is ablated, by %s',
    async (measure) => {
      const { nodes, effects, ...sweep } = await sweepOf(silent(0), { measure, effectPositions: 8 });
      const own = [...edgesOf({ nodes, effects, ...sweep })].filter(([edge]) => edge.startsWith('L0H2→'));
      expect(own.length).toBe(1 + 2 * (H + 1));
      expect(own.every(([, weight]) => weight < 1e-6)).toBe(true);
      const at = nodes.findIndex((node) => node.id === 'L0H2');
      for (const values of Object.values(effects ?? expect.fail()))
        expect(Math.abs(values[at])).toBeLessThan(1e-6);
    },
  );

  it.each(['cosine', 'relative_l2'] as const)(
    'has undefined weights into it, which are 0 and counted, by %s',
    async (measure) => {
      const sweep = await sweepOf(silent(2), { measure });
      const into = [...edgesOf(sweep)].filter(([edge]) => edge.endsWith('→L2H2'));
      const sources = 2 * (H + 1);
      expect(into.map(([, weight]) => weight)).toEqual(Array(sources).fill(0));
      expect(sweep.undefinedCount).toBe(sources * TOKENS.length * 8);
    },
  );
});

describe('a head that writes next to nothing', () => {
  it.each([1e-12, 1e-16, 1e12])('has the weights into it that it has at scale 1: %f', async (scale) => {
    const output = 'gpt_neox.layers.2.attention.dense.weight';
    const model = madeModel('gpt_neox');
    const plain = await sweepOf(model);
    const scaled = await sweepOf(withValues(model, output, (value) => value * scale));
    expectSame(scaled.means, plain.means, ROUNDING);
    expect(scaled.undefinedCount).toBe(0);
  });
});
